import { entry } from '../../platform/files.js';
import { type Day, dayOf } from '../../schema/calendar.js';
import { readSpoolFile } from '../record/read-spool-file.js';
import { listSpool } from '../record/spool-files.js';
import { closedPath } from '../report/closed-files.js';
import { mayBeClosed } from '../report/publish.js';
import { isEmpty, mergePages, type Totals } from '../report/totals.js';
import type { Local } from './local-state.js';

/** A day with counts that is not closed yet. The first server that runs after 01:00 UTC of the next day closes it. */
export interface OpenDay {
  readonly day: Day;
  readonly totals: Totals;
}

/** Reads the open days, oldest first, from the same files and with the same merging as when a day is closed. */
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
