import { join } from 'node:path';
import { randomToken } from '../../platform/crypto.js';
import { listFolder } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { type Day, isDay } from '../../schema/calendar.js';

/*
 * Names in spool/:
 *     2026-11-23.4f0c9a1e.txt            counters of one process for one day
 *     2026-11-23.closed.json             the day's frozen report (report/publish.ts)
 *     2026-11-23.4f0c9a1e.closed.json    that of one process alone, which froze its counters on shutdown
 */

export interface SpoolFile {
  readonly day: Day;
  readonly token: string;
  readonly path: string;
}

const SPOOL_FILE = /^(\d{4}-\d\d-\d\d)\.([0-9a-f]{8})\.txt$/;

/** A name for a new file; the token is drawn anew for each and means nothing. */
export function newSpoolFile(home: Home, day: Day): SpoolFile {
  const token = randomToken(4);
  return { day, token, path: join(home.spool, `${day}.${token}.txt`) };
}

/** All processes' files, dead ones' included, oldest day first. */
export function listSpool(home: Home): SpoolFile[] {
  return listFolder(home.spool).flatMap((name) => {
    const [, day, token] = SPOOL_FILE.exec(name) ?? [];
    return isDay(day) && token !== undefined ? [{ day, token, path: join(home.spool, name) }] : [];
  });
}
