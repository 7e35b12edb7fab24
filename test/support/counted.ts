import { readSpoolFile } from '../../src/core/record/read-spool-file.js';
import { listSpool } from '../../src/core/record/spool-files.js';
import { rowsOf } from '../../src/core/report/rows.js';
import { mergePages } from '../../src/core/report/totals.js';
import type { Home } from '../../src/platform/home.js';
import type { Row } from '../../src/schema/report.js';
import type { Vocabulary } from '../../src/schema/vocabulary.js';

/** What the spool files of a home say, as rows would. */
export function countedRows(home: Home, vocabulary: Vocabulary): Row[] {
  const pages = listSpool(home).map((file) => readSpoolFile(file) ?? new Map());
  const rows = rowsOf(mergePages(pages, vocabulary), { schema: 1, seen: undefined });
  return rows.filter(({ event }) => event !== 'active_install');
}

/** The counts of one tool without its latency, e.g. `{ invocations: 2, successes: 2 }`. */
export function countedTool(home: Home, vocabulary: Vocabulary, tool: string): Record<string, unknown> | undefined {
  const row = countedRows(home, vocabulary).find(
    ({ event, properties }) => event === 'tool_usage' && properties.tool === tool,
  );
  if (row === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(row.properties).filter(([name]) => name !== 'tool' && !name.startsWith('latency_')),
  );
}
