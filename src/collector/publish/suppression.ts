import type { EventName } from '../../schema/field.js';
import { EVENTS } from '../../schema/fields.js';
import { START } from '../../schema/vocabulary.js';
import { type Cell, cellsOf, type Entry, rowsWithout } from '../cells/tally.js';
import { familiesOf } from './families.js';

/*
 * Suppression of small numbers. A cell is suppressed if fewer than `minRows` rows of the day have it. If the total of a
 * family is shown, subtraction gives the sum of its suppressed cells. So the suppressed cells of a family must include
 * one of at least `minRows` rows; if none is, the smallest cell that is shown is suppressed too. A number for more than
 * a day is the sum of the published numbers of its days, so that there is no other total to subtract from.
 *
 * The field table says which measures are a family. Steps are families across labels: the steps to a tool add up to its
 * calls (if all calls came over connections), and the steps from the start add up to the sessions.
 */

/** The numbers of one day that may be shown. */
export interface PublishedDay {
  /** By event, label and measure. Zeros and suppressed numbers are both absent. */
  readonly cells: ReadonlyMap<EventName, ReadonlyMap<string, ReadonlyMap<string, number>>>;
  /** The events of which a number is suppressed. */
  readonly suppressed: ReadonlySet<EventName>;
}

interface Candidate extends Cell {
  readonly event: EventName;
  readonly label: string;
  isSuppressed: boolean;
}

const FAMILIES = new Map(EVENTS.map((kind) => [kind.event, familiesOf(kind)]));

/** Computes the numbers of a day that may be shown. */
export function publish(entries: readonly Entry[], minRows: number): PublishedDay {
  const candidates: Candidate[] = [];
  const families: Candidate[][] = [];
  for (const entry of entries) {
    const { event, label, tally } = entry;
    const own = cellsOf(event, tally).map((cell) => ({ ...cell, event, label, isSuppressed: cell.rows < minRows }));
    candidates.push(...own);
    families.push(...familiesWithin(entry, own));
  }
  families.push(...stepFamilies(candidates));
  families.sort((a, b) => a.length - b.length); // a cell suppressed for a small family may be enough for a larger one
  let isStable = false;
  while (!isStable) isStable = families.map((family) => complete(family, minRows)).every((changed) => !changed);
  return collect(candidates);
}

function familiesWithin({ event, label, tally }: Entry, own: readonly Candidate[]): Candidate[][] {
  return (FAMILIES.get(event) ?? []).map(({ measures, hasRemainder }) => {
    const members = own.filter(({ measure }) => measures.includes(measure));
    const rows = hasRemainder ? rowsWithout(event, tally, measures) : 0;
    return rows === 0
      ? members
      : [...members, { event, label, measure: 'remainder', rows, sum: 0, isSuppressed: true }];
  });
}

function stepFamilies(candidates: readonly Candidate[]): Candidate[][] {
  const steps = candidates.filter(({ event, measure }) => event === 'workflow_step' && measure === 'count');
  const to = ({ label }: Candidate) => label.split('>')[1];
  const targets = [...new Set(steps.map(to))].map((target) => steps.filter((step) => to(step) === target));
  return [...targets, steps.filter(({ label }) => label.startsWith(`${START}>`))];
}

/** Suppresses one more cell of a family if its suppressed cells all have too few rows. @returns whether it did */
function complete(family: readonly Candidate[], minRows: number): boolean {
  const suppressed = family.filter(({ isSuppressed }) => isSuppressed);
  if (suppressed.length === 0 || suppressed.some(({ rows }) => rows >= minRows)) return false;
  const shown = family.filter(({ isSuppressed }) => !isSuppressed);
  const [smallest] = shown.sort((a, b) => a.rows - b.rows || a.sum - b.sum);
  if (smallest === undefined) return false;
  smallest.isSuppressed = true;
  return true;
}

function collect(candidates: readonly Candidate[]): PublishedDay {
  const cells = new Map<EventName, Map<string, Map<string, number>>>();
  const suppressed = new Set<EventName>();
  for (const { event, label, measure, sum, isSuppressed } of candidates) {
    if (isSuppressed) {
      suppressed.add(event);
      continue;
    }
    const labels = cells.get(event) ?? new Map<string, Map<string, number>>();
    const measures = labels.get(label) ?? new Map<string, number>();
    cells.set(event, labels.set(label, measures.set(measure, sum)));
  }
  return { cells, suppressed };
}
