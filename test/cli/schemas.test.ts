import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-table.js';
import { type TestHome, testHome } from '../support/home.js';
import { cli, type Finished, ROOT } from '../support/processes.js';
import { putReport } from '../support/reports.js';
import { hasTerminal, onTerminal } from '../support/terminal.js';
import { testTracker } from '../support/tracker.js';

/** Strict, so that a misspelled keyword is an error. */
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });

function schemaOf(command: string): object {
  return JSON.parse(readFileSync(`${ROOT}docs/schemas/${command}.json`, 'utf8'));
}

/** What a command printed, which must be one object as docs/schemas says. */
function parsed(command: string, stdout: string): Record<string, unknown> {
  const value = JSON.parse(stdout);
  const validate = ajv.getSchema(command) ?? ajv.addSchema(schemaOf(command), command).getSchema(command);
  validate?.(value);
  expect(validate?.errors ?? [], stdout).toEqual([]);
  expect(value.version).toBe(1);
  return value;
}

const ON = { analytics: true, analyticsSchema: 1 };
const DESTINATION = { DOT_AI_POSTHOG_HOST: 'https://analytics.example.com', DOT_AI_POSTHOG_KEY: 'k' };

/** A home that has counted, with one report that waits, one that was sent and one that was dropped. */
async function busyHome(): Promise<TestHome> {
  const home = testHome(ON);
  const { analytics, use } = testTracker(home, {}, { now: `${new Date().toISOString().slice(0, 19)}Z` });
  await use('query', 3);
  await analytics.close();
  const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  await putReport(home, day(1));
  await putReport(home, day(2), 'phc_test', home.paths.sent);
  const receipt = { at: new Date().toISOString(), bytes: 1, sha256: '0'.repeat(64) };
  const put = (name: string, value: object) =>
    writeFileSync(`${home.paths.sent}/${name}.receipt.json`, JSON.stringify({ day: name, ...receipt, ...value }));
  put(day(2), { outcome: 'delivered', url: 'https://analytics.example.com/batch/', status: 200 });
  put(day(3), { outcome: 'expired' });
  return home;
}

function homeThatOffers(): TestHome {
  return testHome({ analyticsHintShown: true, analyticsOffered: { host: 'https://offered.example.com', key: 'k' } });
}

function homeWithLinkedData(): TestHome {
  const home = testHome(ON);
  symlinkSync(testHome().folder, home.paths.data);
  return home;
}

/** A state with an article is tried in one environment only. */
const STATES: Record<string, () => TestHome | Promise<TestHome>> = {
  'no file': () => testHome(),
  'an opt-in': () => testHome(ON),
  'an opt-out': () => testHome({ analytics: false }),
  'counts, and reports that wait, were sent and were dropped': busyHome,
  'a damaged file': () => testHome('{"analytics": tru'),
  'a newer file': () => testHome({ analytics: true, analyticsSchema: 9 }),
  'a file that other users can write': () => {
    const home = testHome(ON);
    chmodSync(home.paths.config, 0o666);
    return home;
  },
  'a linked data folder': homeWithLinkedData,
  'a folder in the place of the file': () => {
    const home = testHome();
    mkdirSync(home.paths.config, { recursive: true });
    return home;
  },
};

const ENVIRONMENTS: Record<string, NodeJS.ProcessEnv> = {
  plain: {},
  'on by a variable, with a destination, in color': { DOT_AI_ANALYTICS: 'true', FORCE_COLOR: '1', ...DESTINATION },
  'off by a variable': { DO_NOT_TRACK: '1' },
  'no home': { DOT_AI_CONFIG_DIR: 'relative' },
};

const CALLS = [
  'status',
  'preview',
  'history',
  'history query --days 3',
  'sent',
  'schema',
  'hint',
  'hint --mark-shown',
  'enable',
  'enable --yes',
  'enable --yes --replace',
  'clear',
  'disable',
  'disable --purge',
];

/** Exit codes agree with what is printed, and a command that failed before it did anything prints nothing. */
function expectConsistent(call: string, { code, stdout, stderr }: Finished): void {
  const [command = ''] = call.split(' ');
  if (stdout === '') {
    expect({ call, code }).toEqual({ call, code: call === 'enable' ? expect.toBeOneOf([1, 2]) : 1 });
    expect(stderr).toMatch(/Error: /);
    return;
  }
  const { problem = null } = parsed(command, stdout);
  expect({ call, code }).toEqual({ call, code: problem === null ? 0 : 1 });
  if (typeof problem === 'string') expect(stderr.replace(/\s+/g, ' ')).toContain(`Error: ${problem.split('. ')[0]}`);
}

describe('what --json prints is what docs/schemas says', () => {
  test.each(Object.keys(STATES))('%s', { timeout: 300_000 }, async (state) => {
    const isPlain = state.startsWith('a ');
    for (const variables of Object.values(ENVIRONMENTS).slice(0, isPlain ? 1 : undefined)) {
      const attempts = CALLS.map(async (call) => {
        const home = await (STATES[state] as () => Promise<TestHome>)();
        expectConsistent(call, await cli([...call.split(' '), '--json'], { env: { ...home.env, ...variables } }));
      });
      await Promise.all(attempts);
    }
  });

  test('the results say what happened', async () => {
    const json = async (home: TestHome, ...args: string[]) =>
      parsed(args[0] as string, (await cli([...args, '--json'], { env: home.env })).stdout);
    const home = await busyHome();
    const where = { decidedBy: 'config', configPath: home.paths.config, keptCopy: null, problem: null };
    const known = await json(homeThatOffers(), 'enable', '--yes');
    expect(known).toMatchObject({ acceptedSchema: 1, recipient: { host: 'https://offered.example.com', key: 'k' } });
    const none = { acceptedSchema: null, recipient: null };
    expect(await json(home, 'disable')).toEqual({
      version: 1,
      analytics: false,
      enabled: false,
      deleted: true,
      ...none,
      ...where,
    });
    expect(await json(home, 'enable', '--yes')).toEqual({
      ...{ version: 1, analytics: true, enabled: true, deleted: null, acceptedSchema: 1, recipient: null },
      ...where,
    });
    expect(await json(home, 'hint')).toEqual({ version: 1, shown: false, text: expect.stringContaining('dot-ai') });
    expect(await json(home, 'hint', '--mark-shown')).toEqual({ version: 1, shown: true, text: null });
    expect(await json(home, 'clear')).toEqual({ version: 1, deleted: true, problem: null });
    expect(await json(home, 'clear')).toEqual({ version: 1, deleted: false, problem: null });

    const damaged = testHome('{');
    expect(await json(damaged, 'disable')).toMatchObject({
      analytics: false,
      keptCopy: `${damaged.paths.config}.kept-1`,
    });
    const linked = { deleted: false, problem: expect.stringContaining('symbolic link') };
    expect(await json(homeWithLinkedData(), 'disable')).toMatchObject({ analytics: false, enabled: false, ...linked });
    expect(await json(homeWithLinkedData(), 'clear')).toMatchObject(linked);
  });

  test.runIf(hasTerminal)('enable --json that a person declines', async () => {
    const home = testHome();
    const out = `${home.folder}/out`;
    const { code } = await onTerminal(`enable --json > ${out}`, { env: home.env, keys: 'n\\r' });
    expect(code).toBe(1);
    expect(parsed('enable', readFileSync(out, 'utf8'))).toMatchObject({
      analytics: false,
      enabled: false,
      problem: null,
    });
  });
});

test('docs/schemas has the commands with --json, and each allows nothing else', () => {
  const described = readdirSync(`${ROOT}docs/schemas`).map((name) => name.replace('.json', ''));
  const withJson = COMMANDS.filter(({ options }) => options.some(({ flag }) => flag === '--json'));
  expect(described.sort()).toEqual(withJson.map(({ name }) => name).sort());
  for (const command of described) {
    expect(schemaOf(command)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
    });
  }
});
