import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomFrom } from '../../src/simulation/random.js';
import { report, SEED, TIMES } from '../support/attack.js';
import { testHome } from '../support/home.js';
import { ROOT, run } from '../support/processes.js';
import { withFaultPoints } from './throwing/fault-points.js';

interface Outcome {
  readonly harm: readonly { readonly id: number; readonly what: string }[];
  /** Functions that were not called this time. */
  readonly unreached: readonly number[];
  readonly received: number;
  /** Functions that were called while the library was loaded. */
  readonly loaded: readonly number[];
  readonly reached: readonly number[];
}

/** Builds the library with fault points; returns the names of its functions. */
function prepare(folder: string): string[] {
  cpSync(join(ROOT, 'dist/cjs'), join(folder, 'cjs'), { recursive: true });
  cpSync(join(ROOT, 'dist/posthog-node.cjs'), join(folder, 'posthog-node.cjs'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  cpSync(join(ROOT, 'test/attacks/throwing/host.mjs'), join(folder, 'host.mjs'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  const names: string[] = [];
  for (const file of readdirSync(join(folder, 'cjs'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js')) continue;
    const path = join(folder, 'cjs', file);
    const faulty = withFaultPoints(readFileSync(path, 'utf8'), names.length);
    writeFileSync(path, faulty.code);
    names.push(...faulty.names.map((name) => `${file}: ${name}`));
  }
  return names;
}

/** For as many processes: they mostly wait. */
function inParts(ids: readonly number[]): number[][] {
  const PROCESSES = 8;
  return Array.from({ length: PROCESSES }, (_, part) => ids.filter((_, index) => index % PROCESSES === part));
}

const SHARE = 0.25;

let plans = 0;

async function live(folder: string, ids: readonly number[], also: readonly number[] = []): Promise<Outcome> {
  plans += 1;
  const plan = join(folder, `plan-${plans}.json`);
  writeFileSync(plan, JSON.stringify({ ids, also }));
  // A server that cannot be instrumented is warned about, and nothing else is printed.
  const env = { PATH: process.env.PATH, HOME: join(folder, 'home'), NODE_NO_WARNINGS: '1' };
  const { code, stdout, stderr } = await run(process.execPath, [join(folder, 'host.mjs'), plan], {
    env,
    cwd: folder,
    timeout: 300_000,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

test('P6: every function that the library reaches throws, and the host sees nothing', {
  timeout: 600_000,
}, async () => {
  const { folder } = testHome();
  mkdirSync(join(folder, 'home'));
  const names = prepare(folder);
  const plain = await live(folder, [-1]);
  expect(plain.harm).toEqual([]);
  expect(plain.received).toBeGreaterThan(2); // it is a whole life
  const ids = plain.reached;
  expect(ids.length).toBeGreaterThan(400);
  const others = names.map((_, id) => id).filter((id) => !plain.reached.includes(id) && !plain.loaded.includes(id));

  // The second time, the functions that only run when something went wrong throw as well. In the short form that is
  // tried with some of them, others each time; at length with all.
  const random = randomFrom(SEED);
  const some = ids.filter(() => random() < SHARE * TIMES);
  const outcomes = [
    ...(await Promise.all(inParts(ids).map((part) => live(folder, part)))),
    ...(await Promise.all(inParts(some).map((part) => live(folder, part, others)))),
  ];
  const harm = outcomes.flatMap((outcome) => outcome.harm);
  const seen = new Set(harm.map(({ id, what }) => `${names[id]}: ${what}`));
  const unreached = outcomes.flatMap((outcome) => outcome.unreached);
  report('throwing', { functions: names.length, thrown: ids.length + some.length - unreached.length, harm: seen.size });
  expect([...seen]).toEqual([]);
});
