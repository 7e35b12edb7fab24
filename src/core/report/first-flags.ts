import { tryReadText } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { type Day, monthOf, weekOf } from '../../schema/calendar.js';
import { MAX_REPORT_BYTES } from '../../schema/limits.js';
import { decode } from './decode.js';
import { closedPath, dayOfReport, listClosed, listReports, reportPath } from './report-files.js';
import { keyOf, type Seen } from './rows.js';

/** Which keys the reports of this ISO week and month that are already closed hold. Both are kept for 45 days. */
export function seenBefore(home: Home, day: Day): Seen {
  const seen = { week: new Set<string>(), month: new Set<string>() };
  const closed = listClosed(home).map((name) => [name, closedPath(home, name)] as const);
  const sent = listReports(home.sent).map((name) => [name, reportPath(home.sent, name)] as const);
  for (const [name, path] of new Map([...closed, ...sent])) {
    const other = dayOfReport(name);
    const inWeek = weekOf(other) === weekOf(day);
    const inMonth = monthOf(other) === monthOf(day);
    if (!inWeek && !inMonth) continue;
    for (const row of decode(tryReadText(path, MAX_REPORT_BYTES) ?? '')?.rows ?? []) {
      if (inWeek) seen.week.add(keyOf(row));
      if (inMonth) seen.month.add(keyOf(row));
    }
  }
  return seen;
}
