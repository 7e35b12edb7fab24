import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { reportPath } from '../../src/core/deliver/report-files.js';
import { csvText } from '../../src/platform/csv-text.js';
import { addDays } from '../../src/schema/calendar.js';
import { checkingDestination } from '../support/destination.js';
import { type TestHome, testHome, tree } from '../support/home.js';
import { CLI, cli, ROOT, run } from '../support/processes.js';
import { putReport } from '../support/reports.js';
import { hasTerminal, onTerminal } from '../support/terminal.js';
import { testTracker } from '../support/tracker.js';

const TODAY = new Date().toISOString().slice(0, 10);
const back = (days: number) => addDays(TODAY, -days);
const oneLine = (text: string) => text.replace(/\s+/g, ' ');

const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(`${ROOT}docs/schemas/history.json`, 'utf8')),
);

/** A home with an open day, a report that waits and two that a destination has; of each: 13 calls of `recommend`, 21 in all. */
async function usedHome(config: object = { analytics: true }): Promise<TestHome> {
  const home = testHome(config);
  const received = await checkingDestination();
  for (const age of [3, 2]) await putReport(home, back(age));
  const env = { ...home.env, ...received.env, DOT_AI_ANALYTICS: 'true' };
  expect((await cli(['send'], { env })).code).toBe(0);
  await putReport(home, back(1));
  const tracker = testTracker(
    { ...home, env },
    {},
    { now: `${TODAY}T10:00:00Z`, timing: { tick: 1e6, startSpread: 1e9, interval: 1e9 } },
  );
  await tracker.use('recommend', 13);
  await tracker.use('query', 8);
  await tracker.analytics.close();
  return home;
}

const history = async (home: TestHome, ...args: string[]) => {
  const { code, stdout, stderr } = await cli(['history', ...args], { env: home.env });
  return { code, stdout, said: oneLine(stdout), errors: oneLine(stderr) };
};

async function historyJson(home: TestHome, ...args: string[]) {
  const { stdout } = await history(home, ...args, '--json');
  const value = JSON.parse(stdout);
  expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  return value;
}

describe('what people read', () => {
  test('in short, by day, by tool, and what is known of the calls', async () => {
    const { code, stdout, said, errors } = await history(await usedHome());
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      '84 calls of 4 tools, 6 failed (7%).',
      `On 4 of 45 days, ${back(44)} to ${TODAY} (UTC).`,
      '',
    ]);
    expect(stdout).toMatch(
      /\nweek of +Mon +Tue +Wed +Thu +Fri +Sat +Sun +week\n(\d{4}-\d\d-\d\d [ 0-9+-]+\n)+(- nothing counted; )?\+ not closed yet\n/,
    );
    expect(stdout.match(/(?<!\d)21(?= )/g)?.length, 'the closed days').toBeGreaterThanOrEqual(3);
    expect(stdout).toMatch(/ 21\+/);
    expect(stdout).toMatch(/\nTools\n {2}tool +calls +failed +half in +9\/10 in\n {2}recommend +52 +3 /);
    expect(said).toMatch(/Failures 3 kubernetes, 3 ai_service|Failures 3 ai_service, 3 kubernetes/);
    expect(said).toMatch(/Latency half within .*\(latency of 84 of 84 calls\)/);
    expect(stdout).toMatch(/\nSteps\n {2}recommend > recommend +\d+\n/);
    expect(said).toContain('One tool: dot-ai-analytics history recommend');
  });

  test('of one tool: its failures, its latency of so many calls, and what is called before and after it', async () => {
    const home = await usedHome();
    const operate = await history(home, 'remediate');
    expect(operate.said).toContain('6 calls of remediate, 3 failed (50%). On 3 of 45 days');
    expect(operate.said).toMatch(/Failures 3 kubernetes Latency not known \(latency of 0 of 6 calls\)/);
    expect(operate.said).toMatch(/Before it 3 \w+, 3 \w+/);
    const recommend = await history(home, 'recommend', '--days', '1');
    expect(recommend.said).toMatch(/^13 calls of recommend, 0 failed\. On 1 of 1 day,/);
    expect(recommend.said).toMatch(
      /13 up to 10 ms \(latency of 13 of 13 calls\) Before it 12 recommend, 1 start After it 12 recommend, 1 query $/,
    );
  });

  test('numbers from 100 up are said to be rounded, and sums are sums of these', async () => {
    const home = testHome({ analytics: true });
    const { analytics, use } = testTracker(home, {}, { now: `${TODAY}T10:00:00Z` });
    await use('query', 1_234);
    await analytics.close();
    const { said } = await history(home);
    expect(said).toContain('1,200 calls of 1 tool, 0 failed.');
    expect(said).toMatch(/From 100 up, the number of a day is rounded to two digits, as in its report/);
    expect((await history(await usedHome())).said).not.toContain('rounded');
  });

  test('of many tools the most used are shown, and how much the others are', async () => {
    const home = testHome({ analytics: true });
    const tools = Array.from({ length: 30 }, (_, at) => `tool${at}`);
    const { analytics } = testTracker(home, { tools } as object, { now: `${TODAY}T10:00:00Z` });
    const session = analytics.session();
    for (const [at, tool] of tools.entries())
      for (let nth = 0; nth <= at; nth += 1) await session.run(tool as 'query', async () => ({}));
    await analytics.close();
    const { stdout } = await history(home);
    expect(stdout.match(/^ {2}tool\d+ +\d/gm)).toHaveLength(20);
    expect(stdout).toContain('\nand 10 other tools: 55 calls, 0 failed.\n');
    expect((await historyJson(home)).days[0].tool_usage).toHaveLength(30);
  });

  test('nothing counted: what would appear, and how', async () => {
    const off = await history(testHome());
    expect(off).toMatchObject({ code: 0, errors: '' });
    expect(off.said).toMatch(
      /^Nothing was counted here from .* Analytics is off: nobody has turned it on\. Once it is on .* shows calls by day and tool.* Turn it on: dot-ai-analytics enable/,
    );
    const on = await history(testHome({ analytics: true }));
    expect(on.said).toMatch(/^Nothing was counted here from .* Once a server here is used, this shows calls by day/);
    expect(on.said).not.toContain('enable');
  });

  test('a tool that is declared and was not called', async () => {
    const home = await usedHome();
    const { code, said } = await history(home, 'projectSetup');
    expect({ code, said }).toEqual({
      code: 0,
      said: `No call of projectSetup was counted here from ${back(44)} to ${TODAY} (UTC). `,
    });
    expect(await historyJson(home, 'projectSetup')).toMatchObject({ tool: 'projectSetup' });
  });

  test('P12: an unknown tool is an error that names those that are known, and shows the argument escaped', async () => {
    for (const flags of [[], ['--json'], ['--csv']]) {
      const { code, stdout, errors } = await history(await usedHome(), 'no\u001b[2Jtool', ...flags);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(errors).toMatch(/^Error: No server declared a tool \S+ here.* Known tools: recommend, version, .*\. $/);
      expect(errors).not.toContain('tool\u001b');
    }
  });

  test('P1: while off, counts that a server left are shown, with a warning', async () => {
    const home = await usedHome({ analytics: false });
    const { code, said, errors } = await history(home);
    expect(code).toBe(0);
    expect(said).toMatch(/^84 calls .* Analytics is off: the opt-out in config\.json\./);
    expect(errors).toContain('Warning: counts exist although analytics is off here');
  });

  test('P5: what is left out has a mark on its day, and a warning', async () => {
    const home = await usedHome();
    writeFileSync(reportPath(home.paths.sent, back(2)), '{}');
    const { stdout, errors } = await history(home);
    expect(stdout).toMatch(/63 calls/);
    expect(stdout).toMatch(/ \? [\s\S]*\? left out \(see the warning\)/);
    expect(errors).toBe(`Warning: the numbers of ${back(2)} are left out: the copy is altered. `);
    const json = await historyJson(home);
    expect(json.leftOut).toEqual([{ day: back(2), reason: 'altered' }]);
    expect(json.warnings).toEqual([`the numbers of ${back(2)} are left out: the copy is altered`]);
  });
});

describe('--days', () => {
  test.each(['0', '46', '-1', '1.5', '1e1', '', ' 7', 'seven', '٣', '0x10', '999999999999'])(
    '%j is a usage error',
    async (days) => {
      const { code, stdout, errors } = await history(testHome(), `--days=${days}`);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(errors).toMatch(/^Error: --days takes a whole number from 1 to 45\./);
    },
  );

  test.each([1, 2, 45])('%i', async (days) => {
    const { from, to, days: shown } = await historyJson(await usedHome(), '--days', `${days}`);
    expect({ from, to, shown: shown.length }).toEqual({ from: back(days - 1), to: TODAY, shown: Math.min(days, 4) });
  });
});

describe('for programs', () => {
  test('--json: the rows of reports by event, with the sources of each day', async () => {
    const { days, ...rest } = await historyJson(await usedHome());
    expect(rest).toEqual({
      version: 1,
      enabled: true,
      from: back(44),
      to: TODAY,
      tool: null,
      leftOut: [],
      warnings: [],
    });
    expect(days.map(({ day, sources }: { day: string; sources: string[] }) => [day, ...sources])).toEqual([
      [back(3), 'delivered'],
      [back(2), 'delivered'],
      [back(1), 'waiting'],
      [back(0), 'open'],
    ]);
    for (const { tool_usage: tools } of days)
      expect(tools).toContainEqual(expect.objectContaining({ tool: 'recommend', invocations: 13 }));
  });

  test('--csv: parsed back, it is what --json has', async () => {
    const home = await usedHome();
    for (const args of [[], ['recommend'], ['--days', '2'], ['version', '--days', '1']]) {
      const { days } = await historyJson(home, ...args);
      const { stdout } = await history(home, ...args, '--csv');
      const [header, ...lines] = parseCsv(stdout);
      expect(header).toEqual(['day', 'source', 'event', 'name', 'measure', 'value']);
      expect(lines).toEqual(days.flatMap(linesOf));
      expect(lines.length).toBeGreaterThan(args[0] === 'version' ? -1 : 8);
    }
  });

  test('P12: a cell that a spreadsheet would run is a text, and one with a comma, a quote or a line is one cell', () => {
    const hostile = ['=1+1', '+1', '-1', '@x', '\tx', '\rx', 'a,b', 'a"b', 'a\r\nb', '="a,b"'];
    const text = csvText(
      ['one', 'two'],
      hostile.map((cell) => [cell, -1]),
    );
    const [, ...lines] = parseCsv(text);
    expect(lines.map(([cell]) => cell)).toEqual(hostile.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)));
    expect(lines.every(([, number]) => number === '-1')).toBe(true);
  });
});

type Properties = Record<string, string | number>;

function linesOf({ day, sources, ...events }: { day: string; sources: string[] }): string[][] {
  return Object.entries(events as unknown as Record<string, Properties[]>).flatMap(([event, rows]) =>
    rows.flatMap((row) => {
      const names = Object.values(row).filter((value) => typeof value === 'string');
      const numbers = Object.entries(row).filter(([, value]) => typeof value === 'number');
      return numbers.map(([measure, value]) => [day, sources.join(' '), event, names.join(' > '), measure, `${value}`]);
    }),
  );
}

/** RFC 4180, strictly. */
function parseCsv(text: string): string[][] {
  expect(text.endsWith('\r\n')).toBe(true);
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('wherever it is printed', () => {
  test.each([40, 80])('in %i columns of a pipe no line is wider, and nothing is drawn or colored', async (width) => {
    const home = await usedHome();
    for (const args of [[], ['recommend']]) {
      const { stdout } = await cli(['history', ...args], { env: { ...home.env, COLUMNS: String(width) } });
      expect(stdout).not.toMatch(/[▀-▟]/);
      expect(stdout).not.toContain('\u001b');
      expect(stdout.split('\n').filter((line) => line.length > width)).toEqual([]);
    }
  });

  test('days with many calls are a list where a week does not fit', async () => {
    const home = testHome({ analytics: true });
    const { analytics, use } = testTracker(home, {}, { now: `${TODAY}T10:00:00Z` });
    await use('query', 1_000);
    await analytics.close();
    const { stdout } = await cli(['history'], { env: { ...home.env, COLUMNS: '40' } });
    expect(stdout).toMatch(new RegExp(`\\nCalls by day\\n {2}${TODAY}\\s+1,000 calls\\n`));
    expect((await cli(['history'], { env: { ...home.env, COLUMNS: '50' } })).stdout).toMatch(
      /\nweek +Mon[^\n]*\n[\s\S]* 1000\+/,
    );
  });

  test('a pipe that closes early is no error', async () => {
    const { env } = await usedHome();
    const { code, stdout, stderr } = await run(
      'bash',
      ['-c', `set -o pipefail; "$0" "$1" history | head -n 1`, process.execPath, CLI],
      { env },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('84 calls of 4 tools, 6 failed (7%).\n');
  });

  test('colors only where they are wanted', async () => {
    const { env } = await usedHome();
    const hasColor = async (args: string[], variables: NodeJS.ProcessEnv) =>
      (await cli(['history', ...args], { env: { ...env, ...variables } })).stdout.includes('\u001b[');
    expect(await hasColor([], { FORCE_COLOR: '1' })).toBe(true);
    expect(await hasColor([], {})).toBe(false);
    for (const flag of ['--json', '--csv']) expect(await hasColor([flag], { FORCE_COLOR: '1' })).toBe(false);
  });

  test.runIf(hasTerminal).each([
    ['80 columns', {}, { color: true, drawn: true }],
    ['40 columns', { columns: 40 }, { color: true, drawn: false }],
    ['NO_COLOR', { env: { NO_COLOR: '1' } }, { color: false, drawn: true }],
    ['TERM=dumb', { env: { TERM: 'dumb' } }, { color: false, drawn: false }],
    ['no UTF-8', { env: { LANG: 'C' } }, { color: true, drawn: false }],
  ])(
    'on a terminal: %s',
    async (_name, { columns = 80, env = {} }: { columns?: number; env?: NodeJS.ProcessEnv }, expected) => {
      const home = await usedHome();
      const { shown, code } = await onTerminal('history', { env: { ...home.env, ...env }, columns });
      expect(code).toBe(0);
      const plain = stripVTControlCharacters(shown);
      expect({ color: shown.includes('\u001b'), drawn: /[▁-█]/.test(plain) }).toEqual(expected);
      expect(plain.split('\n').filter((line) => line.length > columns)).toEqual([]);
      expect(plain).toMatch(/^84 calls/);
      if (expected.drawn) expect(plain).toMatch(/\n {2}recommend +[▁-█·]{4} +52 +3 /);
    },
  );

  test.runIf(hasTerminal)('what is in short is repeated where the first lines have moved out of sight', async () => {
    const { env } = await usedHome();
    const at = async (rows: number, args = '') =>
      stripVTControlCharacters((await onTerminal(`history ${args}`, { env, rows })).shown);
    expect(await at(24)).toMatch(/^84 calls[\s\S]*\nIn short\n84 calls of 4 tools, 6 failed \(7%\)\.\nOn 4 of 45 days/);
    expect(await at(50)).not.toContain('In short');
    expect(await at(24, 'recommend')).not.toContain('In short');
  });

  test.runIf(hasTerminal)('--csv on a terminal has no line ends that are shown', async () => {
    const { shown } = await onTerminal('history --csv', { env: (await usedHome()).env, columns: 120 });
    expect(shown).toMatch(/^day,source,event,name,measure,value\n/);
    expect(shown).not.toContain('\\x0d');
  });
});

const hasStrace = (await run('strace', ['-V']).catch(() => ({ code: 1 }))).code === 0;
if (!hasStrace) process.stderr.write('SKIPPED: strace is not installed, so system calls are not watched\n');

test.runIf(hasStrace)('P1: it writes no file and opens no socket', async () => {
  const home = await usedHome();
  const before = tree(home.paths.folder);
  const log = join(testHome().folder, 'strace.log');
  const calls =
    'open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,unlink,unlinkat,truncate,ftruncate,utimensat,network';
  for (const args of [[], ['recommend'], ['--json'], ['--csv']]) {
    const { code } = await cli(['history', ...args], {
      env: home.env,
      under: ['strace', '-f', '-qq', '-e', `trace=${calls}`, '-o', log],
    });
    expect(code).toBe(0);
    const lines = readFileSync(log, 'utf8').split('\n');
    expect(
      lines.some((line) => line.includes(home.paths.sent)),
      'strace saw it read',
    ).toBe(true);
    const writing =
      /O_WRONLY|O_RDWR|O_CREAT|\b(?:creat|mkdir|rename|link|unlink|truncate|utimens)\w*\(|\b(?:socket|connect|bind|sendto|sendmsg)\(/;
    expect(lines.filter((line) => writing.test(line) && !/"\/dev\/(?:null|tty)"/.test(line))).toEqual([]);
  }
  expect(tree(home.paths.folder)).toEqual(before);
});

test('it loads no module that could send, and not the encoder, also where reports are', async () => {
  const home = await usedHome();
  const folder = testHome().folder;
  mkdirSync(folder, { recursive: true });
  const preload = join(folder, 'probe.cjs');
  writeFileSync(
    preload,
    `process.on('exit', () => {
       const loaded = process.moduleLoadList.filter((name) => /NativeModule (_?http.*|https|http2|tls|_tls.*|dns|net|internal\\/deps\\/undici\\/undici)$/.test(name));
       const encoder = Object.keys(require.cache).filter((name) => /posthog|collector/.test(name));
       require('node:fs').writeSync(2, 'LOADED ' + [...loaded, ...encoder].join());
     });`,
  );
  // A file for stdout: for a pipe Node itself loads net.
  for (const args of ['', 'recommend', '--json', '--csv']) {
    const { stderr } = await run(
      'sh',
      ['-c', `"$0" -r "$1" "$2" history ${args} > "$3"`, process.execPath, preload, CLI, join(folder, 'out')],
      { env: home.env },
    );
    expect([args, stderr]).toEqual([args, 'LOADED ']);
  }
});
