import { linkSync, renameSync, writeFileSync } from 'node:fs';
import { systemCode } from './errors.js';
import { entry, PRIVATE_FILE, removeFile, tryReadText } from './files.js';

/** ms. A holder does a few synchronous file operations; a lock this old was left by a kill, whatever its pid says. */
const STALE_AFTER = 10_000;
const RETRY_EVERY_MS = 5;

/**
 * Takes the lock if it is free, or was left by a killed process. Returns how to release it; undefined while somebody
 * else holds it. O_EXCL has one winner; a holder that is killed before it wrote its pid is known by its age.
 * @throws a system error other than EEXIST, e.g. where the folder can't be written
 */
export function tryLock(path: string): (() => void) | undefined {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: 'wx', mode: PRIVATE_FILE });
    return () => removeFile(path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    removeAbandoned(path);
    return undefined;
  }
}

/**
 * Runs a synchronous section alone among all processes; waits for the lock up to `patience` ms.
 * @throws where the lock can't be had in that time (`ELOCKED`) or the folder can't be written
 */
export async function withLock<T>(path: string, patience: number, section: () => T): Promise<T> {
  const until = performance.now() + patience;
  for (;;) {
    const release = tryLock(path);
    if (release !== undefined) {
      try {
        return section();
      } finally {
        release();
      }
    }
    if (performance.now() > until)
      throw Object.assign(new Error('another process holds the lock'), { code: 'ELOCKED' });
    await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS * (1 + Math.random())));
  }
}

function removeAbandoned(path: string): void {
  const seen = entry(path);
  if (seen === undefined) return;
  const holder = Number(tryReadText(path, 64));
  if (Date.now() - seen.mtimeMs < STALE_AFTER && isAlive(holder)) return;
  // Two processes may judge the same lock stale, and the slower would remove the faster one's new lock. So move it
  // aside first: whoever moved a different file than the one it judged puts that file back.
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (entry(aside)?.ino !== seen.ino) linkSync(aside, path);
  } catch {
    // somebody else was faster, in either direction
  }
  removeFile(aside);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return true; // unknown: only its age can tell
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
