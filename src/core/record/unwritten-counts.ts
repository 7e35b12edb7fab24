import { createPage, type Page, parsePage } from './counter-page.js';
import { readSpoolFile } from './read-spool-file.js';
import type { SpoolFile } from './spool-files.js';

/**
 * A new page with the counts that a page has and its file lacks, because the disk was full. No process writes the file
 * any more, so the file and the new page together hold each count once (P7).
 *
 * @returns undefined if the file is gone, so that its counts must stay deleted, or if it cannot be read
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
