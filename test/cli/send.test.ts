import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { claim } from '../../src/core/deliver/outbox.js';
import { readReceipt } from '../../src/core/deliver/receipts.js';
import { listReceipts, listReports, reportPath } from '../../src/core/deliver/report-files.js';
import { ownIdentity } from '../../src/platform/process-identity.js';
import { MAX_DAYS_WAITING, MAX_REPORTS_WAITING } from '../../src/schema/limits.js';
import { memoryDestination, type Respond } from '../../src/testing/index.js';
import { type TestHome, testHome } from '../support/home.js';
import { CLI, cli, ROOT } from '../support/processes.js';
import { putReport } from '../support/reports.js';
import { hasTerminal, onTerminal } from '../support/terminal.js';

const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
const YESTERDAY = dayAgo(1);
const CLOSED = { DOT_AI_POSTHOG_HOST: 'http://127.0.0.1:9', DOT_AI_POSTHOG_KEY: 'phc_test' };

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(
  JSON.parse(readFileSync(`${ROOT}docs/schemas/send.json`, 'utf8')),
);

async function homeWith(...days: string[]): Promise<TestHome> {
  const home = testHome({ analytics: true });
  for (const day of days) await putReport(home, day);
  return home;
}

async function destination(respond?: Respond) {
  const opened = await memoryDestination();
  onTestFinished(opened.close);
  opened.respondWith(respond);
  return opened;
}

const answering =
  (status: number, body = '{}', headers: Record<string, string> = {}): Respond =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

const silent: Respond = () => {};
const hangingUp: Respond = (_request, response) => void response.socket?.end();

const oneLine = (text: string) => text.replace(/\s+/g, ' ');

async function send(home: TestHome, env: NodeJS.ProcessEnv = {}, ...args: string[]) {
  const { code, stdout, stderr } = await cli(['send', ...args], { env: { ...home.env, ...env } });
  return { code, stdout, said: oneLine(stdout), errors: oneLine(stderr) };
}

async function sendJson(home: TestHome, env: NodeJS.ProcessEnv = {}) {
  const { code, stdout } = await send(home, env, '--json');
  const value = JSON.parse(stdout);
  expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  return { code, value };
}

describe('what became of each report', () => {
  test('all delivered: exit 0, and several days are said to arrive together', async () => {
    const { env } = await destination();
    const home = await homeWith(dayAgo(2), YESTERDAY);
    const { code, stdout, errors } = await send(home, env);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${dayAgo(2)}  delivered\n${YESTERDAY}  delivered\n` });
    expect(errors).toMatch(/2 days arrive together/);
    const one = await homeWith(YESTERDAY);
    expect((await send(one, env)).errors).not.toMatch(/together/);
  });

  test('delivered, but the receipt cannot be kept: it is delivered, with the reason', async () => {
    const { env, requests } = await destination();
    const home = await homeWith(YESTERDAY);
    writeFileSync(home.paths.sent, 'in the way');
    const { code, said, errors } = await send(home, env);
    expect(requests).toHaveLength(1);
    expect(said).toMatch(
      new RegExp(`${YESTERDAY} delivered \\(its receipt or copy could not be kept: .*\\(E\\w+\\)\\).*sent again`),
    );
    expect(errors).not.toMatch(/could not be delivered|kept/);
    expect(code).toBe(0);
    const { value } = await sendJson(home, env);
    expect(value.reports).toMatchObject([{ outcome: 'delivered', receipt: false }]);
  });

  test('rejected: the reason of the destination is shown and kept, and cannot forge a line', async () => {
    const forged = `no.${'x'.repeat(60)}\n${YESTERDAY}  delivered\u001b[2J \u202e\u2066é${'y '.repeat(400)}`;
    const { env } = await destination(answering(400, JSON.stringify({ detail: forged })));
    const home = await homeWith(YESTERDAY);
    const { code, stdout, errors } = await send(home, env);
    expect(code).toBe(1);
    expect(oneLine(stdout)).toContain(`${YESTERDAY} rejected: the destination answered 400`);
    expect(errors).toMatch(/1 rejected/);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('delivered'))).toEqual([expect.stringMatching(/^ {2}\| /)]);
    for (const line of lines) expect(line).toMatch(/^[ -~]{1,80}$/);
    const receipt = readReceipt(home.paths, YESTERDAY);
    expect(receipt?.reason).toMatch(/^no\.x{60}\\n[ -~]{1,200}$/);
    expect(receipt?.reason?.length).toBeLessThanOrEqual(200);
    const shown = await cli(['sent'], { env: home.env });
    expect(shown.stdout).toContain('  | no.xxx');
    const { reports } = JSON.parse((await cli(['sent', '--json'], { env: home.env })).stdout);
    expect(reports).toMatchObject([{ outcome: 'rejected', reason: receipt?.reason }]);
  });

  test.each([
    ['503', answering(503), {}, /kept: the destination answered 503/],
    ['401', answering(401), {}, /kept: the destination refuses the project key \(401\)\. Correct the key/],
    ['403', answering(403), {}, /kept: something on the way forbids the request \(403\): a proxy, a firewall/],
    [
      'a used-up quota',
      answering(200, '{"status":1,"quota_limited":["events"]}'),
      {},
      /kept: the destination answered that the quota of the project is used up\. Raise the limit/,
    ],
    ['a login page', answering(200, '<html>'), {}, /kept: the destination answered 200, but not as one that took/],
    ['a redirect', answering(302), {}, /kept: the destination redirects to another address \(302\)/],
    ['no answer', silent, {}, /kept: the destination did not answer within 3 s\. Check the network/],
    ['no answer, and closed', hangingUp, {}, /kept: the connection was closed before an answer\. Check the network/],
    ['a closed port', undefined, CLOSED, /kept: nothing listens at the address of the destination/],
    [
      'no such name',
      undefined,
      { ...CLOSED, DOT_AI_POSTHOG_HOST: 'https://nothing.invalid' },
      /kept: the name of the host does not resolve\. Check the host and the network/,
    ],
  ] as const)('kept (%s): why, what to do, and when a server tries again', async (_name, respond, closed, words) => {
    const opened = respond && (await destination(respond));
    const home = await homeWith(dayAgo(2), YESTERDAY);
    const env = opened?.env ?? closed;
    const { code, said, errors } = await send(home, env);
    expect(said).toMatch(words);
    expect(said).toMatch(/A running server tries again from \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(said).toContain(`${YESTERDAY} kept: it was not tried, because`);
    expect(said).not.toMatch(/retry|HTTP|ENOTFOUND|EAI_AGAIN|ECONN/);
    expect(errors).toMatch(/2 kept/);
    expect(code).toBe(1);
    const { stdout } = await cli(['status'], { env: { ...home.env, ...env } });
    expect(oneLine(stdout)).toMatch(/last failure 20\S+ \S+ UTC: (?!.*unknown).+; the report is kept/);
  });

  test('Retry-After is obeyed: nothing is sent, and it says until when', async () => {
    const { env, requests } = await destination(answering(503, '{}', { 'retry-after': '600' }));
    const home = await homeWith(YESTERDAY);
    await send(home, env);
    const { code, said } = await send(home, env);
    expect({ code, requests: requests.length }).toEqual({ code: 1, requests: 1 });
    expect(said).toMatch(/kept: the destination answered 503 and asked to wait until \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    const { value } = await sendJson(home, env);
    const [report] = value.reports;
    expect(Math.abs(Date.parse(report.until) - Date.now() - 600_000)).toBeLessThan(120_000);
  });

  test('what is no report of this vocabulary is kept, with the reason', async () => {
    const { env } = await destination();
    const home = await homeWith(YESTERDAY);
    writeFileSync(reportPath(home.paths.outbox, dayAgo(2)), '{}');
    const { code, said } = await send(home, env);
    expect(said).toMatch(new RegExp(`${dayAgo(2)} kept: .*not a report`));
    expect(said).toContain(`${YESTERDAY} delivered`);
    expect(code).toBe(1);
  });
});

describe('retention runs before anything is announced', () => {
  test('1,501 waiting: 1,401 are named as dropped, with the limit, and 100 are announced', async () => {
    const { env, requests } = await destination();
    const home = await homeWith(YESTERDAY);
    const body = readFileSync(reportPath(home.paths.outbox, YESTERDAY));
    for (let index = 0; index < 1500; index += 1)
      writeFileSync(reportPath(home.paths.outbox, `${YESTERDAY}.${index.toString(16).padStart(8, '0')}`), body);
    const { code, said, errors } = await send(home, env);
    expect(said).toContain(`${YESTERDAY} dropped 1,401 reports: more than ${MAX_REPORTS_WAITING} waited`);
    expect(errors).toMatch(/Sending 100 reports/);
    expect(errors).toMatch(/100 delivered, 1,401 dropped/);
    expect(requests).toHaveLength(100);
    expect(code).toBe(1);
  });

  test('older than 21 days: dropped by name, exit 1, although all others arrived', async () => {
    const { env, requests } = await destination();
    const home = await homeWith(dayAgo(MAX_DAYS_WAITING + 2), YESTERDAY);
    const { code, value } = await sendJson(home, env);
    expect(value.reports).toMatchObject([
      {
        day: dayAgo(MAX_DAYS_WAITING + 2),
        outcome: 'dropped',
        reason: `it waited longer than ${MAX_DAYS_WAITING} days`,
      },
      { day: YESTERDAY, outcome: 'delivered', reason: null, receipt: true },
    ]);
    expect({ code, requests: requests.length }).toEqual({ code: 1, requests: 1 });
    const { stdout } = await cli(['sent', dayAgo(MAX_DAYS_WAITING + 2)], { env: home.env });
    expect(oneLine(stdout)).toMatch(/dropped on .* longer than 21 days/);
  });

  test('also without a destination', async () => {
    const home = await homeWith(dayAgo(MAX_DAYS_WAITING + 2), YESTERDAY);
    const { code, said, errors } = await send(home);
    expect(said).toMatch(/dropped: it waited longer/);
    expect(errors).toMatch(/No destination is known/);
    expect(code).toBe(1);
    expect(listReports(home.paths.outbox)).toEqual([YESTERDAY]);
  });
});

describe('another process', () => {
  test('a report that a running process sends: its number is named', async () => {
    const { env, requests } = await destination();
    const home = await homeWith(dayAgo(2), YESTERDAY);
    claim(home.paths, dayAgo(2)); // this process does not give it up
    const { code, said } = await send(home, env);
    expect(said).toContain(`${dayAgo(2)} kept: process ${process.pid} is sending it`);
    expect(said).toContain(`${YESTERDAY} delivered`);
    expect({ code, requests: requests.length }).toEqual({ code: 1, requests: 1 });
  });

  test('a claim whose owner cannot be seen: until when it holds', async () => {
    const { env } = await destination();
    const home = await homeWith(YESTERDAY);
    claim(home.paths, YESTERDAY);
    const path = join(home.paths.sending, `${YESTERDAY}.claim.json`);
    writeFileSync(path, JSON.stringify({ ...ownIdentity(), pid: 7, namespace: 'pid:[1]', token: 'x' }));
    const { code, value } = await sendJson(home, env);
    expect(code).toBe(1);
    expect(value.reports).toMatchObject([
      { outcome: 'kept', reason: expect.stringMatching(/process 7 of another container or machine/) },
    ]);
    expect(value.reports[0].until).toBe(new Date(Math.round(statSync(path).mtimeMs) + 600_000).toISOString());
  });

  test('what another process delivered meanwhile is not called kept', async () => {
    let isFirst = true;
    const home = await homeWith(dayAgo(2), YESTERDAY);
    const { env } = await destination((_request, response) => {
      if (isFirst) {
        isFirst = false;
        const receipt = { day: YESTERDAY, outcome: 'delivered', at: new Date().toISOString(), bytes: 1, sha256: '' };
        mkdirSync(home.paths.sent, { recursive: true });
        writeFileSync(join(home.paths.sent, `${YESTERDAY}.receipt.json`), JSON.stringify(receipt));
        rmSync(reportPath(home.paths.outbox, YESTERDAY));
      }
      response.end('{"status":1}');
    });
    const { code, said } = await send(home, env);
    expect(said).toContain(`${YESTERDAY} delivered`);
    expect(code).toBe(0);
  });
});

describe('Ctrl-C', () => {
  test('the claim is given back, and what was sent and what was not is said', async () => {
    const home = await homeWith(dayAgo(3), dayAgo(2), YESTERDAY);
    let answered = 0;
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { env } = await destination((_request, response) => {
      answered += 1;
      if (answered === 1) response.end('{"status":1}');
      else asked(); // and never answers
    });
    const child = spawn(process.execPath, [CLI, 'send'], { env: { ...home.env, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await isAsked;
    child.kill('SIGINT');
    const [code, signal] = await once(child, 'close');
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(oneLine(stdout)).toMatch(
      new RegExp(
        `${dayAgo(3)} delivered ${dayAgo(2)} kept: it was interrupted before the destination answered.*${YESTERDAY} kept: it was not tried`,
      ),
    );
    expect(oneLine(stderr)).toMatch(/1 delivered, 2 kept/);
    expect(listReports(home.paths.outbox)).toEqual([dayAgo(2), YESTERDAY]);
    expect(listReceipts(home.paths)).toEqual([dayAgo(3)]);
    rmSync(home.paths.recipient); // another destination needs another consent
    expect(await send(home, (await destination()).env)).toMatchObject({ code: 0 });
  });

  test.runIf(hasTerminal)('on a terminal too; each report has its line as it happens', async () => {
    const home = await homeWith(dayAgo(2), YESTERDAY);
    let answered = 0;
    const { env } = await destination((_request, response) => {
      answered += 1;
      if (answered === 1) response.end('{"status":1}');
    });
    const { shown, code } = await onTerminal('send', { env: { ...home.env, ...env }, keys: '\\003' });
    expect(oneLine(shown)).toMatch(/Sending 1 of 2: 0 %.*delivered.*Sending 2 of 2: 50 %.*kept: it was interrupted/);
    expect(code).toBe(1);
    expect(listReports(home.paths.outbox)).toEqual([YESTERDAY]);
  });
});

describe('a proxy that is set but not used', () => {
  test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'HTTP_PROXY'])(
    '%s: a remark after a network error',
    async (name) => {
      const home = await homeWith(YESTERDAY);
      expect((await send(home, { ...CLOSED, [name]: 'http://proxy.example:3128' })).errors).toMatch(
        new RegExp(`${name} is set, but reports do not go through a proxy`),
      );
    },
  );

  test('no remark where the destination answered, or none is set', async () => {
    const { env } = await destination(answering(503));
    const home = await homeWith(YESTERDAY);
    expect((await send(home, { ...env, HTTPS_PROXY: 'http://proxy.example:3128' })).errors).not.toMatch(/proxy/);
    expect((await send(await homeWith(YESTERDAY), { ...CLOSED, HTTPS_PROXY: '' })).errors).not.toMatch(/proxy/);
  });
});

describe('exit codes and --json', () => {
  test('off: exit 3, and nothing is sent', async () => {
    const home = testHome({ analytics: false });
    await putReport(home, YESTERDAY);
    const { env, requests } = await destination();
    expect(await send(home, env)).toMatchObject({ code: 3, errors: expect.stringMatching(/^Error: Analytics is off/) });
    const { code, value } = await sendJson(home, env);
    expect(code).toBe(3);
    expect(value).toMatchObject({ enabled: false, reports: [] });
    expect(requests).toEqual([]);
  });

  test('nothing waits: exit 0', async () => {
    expect(await send(await homeWith())).toMatchObject({ code: 0, said: expect.stringMatching(/^Nothing is waiting/) });
    const { code, value } = await sendJson(await homeWith(), CLOSED);
    expect(code).toBe(0);
    expect(value).toEqual({
      version: 1,
      enabled: true,
      destination: { host: CLOSED.DOT_AI_POSTHOG_HOST },
      reports: [],
    });
  });

  test('every outcome is of the schema', async () => {
    const home = await homeWith(dayAgo(30), dayAgo(4), dayAgo(3), dayAgo(2), YESTERDAY);
    let asked = 0;
    const { env } = await destination((request, response) => {
      asked += 1;
      answering([200, 400, 503][asked - 1] ?? 503, '{"status":1}')(request, response);
    });
    const { code, value } = await sendJson(home, env);
    expect(code).toBe(1);
    expect(value.reports.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'dropped',
      'delivered',
      'rejected',
      'kept',
      'kept',
    ]);
  });

  test.each([
    ['no destination', {}],
    ['a bad destination', { ...CLOSED, DOT_AI_POSTHOG_HOST: 'http://example.com' }],
  ])('%s: each report is kept', async (_name, env) => {
    const { code, value } = await sendJson(await homeWith(YESTERDAY), env);
    expect(code).toBe(1);
    expect(value).toMatchObject({ enabled: true, destination: null, reports: [{ outcome: 'kept', receipt: false }] });
  });

  test('a data folder that is a link: an error, and nothing on stdout', async () => {
    const home = testHome({ analytics: true });
    symlinkSync(testHome().folder, home.paths.data);
    const { code, stdout, errors } = await send(home, CLOSED, '--json');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(errors).toMatch(/^Error: /);
  });
});
