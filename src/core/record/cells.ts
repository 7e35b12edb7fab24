import { isCell, type Subject } from '../../schema/field.js';
import { EVENTS } from '../../schema/fields.js';
import { latencyCell } from '../../schema/latency.js';
import { MAX_DISTINCT_TOOLS } from '../../schema/limits.js';
import { CATEGORIES, type Category, OTHER, PROVIDERS, START, type Vocabulary } from '../../schema/vocabulary.js';

/*
 * Counts are cells on lines: the line `tool recommend` has the cells `successes`, `failures_timeout`,
 * `latency_le_1000`. The field table names a cell, and the name stays the same up to the dashboard. Two kinds of cells
 * are not fields, because rows are built from them: `from_<tool>` names the tool called before, and `nth_<n>` says that
 * this was the nth different tool of its session.
 */

/** How a call ended. */
export type Outcome = 'success' | Category;

/** One call of a tool that has ended. */
export interface EndedCall {
  readonly tool: string;
  readonly outcome: Outcome;
  /** Its duration in ms. */
  readonly milliseconds: number;
  /** The tool called before in the same session, or `start`; undefined outside of sessions. */
  readonly from?: string | undefined;
  /** n if the tool is the nth different one of its session. */
  readonly nth?: number | undefined;
}

/**
 * The cells that one call increases. All of them stand on the line of the called tool, so that one write counts it;
 * steps and sessions follow from them when the day is closed.
 */
export function callCells(call: EndedCall): string[] {
  const { outcome, milliseconds, from, nth } = call;
  const cells: string[] = [outcome === 'success' ? 'successes' : failureCell(outcome), latencyCell(milliseconds)];
  if (from !== undefined) cells.push(fromCell(from));
  if (nth !== undefined) cells.push(nthCell(nth));
  return cells;
}

/** The cells that one use of a feature, and one call of a provider, increases. */
export const FEATURE_CELLS: readonly string[] = ['uses'];
export const PROVIDER_CELLS: readonly string[] = ['invocations'];

/**
 * Makes each name once and keeps it. A string that is built for each call would have to be hashed again for each lookup
 * in a map, which costs as much as the count. Names belong to the vocabulary, so there are few.
 */
function eachOnce<Part>(make: (part: Part) => string): (part: Part) => string {
  const made = new Map<Part, string>();
  return (part) => {
    const known = made.get(part);
    if (known !== undefined) return known;
    const text = make(part);
    made.set(part, text);
    return text;
  };
}

export const fromCell = eachOnce((from: string) => `from_${from}`);
const failureCell = eachOnce((category: Category) => `failures_${category}`);
const nthCell = eachOnce((nth: number) => `nth_${nth}`);
export const NTH_CELLS: readonly string[] = Array.from({ length: MAX_DISTINCT_TOOLS }, (_, at) => nthCell(at + 1));

const LINES = {
  tool: eachOnce((name: string) => `tool ${name}`),
  feature: eachOnce((name: string) => `feature ${name}`),
  provider: eachOnce((name: string) => `provider ${name}`),
};

/** The key of a line. */
export const lineOf = (subject: Subject, name: string): string => LINES[subject](name);

/**
 * P1: makes the names of a vocabulary before anything is counted, so that those in memory do not tell what was used.
 */
export function makeNames({ tools, features }: Pick<Vocabulary, 'tools' | 'features'>): void {
  for (const tool of [...tools, OTHER]) {
    lineOf('tool', tool);
    fromCell(tool);
  }
  fromCell(START);
  for (const feature of [...features, OTHER]) lineOf('feature', feature);
  for (const provider of PROVIDERS) lineOf('provider', provider);
  for (const category of CATEGORIES) failureCell(category);
}

/** For the lines of each subject: the cells that are fields of the table, with the first schema that has them. */
const SINCE: Readonly<Record<Subject, ReadonlyMap<string, number>>> = {
  tool: sinceOf('tool'),
  feature: sinceOf('feature'),
  provider: sinceOf('provider'),
};

function sinceOf(subject: Subject): Map<string, number> {
  const kinds = EVENTS.filter((kind) => kind.subject === subject);
  return new Map(
    kinds.flatMap((kind) =>
      kind.fields
        .filter(isCell)
        .flatMap(({ names, since }) => names.map((name) => [name, Math.max(since, kind.since)] as const)),
    ),
  );
}

/** Whether a field of the table is counted under this name on such a line. */
export function isFieldCell(subject: Subject, cell: string): boolean {
  return SINCE[subject].has(cell);
}

const HAS_LATER_FIELDS = Object.values(SINCE).some((cells) => [...cells.values()].some((since) => since > 1));

/**
 * The cells that belong to the accepted schema: consent to schema 1 covers nothing that came later, not even on this
 * machine.
 */
export function acceptedCells(subject: Subject, cells: readonly string[], accepted: number): readonly string[] {
  return HAS_LATER_FIELDS ? cells.filter((cell) => (SINCE[subject].get(cell) ?? 1) <= accepted) : cells;
}
