import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryWithLock, withLock } from '../../src/platform/lock.js';
import { testHome, tree } from '../support/home.js';

const lockIn = (folder: string) => join(folder, 'lock');
const age = (path: string) => utimesSync(path, 0, 0);

test('one holder at a time; the lock is gone afterwards', () => {
  const { folder } = testHome();
  const result = tryWithLock(lockIn(folder), () => {
    expect(tryWithLock(lockIn(folder), () => 'inner')).toBeUndefined();
    return 'outer';
  });
  expect(result).toEqual({ value: 'outer' });
  expect(tree(folder)).toEqual({});
});

test('P10: a holder that was stopped so long that another took its lock notices, and touches nothing', async () => {
  const { folder } = testHome();
  const path = lockIn(folder);
  expect(() =>
    tryWithLock(path, (lock) => {
      // Ctrl-Z here: the lock grows old, another process judges it abandoned, takes it and is at work.
      age(path);
      expect(tryWithLock(path, () => 'too early')).toBeUndefined();
      writeFileSync(path, 'the other one’s token');
      lock.assertHeld();
    }),
  ).toThrow(expect.objectContaining({ code: 'ELOCKED' }));
  expect(readFileSync(path, 'utf8')).toBe('the other one’s token'); // nor does it remove the other's lock
});

test('an abandoned lock keeps nobody out, whatever is in it', async () => {
  for (const content of ['', '12345', 'x'.repeat(1000)]) {
    const { folder } = testHome();
    writeFileSync(lockIn(folder), content);
    age(lockIn(folder));
    expect(await withLock(lockIn(folder), 2_000, () => 'mine')).toBe('mine');
    expect(tree(folder)).toEqual({});
  }
});

test('a living holder is waited for, and then given up on', async () => {
  const { folder } = testHome();
  writeFileSync(lockIn(folder), 'somebody');
  await expect(withLock(lockIn(folder), 50, () => 'mine')).rejects.toMatchObject({ code: 'ELOCKED' });
  expect(readFileSync(lockIn(folder), 'utf8')).toBe('somebody');
});
