import type { EventName } from '../../schema/field.js';
import { EVENTS } from '../../schema/fields.js';
import { START } from '../../schema/vocabulary.js';
import { type Cell, cellsOf, type Entry, rowsWithout } from '../cells/tally.js';
import { familiesOf } from './families.js';

/*
 * Small numbers. A cell that fewer than `minRows` rows of a day have is suppressed. What is suppressed of a family whose
 * total is shown can be had by subtraction, as one number. So a suppressed part of a family needs a member of at least
 * `minRows` rows; else the smallest cell that is shown is suppressed too. Everything that is shown for more than a day is
 * a sum of what is shown for its days, so that there is no other total to subtract from.
 *
 * The field table says which measures are a family. Steps are families across labels: those that lead to a tool make up
 * its calls (if all calls came over connections), and those that begin a session make up the sessions.
 */

/** What may be seen of one day. */
export interface PublishedDay {
  /** By event, label and measure; what is zero and what is suppressed are both absent. */
  readonly cells: ReadonlyMap<EventName, ReadonlyMap<string, ReadonlyMap<string, number>>>;
  /** The events of which something is suppressed. */
  readonly suppressed: ReadonlySet<EventName>;
}

interface Candidate extends Cell {
  readonly event: EventName;
  readonly label: string;
  isSuppressed: boolean;
}

const FAMILIES = new Map(EVENTS.map((kind) => [kind.event, familiesOf(kind)]));

/** Pure: the cells of a day that may be shown. */
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
  families.sort((a, b) => a.length - b.length); // what the smaller ones suppress may do for the larger
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

/** Suppresses one more cell of a family whose suppressed cells tell of too few rows. @returns whether it did */
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
