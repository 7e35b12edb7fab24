import { readFileSync, writeFileSync } from 'node:fs';
import { invent, type Kind, publishDaily, sharesOf } from '../../../src/simulation/shown.js';

const INSTALLS = [5, 10, 20, 50, 100, 300];
const K = 5;
const PAGE = new URL('../../../docs/collector.md', import.meta.url);
const MARKS = ['<!-- shown -->', '<!-- /shown -->'] as const;

/** The share of the numbers of each kind that is shown, all years together, and the worst year of calls. */
export function shownOf(installs: number, years: number, seed: number): Map<Kind | 'worst year of calls', number> {
  const sums = new Map<Kind, { sent: number; shown: number }>();
  let worst = 1;
  for (let year = 0; year < years; year += 1) {
    const sent = invent(installs, seed + 1_000 * year + installs);
    const shares = sharesOf(sent, publishDaily(sent, K));
    for (const [kind, { sent: all, shown }] of Object.entries(shares) as [Kind, { sent: number; shown: number }][]) {
      const known = sums.get(kind) ?? { sent: 0, shown: 0 };
      sums.set(kind, { sent: known.sent + all, shown: known.shown + shown });
    }
    worst = Math.min(worst, shares.calls.shown / shares.calls.sent);
  }
  const shares = [...sums].map(([kind, { sent, shown }]) => [kind, shown / sent] as const);
  return new Map<Kind | 'worst year of calls', number>([...shares, ['worst year of calls', worst]]);
}

/** Prints the table, a column at a time, because it takes minutes. */
export async function printShown(years: number, seed: number, isWritten: boolean): Promise<void> {
  const columns = INSTALLS.map((installs) => {
    // Many installs differ little from year to year, and each of their years takes long.
    const own = Math.max(1, Math.round(years / Math.max(1, installs / 20)));
    const shares = shownOf(installs, own, seed);
    process.stdout.write(`${installs} installs, ${own} years: ${JSON.stringify(Object.fromEntries(shares))}\n`);
    return { installs, own, shares };
  });
  const kinds = [...(columns[0]?.shares.keys() ?? [])];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [
    line(['installs', ...columns.map(({ installs }) => String(installs))]),
    line(['---', ...columns.map(() => '---:')]),
    ...kinds.map((kind) => line([kind, ...columns.map(({ shares }) => percent(shares.get(kind) ?? 0))])),
    line(['simulated years', ...columns.map(({ own }) => String(own))]),
  ].join('\n');
  process.stdout.write(`\n${table}\n`);
  if (isWritten) writeFileSync(PAGE, between(readFileSync(PAGE, 'utf8'), table));
}

function percent(share: number): string {
  const text = (100 * share).toFixed(1);
  return `${text === '100.0' && share < 1 ? '99.9' : text} %`;
}

function between(page: string, table: string): string {
  const [begin, end] = MARKS.map((mark) => page.indexOf(mark)) as [number, number];
  if (begin === -1 || end === -1) throw new Error('docs/collector.md has no place for the table');
  return `${page.slice(0, begin)}${MARKS[0]}\n${table}\n${page.slice(end)}`;
}
