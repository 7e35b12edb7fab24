/** A UTC day, `2026-11-23`. */
export type Day = string;

export const DAY_MS = 86_400_000;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** A day closes at 01:00 UTC of the next, so that a server whose clock is a little slow still counts into it. */
const CLOSES_AFTER_MIDNIGHT_MS = 3_600_000;

export function dayOf(now: number): Day {
  return new Date(now).toISOString().slice(0, 10);
}

export function isDay(text: unknown): text is Day {
  return typeof text === 'string' && DAY.test(text) && dayOf(startOf(text)) === text;
}

/** Midnight UTC at which the day begins, in ms; NaN if the text is not a date. */
function startOf(day: Day): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

export function endOf(day: Day): number {
  return startOf(day) + DAY_MS;
}

/** Whole days from one day to the other; negative if `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((startOf(to) - startOf(from)) / DAY_MS);
}

/** 01:00 UTC of the next day, in ms. From then on the day is finished, and the first server that looks closes it. */
export function closesAt(day: Day): number {
  return endOf(day) + CLOSES_AFTER_MIDNIGHT_MS;
}

export function isFinished(day: Day, now: number): boolean {
  return now >= closesAt(day);
}

/** The ISO 8601 week, `2026-W48`. Weeks begin on Monday; week 1 contains the year's first Thursday. */
export function weekOf(day: Day): string {
  const thursday = new Date(startOf(day));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  const week = Math.ceil(((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS + 1) / 7);
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** The Monday of the day's week. */
export function mondayOf(day: Day): Day {
  return addDays(day, 1 - (new Date(startOf(day)).getUTCDay() || 7));
}

/** The month, `2026-11`. It consists of whole weeks: those whose Thursday lies in it. */
export function monthOf(day: Day): string {
  return addDays(mondayOf(day), 3).slice(0, 7);
}

/** The Mondays of a month's weeks. */
export function weeksOf(month: string): Day[] {
  const first = mondayOf(`${month}-04`); // the week of the 4th is always one of them
  const around = [-7, 0, 7, 14, 21, 28, 35].map((days) => addDays(first, days));
  return around.filter((monday) => monthOf(monday) === month);
}

export function addDays(day: Day, days: number): Day {
  return dayOf(startOf(day) + days * DAY_MS);
}
