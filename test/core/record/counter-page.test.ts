import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPage, parsePage, SLOT_BYTES } from '../../../src/core/record/counter-page.js';

const DAY = '2026-11-23';
const plain = (text: string) =>
  Object.fromEntries([...parsePage(text, DAY)].map(([key, cells]) => [key, Object.fromEntries(cells)]));
const text = (page: { bytes(): Buffer }) => page.bytes().toString('latin1');

test('counts are read back as they were added, and a person can read them', () => {
  const page = createPage(DAY);
  page.add('tool recommend', ['successes', 'latency_le_50', 'from_start', 'nth_1']);
  page.add('tool recommend', ['successes', 'latency_le_50', 'from_recommend']);
  page.add('feature helm', ['uses']);
  expect(plain(text(page))).toEqual({
    'tool recommend': { successes: 2, latency_le_50: 2, from_start: 1, nth_1: 1, from_recommend: 1 },
    'feature helm': { uses: 1 },
  });
  expect(text(page).replace(/ +\n/g, '\n')).toBe(
    'dot-ai-analytics spool 1 2026-11-23\n' +
      'tool recommend successes=0002 latency_le_50=0002 from_start=0001 nth_1=0001 from_recommend=0001\n' +
      'feature helm uses=0001\n',
  );
});

test('P8: counters saturate, and the page does not grow with the number of calls', () => {
  const page = createPage(DAY);
  for (let call = 0; call < 10_050; call += 1) page.add('tool query', ['successes', 'latency_le_10']);
  expect(plain(text(page))).toEqual({ 'tool query': { successes: 9999, latency_le_10: 9999 } });
  expect(page.bytes().length).toBe(2 * SLOT_BYTES);
  page.flush(() => {});
  const writes: number[] = [];
  page.add('tool query', ['successes']);
  page.flush((_bytes, position) => writes.push(position));
  expect(writes).toEqual([]); // a saturated counter writes nothing
});

test('P8: 64 tools that follow one another in every way stay below 300 KiB', () => {
  const page = createPage(DAY);
  const names = Array.from({ length: 64 }, (_, index) => `${'t'.repeat(37)}_${index}`.slice(0, 40));
  for (const name of names) for (const from of names) page.add(`tool ${name}`, [`from_${from}`]);
  expect(page.bytes().length).toBeLessThan(300 * 1024);
  expect(parsePage(text(page), DAY).get(`tool ${names[0]}`)?.size).toBe(64);
});

test('flush writes exactly the changed slots: a file that follows the flushes equals the page (property)', () => {
  const cell = fc.tuple(
    fc.constantFrom('tool a', 'tool b', 'feature c'),
    fc.array(fc.constantFrom(...Array.from({ length: 60 }, (_, i) => `cell_${i}`))),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, fc.boolean())), (steps) => {
      const page = createPage(DAY);
      let file = Buffer.alloc(0);
      const write = (bytes: Buffer, from: number, length: number) => {
        expect(Math.floor(from / SLOT_BYTES)).toBe(Math.floor((from + length - 1) / SLOT_BYTES)); // a kill leaves it whole or absent
        const next = Buffer.alloc(Math.max(file.length, from + length));
        file.copy(next);
        bytes.copy(next, from, from, from + length);
        file = next;
      };
      for (const [[key, cells], flush] of steps) {
        page.add(key, cells);
        if (flush) page.flush(write);
      }
      page.flush(write);
      expect(file.equals(page.bytes())).toBe(true);
    }),
  );
});

describe('P7: a damaged page can lose counts, never invent them', () => {
  const page = createPage(DAY);
  for (let call = 0; call < 12; call += 1) page.add('tool recommend', ['successes', 'latency_le_50']);
  page.add('tool query', ['failures_timeout', 'from_recommend']);
  const whole = text(page);
  const counts = plain(whole);

  test('cut at every byte', () => {
    for (let length = 0; length < whole.length; length += 1) {
      for (const [key, cells] of Object.entries(plain(whole.slice(0, length)))) {
        for (const [cell, count] of Object.entries(cells)) expect(count).toBeLessThanOrEqual(counts[key]?.[cell] ?? 0);
      }
    }
  });

  test.each([
    ['another day', whole.replace(DAY, '2026-11-22')],
    ['no header', whole.slice(SLOT_BYTES)],
    ['another version', whole.replace('spool 1', 'spool 2')],
    ['nothing', ''],
    ['zeros', '\0'.repeat(4096)],
  ])('%s: nothing is read', (_name, damaged) => {
    expect(plain(damaged)).toEqual({});
  });

  test.each([
    'successes=-001',
    'successes=1e99',
    'successes=00012',
    'successes=NaN!',
    '__proto__=0001',
    'SUCCESS=0001',
    'successes=0001=0001',
    'a b=0001',
  ])('the cell %j is left out', (cell) => {
    const line = `tool recommend ${cell}\n`;
    expect(
      plain(`dot-ai-analytics spool 1 ${DAY}\n${line}`)['tool recommend']?.[cell.split('=')[0] as string],
    ).toBeUndefined();
  });

  test('twenty thousand keys are read, and only names of the right form', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `tool t${index} successes=0001`).join('\n');
    const hostile = `dot-ai-analytics spool 1 ${DAY}\n${lines}\ntool ../../x successes=0001\ncommand rm successes=0001\n`;
    expect(parsePage(hostile, DAY).size).toBe(20_000);
  });
});
