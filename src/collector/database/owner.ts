import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { AnalyticsError, causeOf, systemCode } from '../../platform/errors.js';
import { PRIVATE_FILE, removeFile, tryReadText } from '../../platform/files.js';

/** That this process, and no other, uses a database. */
export interface Ownership {
  release(): void;
}

/**
 * Claims a database with a file beside it that names the process. A process that was killed leaves its file; it is
 * known to be gone by its number, and by when the process of that number began, since numbers come again (in a
 * container it is always 1).
 *
 * @throws AnalyticsError `COLLECTOR`
 */
export function own(database: string): Ownership {
  const path = `${database}.owner`;
  for (;;) {
    try {
      const fd = openSync(path, 'wx', PRIVATE_FILE);
      writeSync(fd, identityOf(process.pid));
      closeSync(fd);
      return { release: () => removeFile(path) };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') {
        throw new AnalyticsError(
          'COLLECTOR',
          `${path} can't be written: ${causeOf(error)}. Name another place with --db.`,
        );
      }
    }
    const owner = tryReadText(path, 64) ?? '';
    const pid = Number(owner.split(' ')[0]);
    if (pid !== process.pid && owner !== '' && isAlive(pid) && identityOf(pid) === owner) {
      throw new AnalyticsError(
        'COLLECTOR',
        `Another collector, process ${pid}, uses ${database}. Stop it, or name another file with --db.`,
      );
    }
    removeFile(path);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** proc(5): the 22nd field of stat is when the process began; the second, its name, can hold anything but is in brackets. */
function identityOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return `${pid}`; // no /proc here: the number has to do
  }
}
