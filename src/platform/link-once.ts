import { constants, copyFileSync, linkSync } from 'node:fs';
import { systemCode } from './errors.js';

/**
 * A file system without hard links fails with one of these. An exclusive copy has one winner too, but a crash tears it.
 */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK'];

/**
 * Gives a finished file a second name. Exactly one of any number of processes wins, and the file it publishes is whole.
 * @returns false if the name is taken, or the source is gone
 */
export function linkOnce(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    if (!NO_LINKS.includes(code)) throw error;
  }
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}
