import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { reportPath } from '../../src/core/deliver/report-files.js';
import { exampleTotals } from '../../src/core/inspect/example.js';
import { freeze } from '../../src/core/report/freeze.js';
import { dotAiVocabulary } from '../../src/schema/dot-ai.js';
import type { TestHome } from './home.js';

/** The body of a report of made-up counts. */
export function exampleReport(day: string, key = 'phc_test'): Promise<string> {
  const frame = { day, vocabulary: dotAiVocabulary, schema: 1, seen: undefined, key };
  return freeze(exampleTotals(dotAiVocabulary), frame);
}

/** Puts such a report, which is due, into the outbox, or another folder; returns its body. */
export async function putReport(
  { paths }: TestHome,
  day: string,
  key = 'phc_test',
  folder = paths.outbox,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const body = await exampleReport(day, key);
  writeFileSync(reportPath(folder, day), body);
  utimesSync(reportPath(folder, day), 0, 0);
  return body;
}
