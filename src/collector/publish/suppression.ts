import type { EventName } from '../../schema/fields.js';
import { CATEGORIES, START } from '../../schema/vocabulary.js';
import { type Cell, cellsOf, rowsWithoutLatency } from '../cells/tally.js';
import type { Entry } from '../store/cell-store.js';

/*
 * Small numbers. A cell that fewer than `minRows` rows are made of on a day is withheld. What is withheld of a family of
 * cells whose total is shown can be had by subtraction, as one number. So it has to have a member of at least `minRows`
 * rows; else the smallest one that is shown is withheld too. And everything that is ever shown for more than a day is a
 * sum of what is shown for its days, so that there is no total to subtract from.
 *
 * Families, where the total is known:
 *     a tool's successes, failures             its invocations
 *     a tool's successes, failures_…           its invocations
 *     a tool's failures_…                      its failures
 *     a tool's latency cells, and the calls    its invocations
 *       that are in none, which is no cell
 *     the steps that lead to a tool            its invocations, if all calls came over connections
 *     the steps that begin a session           the sessions
 *     sessions by number of tools              the steps that begin one
 *     rows with a flag, rows without           the rows
 */

/** What may be seen of one day. */
export interface PublishedDay {
  /** By event, label and measure; what is zero and what is withheld are both absent. */
  readonly cells: ReadonlyMap<EventName, ReadonlyMap<string, ReadonlyMap<string, number>>>;
  /** Whether anything of an event is withheld. */
  readonly withheld: ReadonlySet<EventName>;
}

interface Candidate extends Cell {
  readonly event: EventName;
  readonly label: string;
  isWithheld: boolean;
}

export function publish(entries: readonly Entry[], minRows: number): PublishedDay {
  const candidates = entries.flatMap(({ event, label, tally }) =>
    cellsOf(event, tally).map((cell): Candidate => ({ ...cell, event, label, isWithheld: cell.rows < minRows })),
  );
  const families = familiesOf(candidates, entries);
  withholdFlags(candidates, minRows);
  let isStable = false;
  while (!isStable) isStable = families.map((family) => complete(family, minRows)).every((changed) => !changed);
  return collect(candidates);
}

/** Withholds one more cell of the family where what is withheld would tell of too few rows. @returns whether it did */
function complete(family: readonly Candidate[], minRows: number): boolean {
  const withheld = family.filter(({ isWithheld }) => isWithheld);
  if (withheld.length === 0 || withheld.some(({ rows }) => rows >= minRows)) return false;
  const shown = family.filter(({ isWithheld }) => !isWithheld);
  const [smallest] = shown.sort((a, b) => a.rows - b.rows || a.sum - b.sum);
  if (smallest === undefined) return false;
  smallest.isWithheld = true;
  return true;
}

const FAILURES = new Set(CATEGORIES.map((category) => `failures_${category}`));

function familiesOf(candidates: readonly Candidate[], entries: readonly Entry[]): Candidate[][] {
  const families = new Map<string, Candidate[]>();
  const join = (name: string, cell: Candidate) => families.set(name, [...(families.get(name) ?? []), cell]);
  for (const cell of candidates) {
    const { event, label, measure } = cell;
    if (event === 'tool_usage' && (measure === 'successes' || measure === 'failures')) join(`outcomes ${label}`, cell);
    if (event === 'tool_usage' && (measure === 'successes' || FAILURES.has(measure))) join(`parts ${label}`, cell);
    if (event === 'tool_usage' && FAILURES.has(measure)) join(`categories ${label}`, cell);
    if (measure.startsWith('latency_le_')) join(`latency ${event} ${label}`, cell);
    if (event === 'session_usage' && measure !== 'rows') join('sessions', cell);
    if (event === 'workflow_step' && measure === 'count') {
      const [from, to] = label.split('>');
      join(`steps to ${to}`, cell);
      if (from === START) join('beginnings', cell);
    }
  }
  for (const { event, label, tally } of entries) {
    const rows = rowsWithoutLatency(tally);
    const uncelled = { event, label, measure: 'without latency', rows, sum: 0, isWithheld: true };
    if (event === 'tool_usage' && rows > 0) join(`latency ${event} ${label}`, uncelled);
  }
  // The smaller first: what they withhold may do for the larger.
  return [...families.values()].sort((a, b) => a.length - b.length);
}

/** A flag and its absence are a family of two, of which the second is no cell: few rows without it tell as much. */
function withholdFlags(candidates: readonly Candidate[], minRows: number): void {
  const rows = new Map(
    candidates.filter(({ measure }) => measure === 'rows').map((cell) => [`${cell.event} ${cell.label}`, cell.rows]),
  );
  for (const cell of candidates.filter(({ measure }) => measure.startsWith('first_this_'))) {
    const without = (rows.get(`${cell.event} ${cell.label}`) ?? 0) - cell.rows;
    if (without > 0 && without < minRows) cell.isWithheld = true;
  }
}

function collect(candidates: readonly Candidate[]): PublishedDay {
  const cells = new Map<EventName, Map<string, Map<string, number>>>();
  const withheld = new Set<EventName>();
  for (const { event, label, measure, sum, isWithheld } of candidates) {
    if (isWithheld) {
      withheld.add(event);
      continue;
    }
    const labels = cells.get(event) ?? new Map<string, Map<string, number>>();
    const measures = labels.get(label) ?? new Map<string, number>();
    cells.set(event, labels.set(label, measures.set(measure, sum)));
  }
  return { cells, withheld };
}
