import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { ROOT } from '../support/processes.js';

test('npm run play: lines from a pipe go through server, client, command line and collector', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/play/play.ts'], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 40_000,
  });
  let shown = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (shown += chunk));
  child.stdin.end('enable --yes\ncall recommend 4\ncall remediate\nday\npreview\nsend\nsent --verify\nquit\n');
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(shown).toMatch(/In effect here: on\.[\s\S]*4 calls; 4 ok[\s\S]*1 failed \(1 authorization\)/);
  expect(shown).toMatch(/\d{4}-\d\d-\d\d {2}delivered\n[\s\S]* {2}intact\n/);
  expect(code).toBe(0);
});
