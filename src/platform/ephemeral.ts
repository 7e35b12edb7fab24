import { dirname } from 'node:path';
import { isContainer, mountPoints } from './container.js';
import type { Home } from './home.js';

/**
 * True if the home probably disappears with the process: in Kubernetes or another container, unless the config folder
 * is on a mount of its own (a volume). Costs a few file operations, so it is asked when days close and on shutdown,
 * never for a call.
 */
export function isEphemeral(env: NodeJS.ProcessEnv, home: Home | undefined): boolean {
  return isContainer(env) && (home === undefined || !isMounted(home.folder));
}

function isMounted(folder: string): boolean {
  const points = mountPoints();
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if (points.has(path)) return true;
  }
  return false;
}
