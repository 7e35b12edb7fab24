import type { Release } from '../collector/api/source.js';
import * as COLLECTOR_ERRORS from '../platform/error-table/collector.js';
import { AnalyticsError } from '../platform/errors.js';
import { isObject } from '../platform/files.js';
import { printable } from '../platform/printable.js';
import { isDay } from '../schema/calendar.js';
import { readJsonFile } from './json-file.js';

const MAX_RELEASES = 1_000;
const MAX_NAME_LENGTH = 40;

/** @throws AnalyticsError `USAGE`, with the file and what is wrong with it */
export function readReleases(file: string | undefined): readonly Release[] {
  if (file === undefined) return [];
  const refuse = (problem: string) => new AnalyticsError(COLLECTOR_ERRORS.badReleases, { file, problem });
  const list = readJsonFile(file, refuse);
  if (!Array.isArray(list)) throw refuse('it is not a list');
  if (list.length > MAX_RELEASES) throw refuse(`it has more than ${MAX_RELEASES} entries`);
  const bad = list.findIndex((one) => !isRelease(one));
  if (bad !== -1) throw refuse(`the entry at index ${bad} has no date (YYYY-MM-DD) or no name`);
  const releases = list as readonly Release[];
  return releases.map(({ date, name }) => ({ date, name })).sort((a, b) => (a.date < b.date ? -1 : 1));
}

function isRelease(value: unknown): value is Release {
  if (!isObject(value)) return false;
  const { date, name } = value;
  const isName = typeof name === 'string' && name !== '' && name.length <= MAX_NAME_LENGTH && printable(name) === name;
  return isDay(date) && isName;
}
