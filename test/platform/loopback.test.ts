import { expect, test } from 'vitest';
import { isLoopback } from '../../src/platform/loopback.js';

test.each(['localhost', '127.0.0.1', '127.8.8.8', '::1', '[::1]'])('%s is this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each([
  '',
  '0.0.0.0',
  '::',
  '[::]',
  '10.0.0.1',
  '1127.0.0.1',
  '127.0.0.1.example.com',
  'localhost.example.com',
  'my-localhost',
  '127.0.0.1\n',
])('%j is not', (host) => {
  expect(isLoopback(host)).toBe(false);
});
