import { existsSync, readFileSync, realpathSync } from 'node:fs';

/** True in Kubernetes, and in the containers of Docker and Podman, which leave a file that says so. */
export function isContainer(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.KUBERNETES_SERVICE_HOST !== undefined || existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

/** What is mounted somewhere. */
export interface Mount {
  /** The folder of its file system that is seen there. */
  readonly root: string;
  /** The type of its file system, for example `ext4`. */
  readonly type: string;
}

/** The mounts by their places; empty on other systems than Linux. */
export function mounts(): ReadonlyMap<string, Mount> {
  try {
    return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return new Map(); // not Linux
  }
}

/**
 * proc(5): `36 35 98:0 /root /place options [optional fields] - type source options`, with spaces in paths as `\040`. Of
 * two mounts at one place the last one is seen.
 */
export function parseMounts(mountinfo: string): ReadonlyMap<string, Mount> {
  const found = new Map<string, Mount>();
  for (const line of mountinfo.split('\n')) {
    const [, , , root = '', place = ''] = line.split(' ').map((field) => field.replaceAll('\\040', ' '));
    const [type = ''] = line.slice(line.indexOf(' - ') + 3).split(' ');
    found.set(place, { root, type });
  }
  return found;
}

/** Whether something is mounted at exactly this folder. */
export function isMountPoint(folder: string): boolean {
  try {
    return mounts().has(realpathSync(folder));
  } catch {
    return false; // it is gone
  }
}
