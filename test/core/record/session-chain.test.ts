import { expect, test } from 'vitest';
import { createChain } from '../../../src/core/record/session-chain.js';

test('a chain knows the tool before and how many different ones there were', () => {
  const chain = createChain();
  const steps = ['a', 'a', 'b', 'a', 'c'].map((tool) => [chain.follow(tool, 'monday'), chain.nth(tool, 'monday')]);
  expect(steps).toEqual([
    ['start', 1],
    ['a', undefined],
    ['a', 2],
    ['b', undefined],
    ['a', 3],
  ]);
});

test('P4: a connection that outlives midnight is a session of both days, and neither tells of the other', () => {
  const chain = createChain();
  chain.follow('a', 'monday');
  expect(chain.nth('a', 'monday')).toBe(1);
  expect(chain.follow('b', 'tuesday')).toBe('start');
  expect(chain.nth('b', 'tuesday')).toBe(1);
});

test('beyond six different tools nothing is told apart', () => {
  const chain = createChain();
  const nths = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((tool) => chain.nth(tool, 'monday'));
  expect(nths).toEqual([1, 2, 3, 4, 5, 6, undefined, undefined]);
});

test('a call that came to nothing leaves the chain as it was', () => {
  const chain = createChain();
  chain.follow('a', 'monday');
  chain.unfollow('b', chain.follow('b', 'monday'), 'monday');
  expect(chain.follow('b', 'monday')).toBe('a');
  chain.follow('b', 'tuesday');
  chain.unfollow('b', 'a', 'monday'); // begun before midnight: yesterday's chain is gone
  expect(chain.follow('c', 'tuesday')).toBe('b');
});
