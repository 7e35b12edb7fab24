import { join } from 'node:path';
import { isThere, listFolder, removeFile, tryReadObject } from '../../platform/files.js';
import { ensurePrivateFolder } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import { writeAtomically } from '../../platform/temporary-files.js';
import { type Day, isDay } from '../../schema/calendar.js';

/** A finished day of which no report may be made: its body would break a rule of what may leave. */
export interface Unfrozen {
  readonly day: Day;
  /** The field and the rule that it breaks. Never a value. */
  readonly problem: string;
}

/** The reason why nothing was frozen. */
export class NotFrozen extends Error {
  override readonly name = 'NotFrozen';
}

const NOTE = /^(\d{4}-\d\d-\d\d)\.unfrozen\.json$/;
const MAX_NOTE_BYTES = 4 * 1024;

/** Notes why a day was not frozen, for `status`, which does not load the encoder. The counts stay beside the note. */
export function noteUnfrozen(home: Home, { day, problem }: Unfrozen): void {
  if (readNote(home, day) === problem) return;
  ensurePrivateFolder(home.spool);
  writeAtomically(pathOf(home, day), `${JSON.stringify({ problem }, null, 2)}\n`);
}

export function forgetUnfrozen(home: Home, day: Day): void {
  if (isThere(pathOf(home, day))) removeFile(pathOf(home, day));
}

/** The days that are not frozen, oldest first. */
export function listUnfrozen(home: Home): Unfrozen[] {
  return listFolder(home.spool)
    .flatMap((name) => NOTE.exec(name)?.[1] ?? [])
    .filter(isDay)
    .sort()
    .map((day) => ({ day, problem: readNote(home, day) ?? 'the note about it cannot be read' }));
}

function readNote(home: Home, day: Day): string | undefined {
  const problem = tryReadObject(pathOf(home, day), MAX_NOTE_BYTES)?.problem;
  return typeof problem === 'string' ? problem : undefined;
}

function pathOf(home: Home, day: Day): string {
  return join(home.spool, `${day}.unfrozen.json`);
}
