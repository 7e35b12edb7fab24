import { type EventKind, type Field, isCount, isHistogram, isName, labelFor } from '../schema/field.js';
import { EVENTS } from '../schema/fields.js';
import type { Row } from '../schema/report.js';
import { latency, latencyOf } from './latency.js';
import { columns } from './layout.js';
import type { Output } from './output.js';
import { bars } from './sparkline.js';

/*
 * The rows of a report for people, rendered from the field table: every property of a row is in its line.
 */

type Properties = Row['properties'];

/** Grouped by kind. A kind whose rows say much has a line for each, the others one for all. */
export function showRows(rows: readonly Row[], output: Output): void {
  const { paint, width, data } = output;
  const lists: [string, string][] = [];
  for (const kind of EVENTS) {
    const group = groupOf(kind, rows);
    if (group.length === 0) continue;
    if (kind.fields.some(isHistogram) && kind.fields.some(isName)) showTable(kind, group, output);
    else lists.push([paint.bold(kind.heading), list(kind, group)]);
  }
  const took = latencyOf(rows, output);
  if (took !== undefined) lists.push([paint.bold('All calls'), `${took} (calculated here, not sent)`]);
  data(columns(lists, width, 0));
}

/** The rows of one kind in one text; empty if there are none. */
export function listOf(kind: EventKind, rows: readonly Row[]): string {
  return list(kind, groupOf(kind, rows));
}

/** Most used first. */
function groupOf(kind: EventKind, rows: readonly Row[]): Properties[] {
  const group = rows.filter((row) => row.event === kind.event).map(({ properties }) => properties);
  return group.sort((a, b) => size(kind, b) - size(kind, a) || (nameOf(kind, a) < nameOf(kind, b) ? -1 : 1));
}

function showTable(kind: EventKind, group: readonly Properties[], { paint, width, data, hasPictures }: Output): void {
  data(paint.bold(kind.heading));
  const drawn = hasPictures && group.length > 1 ? bars(group.map((p) => size(kind, p))) : [];
  const names = group.map((p) => nameOf(kind, p));
  const longest = Math.max(...names.map((name) => name.length));
  const label = (name: string, at: number) =>
    drawn[at] === undefined ? name : `${name.padEnd(longest)}  ${drawn[at]}`;
  data(
    columns(
      group.map((p, at) => [label(names[at] as string, at), describe(kind, p)]),
      width,
    ),
  );
}

function list(kind: EventKind, group: readonly Properties[]): string {
  const hasNames = kind.fields.some(isName);
  const items = group.map((p) => {
    const said = describe(kind, p).replaceAll('; ', ', ');
    return hasNames ? `${nameOf(kind, p)}: ${said}` : said || 'on this day';
  });
  return items.join('; ');
}

function size({ size: name }: EventKind, p: Properties): number {
  return name === undefined ? 0 : Number(p[name] ?? 0);
}

function nameOf({ fields }: EventKind, p: Properties): string {
  return fields
    .filter(isName)
    .map(({ name }) => p[name])
    .join(' > ');
}

/** `13 calls; 12 ok, 1 failed (1 ai_service); 9 up to 2 s; first this week`: totals, their parts, everything else. */
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
