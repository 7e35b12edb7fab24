import { expect, test } from 'vitest';
import { ownIdentity, presenceOf } from '../../src/platform/process-identity.js';
import { ROOT, run, runScript } from '../support/processes.js';

const later = ['unshare', '--time', '--boottime', '1000'];
const canShift = (await run('unshare', [...later.slice(1), 'true']).catch(() => ({ code: 1 }))).code === 0;
if (!canShift) process.stderr.write('SKIPPED: no time namespace can be made\n');

test('a process is alive to itself, and dead where its number belongs to a later one', () => {
  expect(presenceOf(ownIdentity(), Date.now())).toBe('alive');
  if (process.platform === 'linux') expect(presenceOf({ ...ownIdentity(), start: '1' }, Date.now())).toBe('dead');
});

test.runIf(canShift)(
  'P10: from another time namespace a process cannot be seen; it does not count as dead',
  async () => {
    const source = `
    import { presenceOf } from '${ROOT}src/platform/process-identity.ts';
    console.log(presenceOf(${JSON.stringify(ownIdentity())}, Date.now()));`;
    const { stdout } = await runScript(source, { under: later, flags: ['--import', 'tsx'] });
    expect(stdout.trim()).toBe('unknown');
  },
);
