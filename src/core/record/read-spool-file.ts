import { lstatSync } from 'node:fs';
import { readBytes } from '../../platform/files.js';
import { type Counts, parsePage } from './counter-page.js';
import type { SpoolFile } from './spool-files.js';

/** Far more than a page can have. A larger file is not a spool file. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads the counts of a spool file. Returns no counts for a file that is too large, and for a folder, a FIFO or a
 * symbolic link under that name. Returns undefined if the file cannot be read now, so that the caller can wait.
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
