import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { PostHog } from 'posthog-node';
import { describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../../src/collector/intake/intake.js';
import { encode } from '../../../src/core/report/encode.js';
import { DAY, install, testCollector, tool } from '../../support/collector.js';
import { exampleReport } from '../../support/reports.js';

type Batch = { api_key: string; batch: Record<string, unknown>[]; [other: string]: unknown };
const body = async () => JSON.parse(await exampleReport(DAY)) as Batch;
const changed = async (change: (parsed: Batch) => void) => {
  const parsed = await body();
  change(parsed);
  return JSON.stringify(parsed);
};
const first = (parsed: Batch) => parsed.batch[0] as { properties: Record<string, unknown>; [name: string]: unknown };
const SECRET = 'my-secret-cluster';

describe('P3: one unknown string refuses the batch, says which field and why, and repeats nothing', () => {
  test.each<[string, (parsed: Batch) => void, RegExp, number?]>([
    [
      'an unknown event',
      (parsed) => {
        first(parsed).event = SECRET;
      },
      /^batch\.0\.event: expected/,
      422, // a later version, another vocabulary or a later day may take it
    ],
    [
      'an unknown property',
      (parsed) => {
        first(parsed).properties[SECRET] = 1;
      },
      /^batch\.0\.properties/,
      422,
    ],
    [
      'a tool that is not of the vocabulary',
      (parsed) => {
        for (const { properties } of parsed.batch as never as { properties: Record<string, unknown> }[])
          if (properties.tool) properties.tool = SECRET;
      },
      /^batch\.\d+\.properties\.tool: expected/,
      422,
    ],
    [
      'a string where a number has to be',
      (parsed) => {
        for (const { properties } of parsed.batch as never as { properties: Record<string, unknown> }[])
          if (properties.invocations) properties.invocations = SECRET;
      },
      /^batch\.\d+\.properties\.invocations/,
    ],
    [
      'a number out of range',
      (parsed) => {
        for (const { properties } of parsed.batch as never as { properties: Record<string, unknown> }[])
          if (properties.invocations) properties.invocations = 10_000;
      },
      /invocations: expected <=9999/,
    ],
    [
      'a number that is not rounded',
      (parsed) => {
        for (const { properties } of parsed.batch as never as { properties: Record<string, unknown> }[])
          if (properties.invocations) properties.invocations = 1234;
      },
      /two significant digits/,
    ],
    [
      'a negative one',
      (parsed) => {
        for (const { properties } of parsed.batch as never as { properties: Record<string, unknown> }[])
          if (properties.count) properties.count = -1;
      },
      /count: expected >=1/,
    ],
    [
      'an extra key of an event',
      (parsed) => {
        first(parsed)[SECRET] = 1;
      },
      /^batch\.0/,
    ],
    [
      'an extra key of the body',
      (parsed) => {
        parsed[SECRET] = 1;
      },
      /expected/,
    ],
    [
      '__proto__',
      (parsed) => {
        first(parsed).properties = JSON.parse('{"__proto__":{"a":1}}');
      },
      /inherit/,
    ],
    [
      'a key that objects inherit',
      (parsed) => {
        first(parsed).properties.constructor = 1 as never;
      },
      /inherit/,
    ],
    [
      'a nested value of an unknown property',
      (parsed) => {
        first(parsed).properties[SECRET] = [[[1]]];
      },
      /^batch\.0\.properties: expected no nested value/,
    ],
    [
      'a tool that is missing',
      (parsed) => {
        for (const { properties } of parsed.batch as never as { properties: Record<string, unknown> }[])
          delete properties.tool;
      },
      /^batch\.\d+\.properties\.tool: expected a name/,
      422, // a later version may describe other things
    ],
    [
      'a fraction',
      (parsed) => {
        for (const { properties } of parsed.batch as never as { properties: Record<string, unknown> }[])
          if (properties.invocations) properties.invocations = 1.5;
      },
      /invocations: expected a whole number$/,
    ],
    [
      'an object for a name',
      (parsed) => {
        first(parsed).event = { toString: SECRET };
      },
      /^(body|batch\.0)/,
    ],
    [
      'a client of another kind',
      (parsed) => {
        first(parsed).properties.$lib = SECRET;
      },
      /\$lib: expected "posthog-node"/,
    ],
    [
      'an address',
      (parsed) => {
        first(parsed).properties.$ip = '10.0.0.1';
      },
      /\$ip/,
    ],
    [
      'a uuid that is none',
      (parsed) => {
        first(parsed).uuid = SECRET;
      },
      /^batch\.0\.uuid/,
    ],
    [
      'a time that is none',
      (parsed) => {
        first(parsed).timestamp = SECRET;
      },
      /^batch\.0\.timestamp/,
    ],
    [
      'a day long past',
      (parsed) => {
        for (const event of parsed.batch) event.timestamp = '2026-10-01T12:00:00.000Z';
      },
      /timestamp: expected a day of the last 22/,
      422,
    ],
    [
      'a day to come',
      (parsed) => {
        for (const event of parsed.batch) event.timestamp = '2026-11-25T12:00:00.000Z';
      },
      /timestamp: expected a day of the last 22/,
      422,
    ],
    [
      'a row twice',
      (parsed) => {
        parsed.batch.push({ ...first(parsed), uuid: '00000000-0000-4000-8000-000000000000' });
      },
      /one row for each name and day/,
    ],
    [
      'no batch',
      (parsed) => {
        parsed.batch = [];
      },
      /batch/,
    ],
  ])('%s', async (_name, change, expected, wanted = 400) => {
    const collector = await testCollector({ minInstalls: 1 });
    const { status, detail } = await collector.post(await changed(change));
    expect({ status, detail }).toEqual({ status: wanted, detail: expect.stringMatching(expected) });
    expect(detail).not.toContain(SECRET);
    expect((await collector.get<{ lastDay: unknown }>('api/v1')).lastDay).toBeNull(); // nothing of the batch was taken
  });

  test.each([
    ['no JSON', 'no json'],
    ['null', 'null'],
    ['an array', '[]'],
    ['a number', '7'],
    ['a deep nest', `${'['.repeat(60_000)}${']'.repeat(60_000)}`],
    ['many keys', `{${Array.from({ length: 10_000 }, (_, at) => `"k${at}":1`).join()}}`],
  ])('%s', async (_name, text) => {
    const collector = await testCollector();
    expect((await collector.post(text)).status).toBe(400);
  });
});

test.each([
  ['plain', true],
  ['gzip', false],
])('an unmodified posthog-node pointed at it works, %s', async (_name, disableCompression) => {
  const collector = await testCollector({ minInstalls: 1, clock: Date.now });
  const client = new PostHog('phc_any', { host: collector.url, disableCompression });
  client.capture({ distinctId: 'anything', event: 'active_install', properties: { first_this_week: true } });
  client.capture({
    distinctId: 'anything',
    event: 'tool_usage',
    properties: { tool: 'query', invocations: 3, successes: 3 },
  });
  await client.flush();
  const { rows } = await collector.get('api/v1/tools');
  expect(rows).toEqual([expect.objectContaining({ tool: 'query', invocations: 3, installs: 1 })]);
});

test('a report that comes again counts once, also under another key, after a restart, and not after 22 days', async () => {
  let now = Date.parse('2026-11-23T10:00:00Z');
  const collector = await testCollector({ minInstalls: 1, clock: () => now });
  const rows = [install(), tool('query', { invocations: 7, successes: 7 })];
  const text = await encode(rows, DAY, 'phc_a');
  const calls = async (at = collector) => (await at.get('api/v1/tools')).rows.map((row) => row.invocations);
  for (const again of [text, text, text.replace('phc_a', 'phc_b')])
    expect((await collector.post(again)).status).toBe(200);
  expect(await calls()).toEqual([7]);
  await Promise.all(Array.from({ length: 20 }, () => collector.post(text)));
  expect(await calls()).toEqual([7]);
  await collector.close();
  const second = await testCollector({ minInstalls: 1, db: collector.db, clock: () => now });
  await second.post(text);
  expect(await calls(second)).toEqual([7]);
  now += 23 * 86_400_000; // no client sends it any more, and it would be refused
  expect(await second.post(text)).toMatchObject({ status: 422 });
});

test('refusals are counted by rule, and told of without values, at most once a minute for each rule', async () => {
  let now = 0;
  const log: string[] = [];
  const collector = await testCollector({ monotonic: () => now, log: (line) => log.push(line) });
  const unknownTool = () =>
    changed((parsed) => {
      for (const { properties } of parsed.batch as never as { properties: Record<string, unknown> }[])
        if (properties.tool) properties.tool = SECRET;
    });
  for (let times = 0; times < 3; times += 1) await collector.post(await unknownTool());
  await collector.post('{}');
  now += 61_000;
  await collector.post(await unknownTool());
  const { refused } = await collector.get<{ refused: object }>('api/v1');
  expect(await collector.get('api/v1')).toMatchObject({ accepted: 0 });
  expect(refused).toEqual({ malformed: 1, 'unknown name': 4, 'unknown field': 0, day: 0 });
  expect(log.map((line) => line.slice(0, 45))).toEqual(
    [
      'Refused so far: 1 report (unknown name). The l',
      'Refused so far: 1 report (malformed). The last',
      'Refused so far: 4 reports (unknown name). The ',
    ].map((line) => line.slice(0, 45)),
  );
  expect(log.join()).toContain('--vocabulary');
  expect(log.join()).not.toContain(SECRET);
});

describe('limits', () => {
  test.each([
    ['that says so', 100 * 1024 * 1024],
    ['that says it is short', 100],
  ])('a bomb: 100 KB that unpack to 100 MB, %s', async (_name, length) => {
    const collector = await testCollector();
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20), { level: 9 });
    expect(bomb.length).toBeLessThan(MAX_BODY_BYTES);
    bomb.writeUInt32LE(length, bomb.length - 4);
    const before = process.memoryUsage.rss();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => collector.post(bomb, { 'content-encoding': 'gzip' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 400));
    expect(process.memoryUsage.rss() - before).toBeLessThan(50 * 1024 * 1024);
  });

  test('a body of 100 MB is refused before it is read', async () => {
    const collector = await testCollector();
    const { status } = await collector.post(Buffer.alloc(100 * 1024 * 1024, 0x20)).catch(() => ({ status: 413 }));
    expect(status).toBe(413);
  });

  test('a sender that is answered before the end of its body, and goes on, is disconnected soon', async () => {
    const collector = await testCollector();
    const socket = connect(Number(new URL(collector.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => {});
    const from = performance.now();
    socket.write('POST /batch/ HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a.test\r\nContent-Length: 500\r\n\r\n{');
    const drip = setInterval(() => socket.write(' '), 50);
    await ended;
    clearInterval(drip);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(performance.now() - from).toBeLessThan(4_000); // a request may take 10 s
  });

  test.each([
    ['gzip that is none', Buffer.from('no gzip'), 'gzip'],
    ['gzip of nothing', Buffer.alloc(0), 'gzip'],
    ['gzip cut off', gzipSync('{"batch":[]}').subarray(0, 15), 'gzip'],
    ['another encoding', Buffer.from('{}'), 'br'],
  ])('%s', async (_name, bytes, encoding) => {
    const collector = await testCollector();
    expect((await collector.post(bytes, { 'content-encoding': encoding })).status).toBe(400);
  });

  test('a flood from one sender: what is allowed is counted, the rest refused with Retry-After, and others are served', async () => {
    const collector = await testCollector({ rate: 20, minInstalls: 1 });
    const bodies = await Promise.all(Array.from({ length: 200 }, () => encode([install()], DAY, 'k')));
    const answers: { status: number }[] = [];
    for (let at = 0; at < bodies.length; at += 50)
      answers.push(...(await Promise.all(bodies.slice(at, at + 50).map((text) => collector.post(text)))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(180);
    const { rows } = await collector.get('api/v1/overview?from=2026-11-22&to=2026-11-22');
    expect(rows).toEqual([expect.objectContaining({ installs: 20 })]);
  });

  test('what is refused costs its sender ten times as much', async () => {
    const collector = await testCollector({ rate: 20 });
    const statuses: number[] = [];
    for (const text of ['{}', '{}', '{}']) statuses.push((await collector.post(text)).status);
    expect(statuses).toEqual([400, 400, 429]);
  });

  test('a poisoner with ten thousand fake reports moves counts by no more than the rate allows', {
    timeout: 120_000,
  }, async () => {
    const collector = await testCollector({ rate: 120, minInstalls: 1, trustProxy: true });
    const send = async (sender: string, text: string) => collector.post(text, { 'x-forwarded-for': sender });
    for (let honest = 0; honest < 50; honest += 1)
      await send(
        `10.0.0.${honest}`,
        await encode([install(), tool('query', { invocations: 10, successes: 10, latency_le_100: 10 })], DAY, 'k'),
      );
    const fake = await encode(
      [install(), tool('query', { invocations: 9900, successes: 9900, latency_le_inf: 9900 })],
      DAY,
      'k',
    );
    let refused = 0;
    for (let batch = 0; batch < 100; batch += 1) {
      const bodies = Array.from({ length: 100 }, (_, at) =>
        fake.replace(/[0-9a-f]{8}-/g, () => `${(batch * 100 + at).toString(16).padStart(8, '0')}-`),
      );
      const answers = await Promise.all(bodies.map((text) => send('10.9.9.9', text)));
      refused += answers.filter(({ status }) => status === 429).length;
    }
    expect(refused).toBe(10_000 - 120);
    const { rows } = await collector.get('api/v1/tools');
    expect(rows[0]?.installs).toBe(50 + 120);
    expect((await send('10.0.0.99', await encode([install()], DAY, 'k'))).status).toBe(200);
  });
});
