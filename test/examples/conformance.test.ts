import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeAtHand } from '../../scripts/newer-node.js';
import { ROOT, run } from '../support/processes.js';

const isInstalled = existsSync(`${ROOT}conformance/node_modules`);
const newerNode = nodeAtHand();
if (!isInstalled)
  process.stderr.write('SKIPPED: npm ci --prefix conformance was not run, so no conformance is tested\n');
else if (newerNode === undefined)
  process.stderr.write('SKIPPED: the conformance suite needs Node 22 or later: set NODE_22 to its path\n');

test.runIf(isInstalled && newerNode !== undefined)(
  'P6: the official suite gives the same verdicts about plain and instrumented servers of both SDKs',
  async () => {
    const args = ['--import', 'tsx', 'conformance/run.ts', '--short'];
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_22: newerNode };
    const { code, stdout, stderr } = await run(process.execPath, args, { cwd: ROOT, env, timeout: 280_000 });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/✓ our server, SDK v1.* \d{2,} passed/);
    expect(stdout).toMatch(/✓ our server, SDK v2.* \d{2,} passed/);
    expect(stdout).toContain('every verdict is equal');
  },
  300_000,
);
