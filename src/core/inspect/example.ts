import type { Category, Vocabulary } from '../../schema/vocabulary.js';
import { callCells, FEATURE_CELLS, lineOf, PROVIDER_CELLS } from '../record/cells.js';
import { addCount } from '../record/counter-page.js';
import { mergePages, type Totals } from '../report/totals.js';

/**
 * The calls of an invented day. `tool` and `after` (the tool called before) are indexes into the vocabulary's tools;
 * `nth` marks the first call of the nth different tool of a session.
 */
const DAY: readonly { tool: number; times: number; ms: number; failed?: Category; after?: number; nth?: number }[] = [
  { tool: 0, times: 3, ms: 4_200, nth: 1 },
  { tool: 0, times: 9, ms: 1_400, after: 0 },
  { tool: 0, times: 1, ms: 30_500, failed: 'ai_service', after: 0 },
  { tool: 1, times: 2, ms: 35, after: 0, nth: 2 },
  { tool: 3, times: 1, ms: 61_000, after: 1, nth: 3 },
  { tool: 3, times: 1, ms: 900, failed: 'kubernetes', after: 3 },
  { tool: 6, times: 1, ms: 2_300, after: 3, nth: 4 },
  { tool: 6, times: 3, ms: 2_300, after: 6 },
];

/** Makes example counts for `preview` while analytics is off. They pass through the same code as real counts. */
export function exampleTotals(vocabulary: Vocabulary): Totals {
  const counts = new Map<string, Map<string, number>>();
  const add = (line: string, cells: readonly string[], times: number) => {
    for (const cell of cells) addCount(counts, line, cell, times);
  };
  const nameAt = (index: number) => vocabulary.tools[index % vocabulary.tools.length] ?? 'other';
  for (const { tool: at, times, ms, failed, after, nth } of DAY) {
    const tool = nameAt(at);
    const from = after === undefined ? 'start' : nameAt(after);
    add(lineOf('tool', tool), callCells({ tool, outcome: failed ?? 'success', milliseconds: ms, from, nth }), times);
  }
  for (const feature of vocabulary.features.slice(0, 2)) add(lineOf('feature', feature), FEATURE_CELLS, 3);
  add(lineOf('provider', 'anthropic'), PROVIDER_CELLS, 14);
  return mergePages([counts], vocabulary);
}
