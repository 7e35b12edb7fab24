import { expect, test } from 'vitest';
import { LATENCY_CELLS, latencyCell } from '../../src/schema/latency.js';

test.each([
  [0, 'latency_le_10'],
  [10, 'latency_le_10'],
  [10.001, 'latency_le_20'],
  [300_000, 'latency_le_300000'],
  [300_001, 'latency_le_inf'],
  [Number.POSITIVE_INFINITY, 'latency_le_inf'],
  [Number.NaN, 'latency_le_inf'],
])('a call of %d ms is counted in %s', (milliseconds, cell) => {
  expect(latencyCell(milliseconds)).toBe(cell);
});

test('the cells are those of the contract', () => {
  expect(LATENCY_CELLS.map((cell) => cell.replace('latency_le_', '')).join(' ')).toBe(
    '10 20 50 100 200 500 1000 2000 5000 10000 30000 60000 120000 300000 inf',
  );
});
