import { type Counts, parsePage } from '../counters/page.js';
import { entry, readBytes } from '../platform/files.js';
import type { SpoolFile } from './names.js';

/** No process's page comes near this; a larger file is not one of ours. */
const MOST_BYTES = 1024 * 1024;

/**
 * What a spool file holds. A thing of another kind under that name (a folder, a FIFO, a symbolic link) and a file that
 * is too large hold nothing; a regular file that can't be read just now is undefined, so that its counts can wait.
 */
export function readSpoolFile({ path, day }: SpoolFile): Counts | undefined {
  const stat = entry(path);
  if (stat === undefined || !stat.isFile() || stat.size > MOST_BYTES) return new Map();
  try {
    return parsePage(readBytes(path, MOST_BYTES).toString('latin1'), day);
  } catch {
    return undefined; // EIO, EACCES, EMFILE: the caller decides how long to wait
  }
}
