import { expect, test } from 'vitest';
import { ROOT, run } from '../support/processes.js';

test('the demo runs to its end and everything in it holds', async () => {
  const { code, stdout, stderr } = await run(process.execPath, ['--import', 'tsx', 'examples/demo/demo.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH },
  });
  expect(stdout).toMatch(/✓ previewed, sent, received and kept are the same bytes/);
  expect(stdout).toMatch(/✓ the secret is in none of them/);
  expect(stdout).toMatch(/Everything held\.\n$/);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^$|Sending/) });
});
