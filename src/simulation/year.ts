import { existsSync, renameSync } from 'node:fs';
import type { Arrival } from '../collector/intake/arrival.js';
import { open } from '../collector/intake/intake.js';
import { openStore } from '../collector/store/cell-store.js';
import { openDatabase } from '../collector/store/open.js';
import { emptyTables } from '../collector/store/tables.js';
import { addDays, DAY_MS, type Day, dayOf, daysBetween, mondayOf } from '../schema/calendar.js';
import { dotAiVocabulary } from '../schema/dot-ai.js';
import { createInstall, type Repair } from './installs.js';
import { randomFrom } from './random.js';
import { bodyOf, createMemory, totalsOf } from './reports.js';

/** The day of an invented release that repaired a tool: its effect is published, and can be seen. */
export function repairedOn(today: Day): Day {
  return mondayOf(addDays(today, -84));
}

export interface Year {
  /** The collector's file. If it exists, it is not changed. */
  readonly db: string;
  /** The first day that is not over. */
  readonly today: Day;
  readonly installs?: number;
  readonly days?: number;
  readonly seed?: number;
  readonly onProgress?: (part: number) => void;
}

/**
 * Fills a collector's file with the reports of invented users. The code of the library counts and encodes each report,
 * and the code of the collector checks it and adds it up. The file gets its name when it is complete, so that an
 * interrupted run starts again from the beginning.
 *
 * @returns the number of reports
 * @throws AnalyticsError `COLLECTOR` if another process fills the file, or it cannot be written
 */
export async function fillYear({ db, today, installs = 300, days = 365, seed = 1, onProgress }: Year): Promise<number> {
  if (existsSync(db)) return 0;
  const unfinished = `${db}.unfinished`;
  const database = await openDatabase(unfinished);
  emptyTables(database);
  const store = openStore(database);
  const random = randomFrom(seed);
  const repair: Repair = { tool: 'remediate', since: repairedOn(today), fails: 0.04 };
  const first = Date.parse(`${today}T12:00:00Z`) - days * DAY_MS;
  const users = Array.from({ length: installs }, () => ({
    // A fifth of the users have been there from the first day. The others join over the year.
    install: createInstall(dayOf(first + Math.max(0, random() * 1.25 - 0.25) * days * DAY_MS), random, repair),
    memory: createMemory(),
  }));
  let reports = 0;
  try {
    for (let at = first; at < Date.parse(`${today}T00:00:00Z`); at += DAY_MS) {
      const day = dayOf(at);
      const arrivals: Arrival[] = [];
      for (const { install, memory } of users) {
        const simulated = install.on(day);
        if (simulated === undefined) continue;
        const body = await bodyOf(day, totalsOf(day, simulated), memory, 'phc_demo');
        arrivals.push(arrivalOf(body, at + DAY_MS));
      }
      store.record(arrivals, at + DAY_MS);
      reports += arrivals.length;
      onProgress?.(1 - daysBetween(day, today) / days);
    }
  } finally {
    store.close();
  }
  renameSync(unfinished, db);
  onProgress?.(1);
  return reports;
}

function arrivalOf(body: string, now: number): Arrival {
  const arrival = open(Buffer.from(body), undefined, dotAiVocabulary, now);
  if ('problem' in arrival) throw new Error(`an invented report is refused, which is a defect: ${arrival.problem}`);
  return arrival;
}
