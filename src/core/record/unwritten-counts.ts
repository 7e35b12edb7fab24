import { createPage, type Page, parsePage } from './counter-page.js';
import { readSpoolFile } from './read-spool-file.js';
import type { SpoolFile } from './spool-files.js';

/**
 * The counts of a page that its file lacks, because the disk was full, as a page of their own. Nobody writes the file any
 * more, so that it and this page together hold each count once (P7).
 *
 * @returns undefined if the file is gone, or cannot be read: then what it holds must stay deleted, or is not known
 */
export function unwrittenCounts(page: Page, file: SpoolFile, generation: number): Page | undefined {
  const written = readSpoolFile(file);
  if (written === undefined) return undefined;
  const rest = createPage(page.day, generation);
  for (const [line, cells] of parsePage(page.bytes().toString('latin1'), page.day)) {
    for (const [cell, count] of cells) {
      const missing = count - (written.get(line)?.get(cell) ?? 0);
      for (let added = 0; added < missing; added += 1) rest.add(line, [cell]);
    }
  }
  return rest;
}
