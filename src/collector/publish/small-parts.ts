import { isCount, isHistogram } from '../../schema/field.js';
import { kindOf } from '../../schema/fields.js';
import { OTHER, START } from '../../schema/vocabulary.js';
import type { Block } from '../cells/intervals.js';
import { addTally, cellOf, emptyTally, rowsOf, rowsWithout, setCell, type Tally } from '../cells/tally.js';

/*
 * Parts of a total that is shown: the categories of a tool's failures, the steps into a tool, the steps from the start.
 * One with fewer than k rows joins `other`. What joined could be computed from the total and the other parts, so while
 * it has fewer than k rows, or only one name, the smallest part that is shown joins it too.
 */

interface Part {
  readonly rows: number;
  readonly sum: number;
  readonly isOther: boolean;
}

/** Which parts join. A part can be in several families; each must be left in order. */
function joining<P extends Part>(families: readonly (readonly P[])[], k: number): ReadonlySet<P> {
  const joined = new Set(families.flat().filter(({ rows, isOther }) => rows < k && !isOther));
  let isStable = false;
  while (!isStable) {
    const more = families.map((family) => smallestToJoin(family, joined, k)).filter((part) => part !== undefined);
    for (const part of more) joined.add(part);
    isStable = more.length === 0;
  }
  return joined;
}

/** Undefined if nothing joined, if what joined is enough, or if nothing else is left. */
function smallestToJoin<P extends Part>(family: readonly P[], joined: ReadonlySet<P>, k: number): P | undefined {
  if (!family.some((part) => joined.has(part))) return undefined;
  const other = family.filter((part) => part.isOther || joined.has(part));
  if (other.length > 1 && rowsTogether(other) >= k) return undefined;
  const shown = family.filter((part) => !other.includes(part));
  return shown.sort((a, b) => a.rows - b.rows || a.sum - b.sum)[0];
}

function rowsTogether(parts: readonly Part[]): number {
  return parts.reduce((total, { rows }) => total + rows, 0);
}

/** The families of counts that have a member for all others: `failures_other`. */
function pooledFamilies({ event }: Block) {
  const families = kindOf(event).fields.filter((field) => isCount(field) && !isHistogram(field));
  return families.flatMap(({ names }) => {
    const other = names.find((name) => name.endsWith(`_${OTHER}`));
    return other === undefined ? [] : [{ names, other }];
  });
}

/** The tally with small categories moved to `failures_other`, and without a histogram of fewer than k rows. */
export function withPooledCounts({ event, label }: Block, tally: Tally, k: number): Tally {
  const shown = tally.slice();
  for (const { names } of kindOf(event).fields.filter(isHistogram)) {
    // A row has a histogram from five calls on, so one of few calls is of few rows, or of one.
    if (rowsOf(tally) - rowsWithout(event, tally, names) >= k) continue;
    for (const measure of names) setCell(event, shown, { measure, rows: 0, sum: 0 });
  }
  for (const { names, other } of pooledFamilies({ event, label })) {
    const parts = names
      .map((measure) => ({ measure, ...cellOf(event, tally, measure), isOther: measure === other }))
      .filter(({ rows }) => rows > 0);
    const joined = joining([parts], k);
    if (joined.size === 0) continue;
    const pooled = parts.filter((part) => part.isOther || joined.has(part));
    for (const { measure } of joined) setCell(event, shown, { measure, rows: 0, sum: 0 });
    // A row can have several of them, so that this is not exactly the number of rows. It is not shown.
    const sum = pooled.reduce((total, part) => total + part.sum, 0);
    setCell(event, shown, { measure: other, rows: rowsTogether(pooled), sum });
  }
  return shown;
}

/** A step of one span, and its rows. */
export interface Step {
  readonly label: string;
  readonly tally: Tally;
}

/**
 * The steps of one span as they are shown, by label. A step that is not shown by its own label is a part of the step
 * from `other` to the same tool. It is left out if that step has fewer than k rows, or is `taken`: shown already.
 */
export function withPooledSteps(
  steps: readonly Step[],
  k: number,
  isTaken: (label: string) => boolean,
): { readonly shown: ReadonlyMap<string, Tally>; readonly leftOut: ReadonlySet<string> } {
  const parts = steps.map(({ label, tally }) => {
    const [from = '', to = ''] = label.split('>');
    const { sum } = cellOf('workflow_step', tally, 'count');
    return { label, tally, from, to, rows: rowsOf(tally), sum, isOther: from === OTHER };
  });
  const into = [...new Set(parts.map(({ to }) => to))].map((tool) => parts.filter(({ to }) => to === tool));
  const joined = joining([...into, parts.filter(({ from }) => from === START)], k);
  const shown = new Map<string, Tally>();
  const labelOf = (part: (typeof parts)[number]) => (joined.has(part) ? `${OTHER}>${part.to}` : part.label);
  for (const part of parts) {
    const label = labelOf(part);
    const tally = shown.get(label) ?? emptyTally('workflow_step');
    addTally(tally, part.tally);
    shown.set(label, tally);
  }
  const isOut = (label: string) => isTaken(label) || rowsOf(shown.get(label) as Tally) < k;
  const leftOut = new Set(parts.filter((part) => isOut(labelOf(part))).map(({ label }) => label));
  for (const label of [...shown.keys()]) if (isOut(label)) shown.delete(label);
  return { shown, leftOut };
}
