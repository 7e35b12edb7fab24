import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { entry } from './files.js';
import type { Home } from './home.js';

/**
 * True if the home probably disappears with the process: in Kubernetes or another container, unless the config folder
 * is on a mount of its own (a volume). Costs a few file operations, so it is asked when days close and on shutdown,
 * never for a call.
 */
export function isEphemeral(env: NodeJS.ProcessEnv, home: Home | undefined): boolean {
  return isContainer(env) && (home === undefined || !isMounted(home.folder));
}

function isContainer(env: NodeJS.ProcessEnv): boolean {
  return (
    env.KUBERNETES_SERVICE_HOST !== undefined ||
    entry('/.dockerenv') !== undefined ||
    entry('/run/.containerenv') !== undefined
  );
}

/** proc(5): the fifth field of a line in mountinfo is the mount point, with spaces as `\040`. */
const MOUNT_POINT = 4;

function isMounted(folder: string): boolean {
  const points = new Set(mountinfo().map((line) => line.split(' ')[MOUNT_POINT]));
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if (points.has(path.replaceAll(' ', '\\040'))) return true;
  }
  return false;
}

function mountinfo(): string[] {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  } catch {
    return []; // not Linux
  }
}
