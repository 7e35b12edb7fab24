import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseMounts } from '../../src/platform/container.js';
import { isEphemeral, isOnVolume } from '../../src/platform/ephemeral.js';
import { homeIn } from '../../src/platform/home.js';
import { testHome } from '../support/home.js';
import { ROOT, run } from '../support/processes.js';

const POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };

test('in Kubernetes with nothing mounted, the folder is not kept', () => {
  expect(isEphemeral(POD, homeIn('/nonexistent/.dot-ai'))).toBe(true);
});

test.runIf(process.platform === 'linux')('in Kubernetes with the folder on a mount, it is kept', () => {
  // /proc is a mount point on every Linux.
  expect(isEphemeral(POD, homeIn('/proc/x/.dot-ai'))).toBe(false);
});

/** Lines of /proc/self/mountinfo as pods have them. */
const MOUNTINFO = `840 650 0:81 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/a
900 840 254:1 /var/lib/kubelet/pods/5f/volumes/kubernetes.io~empty-dir/data /home/node/.dot-ai rw - ext4 /dev/vda1 rw
901 840 254:1 /var/lib/kubelet/pods/5f/volumes/kubernetes.io~local-volume/pv-1 /data/my\\040volume rw - ext4 /dev/vda1 rw
902 840 0:90 / /scratch rw,relatime - tmpfs tmpfs rw,size=65536k
903 840 8:16 / /twice rw - ext4 /dev/sdb rw
904 903 0:91 / /twice rw - tmpfs tmpfs rw`;

test.each([
  ['the container’s own file system', '/srv/.dot-ai', false],
  ['an emptyDir', '/home/node/.dot-ai', false],
  ['a persistent volume', '/data/my volume/.dot-ai', true],
  ['a tmpfs', '/scratch/home/.dot-ai', false],
  ['the last of two mounts at one place', '/twice/.dot-ai', false],
])('what is on %s is kept: %s, %s', (_what, folder, isKept) => {
  expect(isOnVolume(folder, parseMounts(MOUNTINFO))).toBe(isKept);
});

const canMount = (await run('unshare', ['--mount', 'true']).catch(() => ({ code: 1 }))).code === 0;
if (!canMount) process.stderr.write('SKIPPED: nothing can be mounted, so no emptyDir is imitated\n');

describe.runIf(canMount)('as the kernel tells it', () => {
  test.each([
    ['an emptyDir', 'volumes/kubernetes.io~empty-dir/data', 'mount --bind "$1" "$2"', true],
    ['a volume', 'volumes/kubernetes.io~csi/data', 'mount --bind "$1" "$2"', false],
    ['a tmpfs', 'unused', 'mount -t tmpfs none "$2"', true],
  ])('%s', async (_what, source, mount, expected) => {
    const home = testHome();
    const volume = join(home.folder, source);
    for (const folder of [volume, home.paths.folder]) mkdirSync(folder, { recursive: true });
    const program = `
      import { isEphemeral } from './src/platform/ephemeral.ts';
      import { homeIn } from './src/platform/home.ts';
      console.log(isEphemeral({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, homeIn(process.argv[1])));`;
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program, home.paths.folder];
    const shell = ['--mount', 'sh', '-c', `${mount} && shift 2 && exec "$@"`, 'sh', volume, home.paths.folder, ...node];
    const finished = await run('unshare', shell, { env: process.env, cwd: ROOT });
    expect(finished).toMatchObject({ code: 0, stderr: '', stdout: `${expected}\n` });
  });
});
