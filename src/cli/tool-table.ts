import { callsIn, failuresIn, timedCalls } from '../core/inspect/add-up.js';
import type { History, HistoryDay } from '../core/inspect/history.js';
import { MIN_CALLS_FOR_LATENCY } from '../schema/limits.js';
import type { Row } from '../schema/report.js';
import { daysFrom, firstShown } from './day-calendar.js';
import { grouped, plural } from './format.js';
import { timeOf } from './latency.js';
import { columns } from './layout.js';
import type { Output } from './output.js';
import { sparkline } from './sparkline.js';
import { type Column, TABLE_GAP, TABLE_INDENT, tableLines, tableWidth } from './table.js';

/** One column has nothing to be compared with. */
const MIN_COLUMNS_DRAWN = 2;
/** Where times leave less room, they are left out. */
const MIN_ROOM = 10;
/** More would not be read. */
export const MAX_TOOLS_SHOWN = 20;

/** A line for each tool, most used first: when and how often it was called, how often it failed, how long it took. */
export function toolTable(history: History, tools: readonly Row[], output: Output): string[] {
  const names: Column = { heading: 'tool', cells: tools.map(nameOf), isText: true };
  const numbers = [
    { heading: 'calls', cells: tools.map((row) => grouped(callsIn([row]))) },
    { heading: 'failed', cells: tools.map((row) => grouped(failuresIn([row]))) },
  ];
  if (tableWidth([names, ...numbers]) > output.width) return [columns(tools.map(inWords), output.width, TABLE_INDENT)];
  const times = [
    { heading: 'half in ', cells: tools.map((row) => timeCell(history, row, 0.5)) },
    { heading: '9/10 in ', cells: tools.map((row) => timeCell(history, row, 0.9)) },
  ];
  const withTimes = [...numbers, ...times];
  const room = output.width - tableWidth([names, ...withTimes]) - (output.hasPictures ? TABLE_GAP + MIN_ROOM : 0);
  const right = room < 0 ? numbers : withTimes;
  const days = drawnDays(history, tools, output, output.width - tableWidth([names, ...right]) - TABLE_GAP);
  return tableLines([names, ...(days === undefined ? [] : [days]), ...right]);
}

/** What the columns mean that need it. */
export function toolRemarks(history: History, tools: readonly Row[], lines: readonly string[]): string[] {
  const text = lines.join('\n');
  const isPartial = tools.some((row) => timeCell(history, row, 0.5).endsWith('*'));
  return [
    text.includes('half in') ? 'half in, 9/10 in: half, and nine of ten, of the calls ended within this time.' : '',
    text.includes('half in') && isPartial
      ? `* Only of the days on which the tool was called ${MIN_CALLS_FOR_LATENCY} times or more.`
      : '',
  ].filter((remark) => remark !== '');
}

export const nameOf = ({ properties }: Row): string => String(properties.tool);

function inWords(row: Row): [string, string] {
  const [calls, failed] = [callsIn([row]), failuresIn([row])];
  return [nameOf(row), `${plural(calls, 'call')}, ${grouped(failed)} failed`];
}

/** `2 s`; with a mark if it is that of fewer calls; `-` if no histogram tells it. */
function timeCell(history: History, row: Row, share: number): string {
  const timed = timedCallsOf(history, nameOf(row));
  const isAll = timed >= callsIn([row]);
  return `${timeOf([row], share) ?? '-'}${timed === 0 || isAll ? ' ' : '*'}`;
}

/** Of how many calls of a tool the latency is known. */
export function timedCallsOf({ days }: History, tool: string): number {
  return days.reduce((sum, day) => sum + timedCalls(usageOf(day, tool)), 0);
}

function usageOf({ tool_usage }: HistoryDay, tool: string): Row[] {
  return tool_usage.filter((one) => one.tool === tool).map((properties) => ({ event: 'tool_usage', properties }));
}

function drawnDays(history: History, tools: readonly Row[], output: Output, room: number): Column | undefined {
  const days = daysFrom(firstShown(history), history.to);
  const perColumn = Math.ceil(days.length / room);
  if (!output.hasPictures || room < 1 || days.length / perColumn < MIN_COLUMNS_DRAWN) return undefined;
  const heading = perColumn === 1 ? 'by day' : `by ${perColumn} days`;
  const cells = tools.map((row) => {
    const calls = new Map(history.days.map((one) => [one.day, callsIn(usageOf(one, nameOf(row)))]));
    const byDay = days.map((day) => calls.get(day) ?? 0);
    return sparkline(inGroups(byDay, perColumn));
  });
  return { heading, cells, isText: true };
}

/** Sums of so many values each. The last group is whole, because it ends today. */
function inGroups(values: readonly number[], size: number): number[] {
  const groups = Math.ceil(values.length / size);
  return Array.from({ length: groups }, (_, at) => {
    const end = values.length - (groups - 1 - at) * size;
    return values.slice(Math.max(0, end - size), end).reduce((sum, value) => sum + value, 0);
  });
}
