import { entry } from '../../platform/files.js';
import { type Day, dayOf } from '../../schema/calendar.js';
import { readSpoolFile } from '../record/read-spool-file.js';
import { listSpool } from '../record/spool-files.js';
import { closedPath } from '../report/closed-files.js';
import { mayBeClosed } from '../report/publish.js';
import { isEmpty, mergePages, type Totals } from '../report/totals.js';
import type { Local } from './local-state.js';

/** A day that is counted and not closed: until 01:00 UTC of the next day, and then until a server runs. */
export interface OpenDay {
  readonly day: Day;
  readonly totals: Totals;
}

/** Open days with counts, oldest first. The same files, folding and merging as when the day is closed. */
export function openDays({ home, vocabulary }: Local): OpenDay[] {
  if (home === undefined) return [];
  const files = listSpool(home).filter(({ day, token }) => entry(closedPath(home, `${day}.${token}`)) === undefined);
  const days = [...new Set(files.map(({ day }) => day))].filter((day) => !mayBeClosed(home, day));
  return days.flatMap((day) => {
    const pages = files.filter((file) => file.day === day).map((file) => readSpoolFile(file) ?? new Map());
    const totals = mergePages(pages, vocabulary);
    return isEmpty(totals) ? [] : [{ day, totals }];
  });
}

export function isToday({ now }: Local, day: Day): boolean {
  return dayOf(now) === day;
}
