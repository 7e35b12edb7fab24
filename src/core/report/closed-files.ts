import { join } from 'node:path';
import { listFolder } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { type Day, isDay } from '../../schema/calendar.js';

/**
 * A report's name: its day, and also a random token if a single process froze it on shutdown. It never changes while
 * the report moves through the folders.
 */
export type ReportName = string;

export function dayOfReport(name: ReportName): Day {
  return name.slice(0, 10);
}

/** The path at which a frozen report is published. The file is never moved. */
export function closedPath(home: Home, name: ReportName): string {
  return join(home.spool, `${name}${CLOSED}`);
}

export function listClosed(home: Home): ReportName[] {
  return listNames(home.spool, CLOSED);
}

const CLOSED = '.closed.json';
const NAME = /^(\d{4}-\d\d-\d\d)(\.[0-9a-f]{8})?$/;

/** The reports that have a file with this ending in a folder, oldest day first. */
export function listNames(folder: string, ending: string): ReportName[] {
  return listFolder(folder).flatMap((file) => {
    const name = file.endsWith(ending) ? file.slice(0, -ending.length) : '';
    const [, day] = NAME.exec(name) ?? [];
    return isDay(day) ? [name] : [];
  });
}
