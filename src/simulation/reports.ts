import { callCells, FEATURE_CELLS, lineOf, PROVIDER_CELLS } from '../core/record/cells.js';
import { createPage, parsePage } from '../core/record/counter-page.js';
import { createChain } from '../core/record/session-chain.js';
import { freeze } from '../core/report/freeze.js';
import { keyOf, rowsOf, type Seen } from '../core/report/rows.js';
import { mergePages, type Totals } from '../core/report/totals.js';
import { type Day, monthOf, weekOf } from '../schema/calendar.js';
import { dotAiVocabulary } from '../schema/dot-ai.js';
import { SCHEMA } from '../schema/fields.js';
import type { SimulatedDay } from './installs.js';

/** Counts a simulated day as a server would. */
export function totalsOf(day: Day, { sessions, features, providers }: SimulatedDay): Totals {
  const page = createPage(day);
  for (const calls of sessions) {
    const chain = createChain();
    for (const { tool, milliseconds, outcome } of calls) {
      const from = chain.follow(tool, page.generation);
      const nth = chain.nth(tool, page.generation);
      page.add(lineOf('tool', tool), callCells({ tool, outcome, milliseconds, from, nth }));
    }
  }
  for (const feature of features) page.add(lineOf('feature', feature), FEATURE_CELLS);
  for (const provider of providers) page.add(lineOf('provider', provider), PROVIDER_CELLS);
  return mergePages([parsePage(page.bytes().toString('latin1'), day)], dotAiVocabulary);
}

/** The keys that an install reported this week and month. A real one reads them from closed reports (`seenBefore`). */
export interface Memory {
  seen(day: Day): Seen;
  add(day: Day, totals: Totals): void;
}

export function createMemory(): Memory {
  let week = { name: '', keys: new Set<string>() };
  let month = { name: '', keys: new Set<string>() };
  const enter = (day: Day) => {
    if (week.name !== weekOf(day)) week = { name: weekOf(day), keys: new Set() };
    if (month.name !== monthOf(day)) month = { name: monthOf(day), keys: new Set() };
  };
  return {
    seen(day) {
      enter(day);
      return { week: week.keys, month: month.keys };
    },
    add(day, totals) {
      enter(day);
      for (const row of rowsOf(totals, { schema: SCHEMA, seen: undefined })) {
        week.keys.add(keyOf(row));
        month.keys.add(keyOf(row));
      }
    },
  };
}

/** Makes the request body that the install would send for the day. */
export async function bodyOf(day: Day, totals: Totals, memory: Memory, key: string): Promise<string> {
  const seen = memory.seen(day);
  const body = await freeze(totals, { day, vocabulary: dotAiVocabulary, schema: SCHEMA, seen, key });
  memory.add(day, totals);
  return body;
}
