import { expect, test } from 'vitest';
import { createChain } from '../../../src/core/record/session-chain.js';

/** The generations of two pages. */
const MONDAY = 1;
const TUESDAY = 2;

test('a chain knows the tool before and how many different ones there were', () => {
  const chain = createChain();
  const steps = ['a', 'a', 'b', 'a', 'c'].map((tool) => [chain.follow(tool, MONDAY), chain.nth(tool, MONDAY)]);
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
  chain.follow('a', MONDAY);
  expect(chain.nth('a', MONDAY)).toBe(1);
  expect(chain.follow('b', TUESDAY)).toBe('start');
  expect(chain.nth('b', TUESDAY)).toBe(1);
});

test('beyond six different tools, sessions are not told apart', () => {
  const chain = createChain();
  const nths = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((tool) => chain.nth(tool, MONDAY));
  expect(nths).toEqual([1, 2, 3, 4, 5, 6, undefined, undefined]);
});

test('a call that is abandoned does not change the chain', () => {
  const chain = createChain();
  chain.follow('a', MONDAY);
  chain.unfollow('b', chain.follow('b', MONDAY), MONDAY);
  expect(chain.follow('b', MONDAY)).toBe('a');
  chain.follow('b', TUESDAY);
  chain.unfollow('b', 'a', MONDAY); // begun before midnight: yesterday's chain is gone
  expect(chain.follow('c', TUESDAY)).toBe('b');
});
