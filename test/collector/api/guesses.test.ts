import { expect, test } from 'vitest';
import { testCollector } from '../../support/collector.js';

const TOKEN = 'the-right-token-of-32-characters';

async function testReaders() {
  const log: string[] = [];
  const collector = await testCollector({ token: TOKEN, trustProxy: true, log: (line) => log.push(line) });
  const read = async (sender: string, token: string) => {
    const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': sender };
    const answer = await fetch(`${collector.url}api/v1`, { headers });
    await answer.arrayBuffer();
    return answer.status;
  };
  return { collector, log, read };
}

test('a sender that guesses is answered 429, the right token included; others read, and reports need no token', async () => {
  const { collector, log, read } = await testReaders();
  const statuses: number[] = [];
  for (let at = 0; at < 15; at += 1) statuses.push(await read('203.0.113.7', `wrong ${at}`));
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), ...Array.from({ length: 5 }, () => 429)]);
  expect(await read('203.0.113.7', TOKEN)).toBe(429);
  expect(await read('203.0.113.8', TOKEN)).toBe(200);
  const headers = { authorization: 'Bearer wrong', 'x-forwarded-for': '203.0.113.7' };
  expect(await collector.post('{}', headers)).toMatchObject({ status: 400 });
  expect(log.filter((line) => line.startsWith('Wrong tokens so far: 1.'))).toHaveLength(1);
  expect(log.join()).not.toMatch(/203\.0|wrong \d/);
});

test('guesses from many addresses get slow, and the right token is still taken', async () => {
  const { read } = await testReaders();
  expect(await read('198.51.100.1', TOKEN)).toBe(200);
  for (let at = 0; at < 300; at += 1) await read(`10.0.${at >> 8}.${at & 255}`, 'wrong');
  const from = performance.now();
  expect(await read('198.51.100.1', TOKEN)).toBe(200); // is known
  expect(await read('198.51.100.2', TOKEN)).toBe(200); // waits for its turn
  expect(performance.now() - from).toBeGreaterThan(200);
  const many = await Promise.all(Array.from({ length: 60 }, (_, at) => read(`10.9.0.${at}`, 'wrong')));
  expect(many.filter((status) => status === 401)).toHaveLength(20);
  expect(many.filter((status) => status === 429)).toHaveLength(40);
});
