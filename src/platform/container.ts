import { existsSync, readFileSync, realpathSync } from 'node:fs';

/** True in Kubernetes, and in the containers of Docker and Podman, which leave a file that says so. */
export function isContainer(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.KUBERNETES_SERVICE_HOST !== undefined || existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

/** proc(5): the fifth field of a line in mountinfo is the mount point, with spaces as `\040`. */
const MOUNT_POINT = 4;

/** Where something is mounted; empty on other systems than Linux. */
export function mountPoints(): ReadonlySet<string> {
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    return new Set(lines.map((line) => (line.split(' ')[MOUNT_POINT] ?? '').replaceAll('\\040', ' ')));
  } catch {
    return new Set(); // not Linux
  }
}

/** Whether something is mounted at exactly this folder. */
export function isMountPoint(folder: string): boolean {
  try {
    return mountPoints().has(realpathSync(folder));
  } catch {
    return false; // it is gone
  }
}
