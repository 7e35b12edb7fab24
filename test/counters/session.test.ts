import { expect, test } from 'vitest';
import { createChain } from '../../src/counters/session.js';

test('a chain knows the tool before and how many different ones there were', () => {
  const chain = createChain();
  const steps = ['a', 'a', 'b', 'a', 'c'].map((tool) => chain.next(tool, 'monday'));
  expect(steps).toEqual([{ from: 'start', nth: 1 }, { from: 'a' }, { from: 'a', nth: 2 }, { from: 'b' }, { from: 'a', nth: 3 }]);
});

test('a connection that outlives midnight is a session of both days', () => {
  const chain = createChain();
  chain.next('a', 'monday');
  expect(chain.next('a', 'tuesday')).toEqual({ from: 'a', nth: 1 });
});

test('beyond six different tools nothing is told apart', () => {
  const chain = createChain();
  const nths = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((tool) => chain.next(tool, 'monday').nth);
  expect(nths).toEqual([1, 2, 3, 4, 5, 6, undefined, undefined]);
});
