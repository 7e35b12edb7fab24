import type { Stats } from 'node:fs';
import { isContainer } from './container.js';

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const ROOT = 0;

/**
 * Why another user can have written this file, or put something into this folder: `EOWNER`, somebody else owns it, or
 * `EOTHERS`, somebody else may write it. Undefined if only this user and root can, and on Windows, which has no modes.
 */
export function ownershipProblem(stat: Stats): 'EOWNER' | 'EOTHERS' | undefined {
  const uid = process.geteuid?.();
  if (uid === undefined) return undefined;
  if (![uid, ROOT].includes(stat.uid) && uid !== ROOT) return 'EOWNER';
  if ((stat.mode & OTHERS_WRITE) !== 0) return 'EOTHERS';
  return (stat.mode & GROUP_WRITES) !== 0 && !isTrustedGroup(stat) ? 'EOTHERS' : undefined;
}

/**
 * A private group has the number of its user, as on most Linux systems. In a container the group of a volume is how
 * Kubernetes gives it to a process (`fsGroup`); nobody else of that group is there.
 */
function isTrustedGroup({ uid, gid }: Stats): boolean {
  return (
    gid === uid || (isContainer() && (process.getegid?.() === gid || process.getgroups?.().includes(gid) === true))
  );
}
