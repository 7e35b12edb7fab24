import { lstatSync } from 'node:fs';
import { readBytes } from '../../platform/files.js';
import { type Counts, parsePage } from './counter-page.js';
import type { SpoolFile } from './spool-files.js';

/** No process's page comes near this; a larger file is not one of ours. */
const MOST_BYTES = 1024 * 1024;

/**
 * What a spool file holds. A thing of another kind under that name (a folder, a FIFO, a symbolic link) and a file that
 * is too large hold nothing; what can't be seen or read just now is undefined, so that its counts can wait.
 */
export function readSpoolFile({ path, day }: SpoolFile): Counts | undefined {
  try {
    const stat = lstatSync(path);
    if (!stat.isFile() || stat.size > MOST_BYTES) return new Map();
    return parsePage(readBytes(path, MOST_BYTES).toString('latin1'), day);
  } catch {
    return undefined; // EIO, EACCES, EMFILE, or closed meanwhile: the caller decides how long to wait
  }
}
