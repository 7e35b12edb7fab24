import { join } from 'node:path';
import { randomToken } from '../../platform/crypto.js';
import { listFolder } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { type Day, isDay } from '../../schema/calendar.js';

/*
 * Names in spool/:
 *     2026-11-23.4f0c9a1e.txt            the counts of one process for one day
 *     2026-11-23.closed.json             the day's frozen report (see report/publish.ts)
 *     2026-11-23.4f0c9a1e.closed.json    the frozen report of one process, which closed its own counts on shutdown
 */

export interface SpoolFile {
  readonly day: Day;
  readonly token: string;
  readonly path: string;
}

const SPOOL_FILE = /^(\d{4}-\d\d-\d\d)\.([0-9a-f]{8})\.txt$/;

/** Names a new file. Its token is random and has no meaning. */
export function newSpoolFile(home: Home, day: Day): SpoolFile {
  const token = randomToken(4);
  return { day, token, path: join(home.spool, `${day}.${token}.txt`) };
}

/** The files of all processes, dead ones included, oldest day first. */
export function listSpool(home: Home): SpoolFile[] {
  return listFolder(home.spool).flatMap((name) => {
    const [, day, token] = SPOOL_FILE.exec(name) ?? [];
    return isDay(day) && token !== undefined ? [{ day, token, path: join(home.spool, name) }] : [];
  });
}
