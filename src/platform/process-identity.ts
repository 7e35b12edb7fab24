import { readFileSync, readlinkSync } from 'node:fs';
import { uptime } from 'node:os';
import { systemCode } from './errors.js';
import { guard } from './guard.js';

/** Which process it is, as far as the system tells. Numbers alone are used again; in a container the first is always 1. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in the system's own unit; null where the system does not tell. */
  readonly start: string | null;
  /** The boot of the machine that it runs on. */
  readonly boot: string | null;
  /** In which its number and its beginning mean something: another container has others. */
  readonly namespace: string | null;
}

/** `unknown`: it cannot be seen from here, because it runs, or ran, in another container or on another machine. */
export type Presence = 'alive' | 'dead' | 'unknown';

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, start: startOf(process.pid) ?? null, boot: bootId(), namespace: namespaces() };
}

/** @param since when the identity was written, ms since the epoch: before this boot, or during it */
export function presenceOf({ pid, start, boot, namespace }: ProcessIdentity, since: number): Presence {
  if (boot !== bootId()) return since < Date.now() - uptime() * 1000 ? 'dead' : 'unknown';
  if (namespace !== namespaces()) return 'unknown';
  if (!isAlive(pid)) return 'dead';
  const current = startOf(pid);
  if (current === undefined || start === null) return 'unknown'; // the number is in use, by whom is not told
  return current === start ? 'alive' : 'dead';
}

/** @returns undefined for what is not an identity */
export function asIdentity(value: Readonly<Record<string, unknown>> | undefined): ProcessIdentity | undefined {
  if (value === undefined || !Number.isSafeInteger(value.pid) || (value.pid as number) <= 0) return undefined;
  const isTold = (part: unknown) => part === null || typeof part === 'string';
  const { pid, start, boot, namespace } = value as unknown as ProcessIdentity;
  return [start, boot, namespace].every(isTold) ? { pid, start, boot, namespace } : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/**
 * proc(5): the 22nd field of stat is when the process began; the second, its name, can hold anything but is in
 * brackets. Empty for a process that was killed and that its parent has not collected yet; undefined where the system
 * does not tell.
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : fields[19];
  } catch {
    return undefined; // no /proc here, or it is hidden
  }
}

function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null; // not Linux
  }
}

/** Of PID and of time: in another one of time, the same process began at another moment. */
function namespaces(): string | null {
  const found = ['pid', 'time'].map((name) => guard(() => readlinkSync(`/proc/self/ns/${name}`)));
  return found.filter((name) => name !== undefined).join() || null; // not Linux
}
