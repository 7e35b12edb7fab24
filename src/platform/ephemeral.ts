import { dirname } from 'node:path';
import { isContainer, type Mount, mounts } from './container.js';
import type { Home } from './home.js';

/**
 * True if the home probably disappears with the process: in Kubernetes or another container, unless the config folder
 * is on a volume that outlives it. A tmpfs and an emptyDir do not outlive it. The check costs a few file operations, so
 * it is made when days close and on shutdown, never for a call.
 */
export function isEphemeral(env: NodeJS.ProcessEnv, home: Home | undefined): boolean {
  return isContainer(env) && (home === undefined || !isOnVolume(home.folder, mounts()));
}

/** Whether the folder is on a mount of its own, below the root of the container, whose content stays. */
export function isOnVolume(folder: string, known: ReadonlyMap<string, Mount>): boolean {
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    const mount = known.get(path);
    if (mount !== undefined) return mount.type !== 'tmpfs' && !mount.root.includes(EMPTY_DIR);
  }
  return false;
}

/** The kubelet keeps the emptyDirs of a pod in a folder of this name, and deletes them with the pod. */
const EMPTY_DIR = 'kubernetes.io~empty-dir';
