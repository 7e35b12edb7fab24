// dot-ai's unit tests, with and without.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../check/run.js';
import type { Checkouts } from './checkout.js';

type Results = ReadonlyMap<string, string>;

export async function compareUnitTests({ plain, embedded }: Checkouts): Promise<string> {
  const without = await unitTests(plain);
  const differs = (results: Results) => [...without].filter(([name, status]) => results.get(name) !== status);
  let withIt = await unitTests(embedded);
  if (differs(withIt).length > 0) withIt = await unitTests(embedded); // some of them depend on the time
  const [first] = differs(withIt);
  if (first !== undefined) throw new Error(`${first[0]}: ${first[1]} without, ${withIt.get(first[0])} with`);
  const added = [...withIt].filter(([name]) => !without.has(name));
  const count = (status: string) => [...without.values()].filter((one) => one === status).length;
  const new_ = added.map(([, status]) => status).filter((status) => status === 'passed').length;
  return `${count('passed')} pass and ${count('failed')} fail in both; of ${added.length} new ones ${new_} pass`;
}

/** The status of each test, by its file and name. */
async function unitTests(folder: string): Promise<Results> {
  const file = join(folder, 'tmp/unit.json');
  const reporter = ['--reporter=json', `--outputFile=${file}`];
  await run('npx', ['vitest', 'run', '--config=vitest.unit.config.ts', ...reporter], { cwd: folder });
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as {
    testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[];
  };
  return new Map(
    testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, status }) => [`${name.slice(folder.length + 1)}: ${fullName}`, status]),
    ),
  );
}
