import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { receiptPath, reportPath } from '../../src/core/deliver/report-files.js';
import { MAX_REPORT_BYTES } from '../../src/schema/limits.js';
import { memoryDestination } from '../../src/testing/index.js';
import { type TestHome, testHome } from '../support/home.js';
import { cli, ROOT } from '../support/processes.js';
import { putReport } from '../support/reports.js';

const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
const [BEFORE, YESTERDAY] = [dayAgo(2), dayAgo(1)];
const oneLine = (text: string) => text.replace(/\s+/g, ' ');

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(
  JSON.parse(readFileSync(`${ROOT}docs/schemas/sent.json`, 'utf8')),
);

/** A home from which these days were delivered. */
async function sentHome(...days: string[]): Promise<TestHome> {
  const home = testHome({ analytics: true });
  const received = await memoryDestination();
  onTestFinished(received.close);
  for (const day of days) await putReport(home, day);
  expect((await cli(['send'], { env: { ...home.env, ...received.env } })).code).toBe(0);
  return home;
}

async function sent(home: TestHome, ...args: string[]) {
  const { code, stdout, stderr } = await cli(['sent', ...args], { env: home.env });
  return { code, stdout, said: oneLine(stdout), errors: oneLine(stderr) };
}

async function sentJson(home: TestHome, ...args: string[]) {
  const { stdout } = await sent(home, ...args, '--json');
  const value = JSON.parse(stdout);
  expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  return value;
}

/** What can become of a copy, and the word for it. */
const CHANGES = [
  [
    'edited',
    'altered',
    (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('"invocations":13', '"invocations":99')),
  ],
  ['grown', 'altered', (path: string) => writeFileSync(path, Buffer.alloc(MAX_REPORT_BYTES + 1, 0x20))],
  ['deleted', 'missing', (path: string) => rmSync(path)],
] as const;

describe.each(CHANGES)('P5: a copy that was %s is %s in every view', (_name, word, change) => {
  const changed = async () => {
    const home = await sentHome(BEFORE, YESTERDAY);
    const path = reportPath(home.paths.sent, YESTERDAY);
    change(path);
    return home;
  };

  test('list, day, JSON, raw and verify', async () => {
    const home = await changed();
    const list = await sent(home);
    expect(list.said).toMatch(new RegExp(`${YESTERDAY} delivered on .* The copy is ${word}`));
    expect(list.said.match(/The copy is/g)).toHaveLength(1);

    const day = await sent(home, YESTERDAY);
    expect(day.said).toMatch(new RegExp(`The copy is ${word}`));
    expect(day.said, 'its numbers are not shown as those that were sent').not.toMatch(/99 calls|13 calls/);

    const { reports } = await sentJson(home);
    expect(reports.map(({ copy }: { copy: string }) => copy)).toEqual(['intact', word]);

    const raw = await sent(home, '--raw');
    expect(raw).toMatchObject({ code: 1, stdout: '' });
    expect(raw.errors).toMatch(new RegExp(`copy of ${YESTERDAY} is ${word}`));
    expect(await sent(home, BEFORE, '--raw')).toMatchObject({ code: 0, errors: '' });

    const verified = await sent(home, '--verify');
    expect(verified.code).toBe(1);
    expect(verified.stdout).toMatch(new RegExp(`^${BEFORE}  \\w{64}  intact\\n${YESTERDAY}  \\w{64}  ${word}\\n$`));
    expect((await sent(home, BEFORE, '--verify')).code).toBe(0);
  });
});

test('the rows of an intact copy are shown', async () => {
  const home = await sentHome(YESTERDAY);
  const { code, said } = await sent(home, YESTERDAY);
  expect(code).toBe(0);
  expect(said).toMatch(/delivered on .*, answer 200.*13 calls/);
  expect(said).not.toContain('The copy is');
});

test('P5: a copy without a receipt is named, and does not verify', async () => {
  const home = await sentHome(BEFORE, YESTERDAY);
  rmSync(receiptPath(home.paths, YESTERDAY));
  writeFileSync(receiptPath(home.paths, BEFORE), '{');
  expect((await sent(home)).errors).toMatch(/2 copies have no receipt/);
  const { code, stdout } = await sent(home, '--verify');
  expect(code).toBe(1);
  expect(stdout).toBe(`${BEFORE}  no receipt\n${YESTERDAY}  no receipt\n`);
});

test('P12: only what a receipt can hold comes out of one', async () => {
  const home = await sentHome(YESTERDAY);
  const path = receiptPath(home.paths, YESTERDAY);
  const receipt = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...receipt, day: '\u001b[2J', reason: 'a\nb', status: 'x', url: 7, more: 1 }));
  const { reports } = await sentJson(home, YESTERDAY);
  expect(reports).toMatchObject([{ day: YESTERDAY, reason: null, status: null, url: null, copy: 'intact' }]);
  expect((await sent(home, YESTERDAY)).stdout).not.toContain('\u001b');
});

test('a dropped report never had a copy', async () => {
  const home = testHome({ analytics: true });
  await putReport(home, dayAgo(30));
  await cli(['send'], { env: home.env });
  const { reports } = await sentJson(home);
  expect(reports).toMatchObject([
    { outcome: 'dropped', copy: null, url: null, reason: 'it waited longer than 21 days' },
  ]);
  expect(await sent(home, '--verify')).toMatchObject({ code: 0 });
});

test.skipIf(process.getuid?.() === 0)('a copy that cannot be read does not verify', async () => {
  const home = await sentHome(YESTERDAY);
  chmodSync(join(home.paths.sent, `${YESTERDAY}.json`), 0);
  expect((await sent(home, '--verify')).code).toBe(1);
});

test('disable speaks of copies only where there are some', async () => {
  const disabled = async (home: TestHome, ...args: string[]) =>
    oneLine((await cli(['disable', ...args], { env: home.env })).stdout);
  expect(await disabled(testHome({ analytics: true }))).toMatch(/Deleted: everything unsent\. $/);
  const home = await sentHome(YESTERDAY);
  expect(await disabled(home)).toContain('Copies of what was already sent stay for you to read');
  expect(await disabled(home, '--purge')).toContain('No counts are left here.');
  expect((await sent(home)).said).toContain('No sent report is on record here.');
});
