import { type EventKind, type Field, isCount, isHistogram, isName, labelFor } from '../schema/field.js';
import { EVENTS } from '../schema/fields.js';
import type { Row } from '../schema/report.js';
import { latency, showLatency } from './latency.js';
import { columns } from './layout.js';
import type { Output } from './output.js';
import { bars } from './sparkline.js';

/*
 * The rows of a report for people, rendered from the field table: every property of a row is in its line.
 */

type Properties = Row['properties'];

/** Grouped by kind, most used first. */
export function showRows(rows: readonly Row[], output: Output): void {
  const { paint, width, data, hasPictures } = output;
  for (const kind of EVENTS) {
    const group = rows.filter((row) => row.event === kind.event).map(({ properties }) => properties);
    if (group.length === 0) continue;
    data(`\n${paint.bold(kind.heading)} (${kind.event})`);
    group.sort((a, b) => size(kind, b) - size(kind, a));
    const drawn = hasPictures && group.length > 1 ? bars(group.map((p) => size(kind, p))) : [];
    const names = group.map((p) => nameOf(kind, p));
    const longest = Math.max(...names.map((name) => name.length));
    const label = (name: string, at: number) =>
      drawn[at] === undefined ? name : `${name.padEnd(longest)}  ${drawn[at]}`;
    data(
      columns(
        group.map((p, at) => [label(names[at] as string, at), describe(kind, p) || 'on this day']),
        width,
      ),
    );
  }
  showLatency(rows, output);
}

function size({ size: name }: EventKind, p: Properties): number {
  return name === undefined ? 0 : Number(p[name] ?? 0);
}

function nameOf({ fields, unnamed = '' }: EventKind, p: Properties): string {
  const names = fields.filter(isName).map(({ name }) => p[name]);
  return names.length === 0 ? unnamed : names.join(' > ');
}

/** `13 calls; 12 ok, 1 failed (1 ai_service); 9 within 2 s; first this week`: totals, their parts, everything else. */
function describe({ fields }: EventKind, p: Properties): string {
  const counts = fields.filter((field) => isCount(field) && !isHistogram(field));
  const isInRow = ({ partOf }: Field) => fields.some(({ name }) => name === partOf);
  const totals = counts.filter((field) => !isInRow(field));
  const summed = totals.flatMap(({ from = [] }) => from);
  const parts = counts.filter(({ name }) => summed.includes(name));
  const others = counts.filter(
    ({ partOf, name }) => totals.some((total) => total.name === partOf) && !summed.includes(name),
  );
  const flags = fields.filter(({ name, values }) => values === 'flag' && p[name] === true);
  return [
    totals.flatMap((field) => phrases(field, p)).join(', '),
    parts.flatMap((field) => withParts(field, counts, p)).join(', '),
    ...others.flatMap((field) => phrases(field, p)),
    fields.some(isHistogram) ? latency(p) : '',
    flags.map(({ label }) => label).join(', '),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/** A number with its label; of a family, one for each member that the row has. */
function phrases(field: Field, p: Properties): string[] {
  return field.names.flatMap((name) => (p[name] === undefined ? [] : [labelFor(field, name, Number(p[name]))]));
}

function withParts(field: Field, counts: readonly Field[], p: Properties): string[] {
  const parts = counts.filter(({ partOf }) => partOf === field.name).flatMap((part) => phrases(part, p));
  return phrases(field, p).map((phrase) => (parts.length === 0 ? phrase : `${phrase} (${parts.join(', ')})`));
}
