import { expect, test } from 'vitest';
import { testHome } from '../support/home.js';
import { CLI, cli, run } from '../support/processes.js';

const hasPython = (await run('python3', ['-V']).catch(() => ({ code: 1 }))).code === 0;
if (!hasPython) process.stderr.write('SKIPPED: without python3, no pipe is made that does not block\n');

/** Runs a program with a small pipe for stdout that does not block, and reads it slowly. */
const SLOW_READER = `
import fcntl, os, subprocess, sys, time
out, end = os.pipe()
fcntl.fcntl(end, 1031, 4096) # F_SETPIPE_SZ
os.set_blocking(end, False)
program = subprocess.Popen(sys.argv[1:], stdout=end)
os.close(end)
time.sleep(0.3)
while part := os.read(out, 1000):
    sys.stdout.buffer.write(part)
    time.sleep(0.001)
sys.exit(program.wait())`;

test.runIf(hasPython && process.platform === 'linux')('a full pipe that does not block gets every byte', async () => {
  const { env } = testHome();
  const args = [process.execPath, CLI, 'schema', '--json'];
  const { code, stdout } = await run('python3', ['-c', SLOW_READER, ...args], { env });
  expect(code).toBe(0);
  expect(stdout).toBe((await cli(['schema', '--json'], { env })).stdout);
});

test.runIf(process.platform === 'linux')('a reader that has enough is no error, and a full disk is one', async () => {
  const { env } = testHome();
  const shell = (line: string) => run('bash', ['-c', line, process.execPath, CLI], { env });
  expect(await shell('set -o pipefail; "$0" "$1" schema --json | true')).toMatchObject({ code: 0, stderr: '' });
  expect(await shell('"$0" "$1" status > /dev/full')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The output could not be written: no space is left on the disk (ENOSPC)'),
  });
});
