import { expect, test } from 'vitest';
import { createLookup } from '../../../src/core/deliver/dns-lookup.js';

const lookup = (hostname: string, all: boolean) =>
  new Promise<unknown[]>((resolve) => {
    createLookup(new AbortController().signal)(hostname, { all }, (...answer) => resolve(answer));
  });

test('a lookup answers in the form that was asked for', async () => {
  expect(await lookup('localhost', true)).toEqual([null, [{ address: '127.0.0.1', family: 4 }]]);
  expect(await lookup('localhost', false)).toEqual([null, '127.0.0.1', 4]); // hosts that turned off Happy Eyeballs
});

test('a lookup ends when it is aborted', async () => {
  const control = new AbortController();
  const answer = new Promise<NodeJS.ErrnoException | null>((resolve) => {
    createLookup(control.signal)('name.invalid', { all: true }, (error) => resolve(error));
  });
  control.abort();
  expect((await answer)?.code).toBe('ENOTFOUND');
});
