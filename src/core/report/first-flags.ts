import { tryReadText } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { type Day, monthOf, weekOf } from '../../schema/calendar.js';
import { MAX_REPORT_BYTES } from '../../schema/limits.js';
import { closedPath, dayOfReport, listClosed } from './closed-files.js';
import { decode } from './decode.js';
import { keyOf, type Seen } from './rows.js';

/** Collects the keys of the closed reports of this day's ISO week and month. */
export function seenBefore(home: Home, day: Day): Seen {
  const seen = { week: new Set<string>(), month: new Set<string>() };
  for (const name of listClosed(home)) {
    const other = dayOfReport(name);
    const inWeek = weekOf(other) === weekOf(day);
    const inMonth = monthOf(other) === monthOf(day);
    if (!inWeek && !inMonth) continue;
    for (const row of decode(tryReadText(closedPath(home, name), MAX_REPORT_BYTES) ?? '')?.rows ?? []) {
      if (inWeek) seen.week.add(keyOf(row));
      if (inMonth) seen.month.add(keyOf(row));
    }
  }
  return seen;
}
