import { addUp, callsIn, failuresIn, usageIn } from '../core/inspect/add-up.js';
import { type HistoryDay, type HistoryView, rowsIn } from '../core/inspect/history.js';
import { daysBetween } from '../schema/calendar.js';
import { MAX_EXACT_COUNT } from '../schema/limits.js';
import type { Row } from '../schema/report.js';
import { commandLine } from './command-line.js';
import { calendar, firstShown, marksIn } from './day-calendar.js';
import { decider, grouped, plural } from './format.js';
import { factsOf, stepLines } from './history-facts.js';
import { columns } from './layout.js';
import type { Output } from './output.js';
import { MAX_TOOLS_SHOWN, nameOf, toolRemarks, toolTable } from './tool-table.js';

/** The history for people: in short, by day, by tool, and what else is known of the calls. */
export function showHistory(view: HistoryView, output: Output): void {
  const { days, tool } = view.data;
  const { data, paint, width } = output;
  const rows = addUp(rowsIn(days));
  for (const line of rows.length === 0 ? nothing(view) : summary(view, rows)) data(line);
  if (rows.length === 0) return;
  if (callsIn(rows) > 0) showDays(view, output);
  const tools = usageIn(rows).sort((a, b) => callsIn([b]) - callsIn([a]));
  if (tool === null && tools.length > 0) showTools(view, tools, output);
  data('');
  data(columns(factsOf(view.data, rows, output), width, 0));
  const steps = tool === null ? stepLines(rows, output) : [];
  if (steps.length > 0) data(`\n${paint.bold('Steps')}`);
  for (const step of steps) data(step);
  for (const line of closing(view, tools)) data(line);
  if (isTallerThan(output.rows, view, tools)) showAgain(summary(view, rows), output);
}

/** The lines of all parts but the weeks and the tools, about. */
const LINES_BESIDE = { all: 28, one: 14 };

/** If so, the first lines have moved out of sight. */
function isTallerThan(rows: number | undefined, { data }: HistoryView, tools: readonly Row[]): boolean {
  const { tool, to } = data;
  const weeks = Math.ceil(daysBetween(firstShown(data), to) / 7);
  return (
    rows !== undefined &&
    rows < LINES_BESIDE[tool === null ? 'all' : 'one'] + weeks + Math.min(tools.length, MAX_TOOLS_SHOWN)
  );
}

function showAgain(lines: readonly string[], { data, paint }: Output): void {
  data(`\n${paint.bold('In short')}`);
  for (const line of lines) data(line);
}

const callsOn = (day: HistoryDay) => callsIn(rowsIn([day]));

function nothing({ data: { tool, from, to }, consent }: HistoryView): string[] {
  const period = from === to ? `on ${to} (UTC)` : `from ${from} to ${to} (UTC)`;
  if (tool !== null) return [`No call of ${tool} was counted here ${period}.`];
  const what = 'shows calls by day and tool, failures, latency, and which tool follows which';
  if (consent.enabled) return [`Nothing was counted here ${period}.`, `Once a server here is used, this ${what}.`];
  return [
    `Nothing was counted here ${period}. Analytics is off: ${decider(consent)}.`,
    `Once it is on and a server here is used, this ${what}. Turn it on: ${commandLine('enable')}`,
  ];
}

/** `1,204 calls of 8 tools, 41 failed (3%).` and when. */
function summary({ data: { days, tool, from, to }, consent }: HistoryView, rows: readonly Row[]): string[] {
  const [calls, failures] = [callsIn(rows), failuresIn(rows)];
  const of = tool ?? plural(usageIn(rows).length, 'tool');
  const used = days.filter((day) => callsOn(day) > 0).length;
  const period = from === to ? to : `${from} to ${to}`;
  return [
    `${plural(calls, 'call')} of ${of}, ${grouped(failures)} failed${share(failures, calls)}.`,
    `On ${used} of ${plural(daysBetween(from, to) + 1, 'day')}, ${period} (UTC).`,
    ...(consent.enabled ? [] : [`Analytics is off: ${decider(consent)}.`]),
  ];
}

function share(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '';
  const percent = Math.round((100 * part) / whole);
  return ` (${percent === 0 ? 'under 1' : percent}%)`;
}

function showDays({ data: history }: HistoryView, { data, line, paint, width, hasPictures }: Output): void {
  data(`\n${paint.bold('Calls by day')}`);
  const lines = calendar(history, callsOn, { width, hasPictures });
  if (lines === undefined) {
    const list = history.days.map((day): [string, string] => [day.day, plural(callsOn(day), 'call')]);
    data(columns(list, width));
    return;
  }
  for (const one of lines) line(one);
  const marks = marksIn(lines.slice(1));
  if (marks !== '') data(marks);
}

function showTools({ data: history }: HistoryView, tools: readonly Row[], output: Output): void {
  const { data, line, paint } = output;
  data(`\n${paint.bold('Tools')}`);
  const [shown, others] = [tools.slice(0, MAX_TOOLS_SHOWN), tools.slice(MAX_TOOLS_SHOWN)];
  const lines = toolTable(history, shown, output);
  for (const one of lines) line(one);
  if (others.length > 0)
    data(
      `and ${plural(others.length, 'other tool')}: ${plural(callsIn(others), 'call')}, ${grouped(failuresIn(others))} failed.`,
    );
  for (const remark of toolRemarks(history, shown, lines)) data(remark);
}

function closing({ data: { days, tool } }: HistoryView, [first]: readonly Row[]): string[] {
  const isRounded = rowsIn(days).some(({ properties }) =>
    Object.values(properties).some((value) => Number(value) > MAX_EXACT_COUNT),
  );
  const rounding = `From ${MAX_EXACT_COUNT + 1} up, the number of a day is rounded to two digits, as in its report. Sums add up these numbers.`;
  return [
    ...(isRounded ? [`\n${rounding}`] : []),
    ...(tool === null && first !== undefined ? [`\nOne tool: ${commandLine(`history ${nameOf(first)}`)}`] : []),
  ];
}
