import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { type Body, withKey } from '../../../src/core/report/body.js';
import { encode } from '../../../src/core/report/encode.js';
import type { Row } from '../../../src/schema/report.js';

const rows: Row[] = Array.from({ length: 100 }, (_, index) => ({
  event: 'workflow_step',
  properties: { from: 'start', to: 'query', count: index + 1 },
}));
const parse = (body: string) => JSON.parse(body) as Body;

afterEach(() => {
  delete process.env.POSTHOG_CAPTURE_MODE;
});

test('the body is what posthog-node sends, without sent_at', async () => {
  const body = await encode(rows.slice(0, 1), '2026-11-23', 'phc_x');
  const { api_key, batch, ...rest } = parse(body);
  expect(rest).toEqual({});
  expect(api_key).toBe('phc_x');
  const [event] = batch;
  expect(event).toEqual({
    event: 'workflow_step',
    properties: {
      from: 'start',
      to: 'query',
      count: 1,
      $process_person_profile: false,
      $ip: '0.0.0.0',
      $lib: 'posthog-node',
      $geoip_disable: true,
    },
    timestamp: '2026-11-23T12:00:00.000Z',
    uuid: expect.any(String),
    distinct_id: event?.uuid,
  });
});

test('P4: ids are random (v4), never repeat, and are the only id a row has', async () => {
  const batches = [parse(await encode(rows, '2026-11-23', 'k')), parse(await encode(rows, '2026-11-23', 'k'))].flatMap(
    ({ batch }) => batch,
  );
  const ids = batches.map(({ uuid }) => uuid);
  expect(new Set(ids).size).toBe(200);
  for (const { uuid, distinct_id } of batches) {
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(distinct_id).toBe(uuid);
  }
});

test('P4: the order is random: every row comes first now and then', async () => {
  const few = rows.slice(0, 4);
  const first = new Set<unknown>();
  for (let round = 0; round < 100; round += 1)
    first.add(parse(await encode(few, '2026-11-23', 'k')).batch[0]?.properties.count);
  expect([...first].sort()).toEqual([1, 2, 3, 4]); // by chance alone this fails once in 10^12
});

test('P4: nothing in a body tells the time', async () => {
  const body = await encode(rows, '2020-01-15', 'k');
  const day = 86_400_000;
  for (const [number] of body.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '').matchAll(/\d+/g)) {
    for (const unit of [1, 1000]) expect(Math.abs(Number(number) * unit - Date.now())).toBeGreaterThan(2 * day);
  }
  expect(body).not.toContain(new Date().toISOString().slice(0, 10));
});

test('P5: an environment variable of posthog-node cannot change the format', async () => {
  process.env.POSTHOG_CAPTURE_MODE = 'v1';
  const body = await encode(rows.slice(0, 2), '2026-11-23', 'k');
  expect(parse(body).batch).toHaveLength(2);
  expect(process.env.POSTHOG_CAPTURE_MODE).toBe('v1');
});

test('for another key the ids and the order stay', async () => {
  const body = await encode(rows, '2026-11-23', '');
  const key = randomUUID();
  expect(parse(withKey(body, key))).toEqual({ ...parse(body), api_key: key });
  expect(withKey(withKey(body, key), '')).toBe(body);
});
