import { lstatSync } from 'node:fs';
import { readBytes } from '../../platform/files.js';
import { type Counts, parsePage } from './counter-page.js';
import type { SpoolFile } from './spool-files.js';

/** No page of a process comes near this size; a larger file is not ours. */
const MAX_BYTES = 1024 * 1024;

/**
 * The counts of a spool file. They are empty for a file that is too large and for anything else under that name (a
 * folder, a FIFO, a symbolic link). They are undefined if the file cannot be read now, so that its counts can wait.
 */
export function readSpoolFile({ path, day }: SpoolFile): Counts | undefined {
  try {
    const stat = lstatSync(path);
    if (!stat.isFile() || stat.size > MAX_BYTES) return new Map();
    return parsePage(readBytes(path, MAX_BYTES).toString('latin1'), day);
  } catch {
    return undefined; // EIO, EACCES, EMFILE, or deleted meanwhile: the caller decides how long to wait
  }
}
