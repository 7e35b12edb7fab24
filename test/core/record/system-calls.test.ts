import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MAX_LOOK_AGE_MS } from '../../../src/core/consent/gate.js';
import { testHome } from '../../support/home.js';
import { run } from '../../support/processes.js';

const hasStrace = (await run('strace', ['-V']).catch(() => ({ code: 1 }))).code === 0;
if (!hasStrace) process.stderr.write('SKIPPED: without strace, system calls of a recorded call are not counted\n');

const CALLS = 2_000;
const BEGIN = '/begin-of-the-calls';
const END = '/end-of-the-calls';

/** All that touches files and the network, except what the engine itself reads. */
const WATCHED = 'trace=%file,%network,pwrite64,pwritev,write,writev,fstat,fsync,fdatasync,ftruncate,lseek,flock,fcntl';
const ENGINE = /"\/(proc|sys)\//;

/** Looking for a file that is not there marks a place in the trace. Calls before it open the file and compile the code. */
const RECORDS = `
  import { existsSync } from 'node:fs';
  const { createAnalytics, dotAiVocabulary } = await import('dot-ai-analytics');
  const analytics = createAnalytics({ ...dotAiVocabulary, hint: false, posthog: { host: 'http://127.0.0.1:9', key: 'k' } });
  const session = analytics.session();
  const { tools } = dotAiVocabulary;
  const call = (i) => session.run(tools[i % tools.length], async () => ({}));
  for (let i = 0; i < 200; i += 1) await call(i);
  existsSync('${BEGIN}');
  const from = performance.now();
  for (let i = 0; i < ${CALLS}; i += 1) await call(i);
  const took = performance.now() - from;
  existsSync('${END}');
  console.log(took);
  process.exit(0);`;

test.skipIf(!hasStrace)('a recorded call makes one system call, and one look in 50 ms three more', async () => {
  const home = testHome({ analytics: true });
  const log = join(home.folder, 'strace.log');
  const script = [process.execPath, '--input-type=module', '-e', RECORDS];
  const traced = ['-qq', '-e', WATCHED, '-o', log, ...script];
  const { code, stdout } = await run('strace', traced, { env: home.env });
  expect(code).toBe(0);
  const lines = readFileSync(log, 'utf8').split('\n');
  const at = (mark: string) => lines.findIndex((line) => line.includes(mark));
  const during = lines.slice(at(BEGIN) + 1, at(END)).filter((line) => !ENGINE.test(line));
  const writes = during.filter((line) => line.startsWith('pwrite64('));
  const looks = during.filter((line) => /^(statx|newfstatat|stat|fstat)\(/.test(line));
  expect(writes).toHaveLength(CALLS);
  expect(during.length - writes.length - looks.length).toBe(0);
  // The policy, config.json, and the spool file that is open.
  expect(looks.length).toBeLessThanOrEqual(3 * (Math.ceil(Number(stdout) / MAX_LOOK_AGE_MS) + 1));
});
