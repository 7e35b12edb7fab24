// The tables of docs/posthog.md, as a run came out.
import { cpus } from 'node:os';
import { replacePart, table } from '../scripts/document-part.js';
import { INSIGHTS } from '../src/posthog/insights.js';
import type { Verdict } from './acceptance.js';
import { STATES } from './conditions.js';
import type { Scale } from './scale.js';

const DOCUMENT = 'docs/posthog.md';
const many = (count: number) => Math.round(count).toLocaleString('en-US');
const today = () => new Date().toISOString().slice(0, 10);

export function writeAcceptance(verdicts: readonly Verdict[]): void {
  const cell = (insight: string, state: string) => {
    const { compared = 0, wrong = 0 } = verdicts.find((one) => one.insight === insight && one.state === state) ?? {};
    return wrong === 0
      ? `${many(compared)} of ${many(compared)}`
      : `**${many(compared - wrong)} of ${many(compared)}**`;
  };
  const rows = INSIGHTS.map(({ key, name }) => [name, ...STATES.map(({ name: state }) => cell(key, state))]);
  const all = verdicts.reduce((sum, { compared }) => sum + compared, 0);
  const wrong = verdicts.reduce((sum, one) => sum + one.wrong, 0);
  const says = `${today()}: ${many(all - wrong)} of ${many(all)} values are true.`;
  replacePart(DOCUMENT, 'acceptance', `${says}\n\n${table(['insight', ...STATES.map(({ name }) => name)], rows)}`);
}

export function writeScale({ rows, bytesPerRow, rowsPerInstallAndMonth, times }: Scale): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}`;
  const says = `${today()}, ${machine}: ${many(rows)} rows, ${bytesPerRow.toFixed(0)} bytes each on disk after merging, with the map of properties.`;
  const growth = table(
    ['installs', 'rows a month', 'disk a year'],
    [1, 1_000, 1_000_000].map((installs) => {
      const month = installs * rowsPerInstallAndMonth;
      return [many(installs), many(month), size(month * 12 * bytesPerRow)];
    }),
  );
  const durations = table(
    ['insight', `time over ${many(rows)} rows`],
    Object.entries(times).map(([name, ms]) => [name, `${(ms / 1000).toFixed(2)} s`]),
  );
  replacePart(DOCUMENT, 'scale', `${says}\n\n${growth}\n\n${durations}`);
}

function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${many(bytes / 1000 ** power)} ${units[power]}`;
}
