import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monthOf } from '../schema/calendar.js';
import { SHAPES } from './api/columns.js';
import { restSpan } from './cells/intervals.js';

/** Asks a collector: one that runs, or one that is in this process only. @throws if it does not answer with 200 */
export type Ask = (path: string) => Promise<string>;

interface About {
  readonly pooled: boolean;
  readonly minInstalls: number;
  readonly today: string;
  readonly firstDay: string | null;
  readonly lastDay: string | null;
}

const LICENSE = 'CC0 1.0: public domain. https://creativecommons.org/publicdomain/zero/1.0/';

/**
 * Writes the page and the published numbers as files, so that any static web server can show them.
 * @param page the folder of the page's files
 * @returns the files that were written, relative to the folder
 */
export async function writeStaticCopy(folder: string, page: string, ask: Ask): Promise<string[]> {
  const { pooled, minInstalls, today, firstDay, lastDay, ...about } = JSON.parse(await ask('api/v1')) as About & {
    readonly refused?: unknown;
    readonly accepted?: unknown;
  };
  if (!pooled) throw new Error('its numbers are not pooled');
  // Whole months, so that no interval is cut.
  const [from, to] = [firstDay ?? today, today].map((day) => restSpan(monthOf(day)));
  const period = `?from=${from?.from}&to=${to?.to}`;
  const files = new Map<string, string>();
  const { refused: _, accepted: __, ...stable } = about; // of the running collector, not of the numbers
  const info = { ...stable, pooled, minInstalls, today, firstDay, lastDay, isStatic: true, license: LICENSE };
  files.set('api/v1/about.json', `${JSON.stringify(info, null, 2)}\n`);
  for (const question of Object.keys(SHAPES)) {
    for (const format of ['json', 'csv'])
      files.set(`api/v1/${question}.${format}`, await ask(`api/v1/${question}.${format}${period}`));
  }
  files.set('README.md', readme(minInstalls));
  mkdirSync(join(folder, 'api/v1'), { recursive: true });
  for (const [path, text] of files) writeFileSync(join(folder, path), text);
  const copied = ['index.html', 'app.js', 'style.css'];
  for (const name of copied) copyFileSync(join(page, name), join(folder, name));
  return [...copied, ...files.keys()];
}

function readme(minInstalls: number): string {
  const questions = Object.entries(SHAPES).map(([name, { asks }]) => `* \`api/v1/${name}.json\`, \`.csv\`: ${asks}`);
  return `${[
    '# Usage, in numbers that anyone may read',
    `Counts of those who opted in. No row belongs to anybody. License: ${LICENSE}`,
    ...questions,
    `Each row names its interval: a week, or the rest of a month (all of it that no week shows). \`installs\` is about how many installs the numbers of the row are from: at least ${minInstalls}. The state is \`published\`; \`too few\` (fewer than ${minInstalls} installs, possibly none); or \`not over yet\`.`,
  ].join('\n\n')}\n`;
}
