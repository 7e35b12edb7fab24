import type { Names } from './vocabulary.js';

/** Which closed set, or which range, a property's value comes from. */
type Values = Names | 'count' | 'flag';

/** One property of a row, or a family of them (`failures_<category>`) that share a definition. */
export interface Field {
  /** The property's name as sent; for a family, a pattern that `names` spells out. */
  readonly name: string;
  readonly names: readonly string[];
  readonly values: Values;
  /** The first schema that has it. */
  readonly since: number;
  /** For people, behind the number: `call(s)` makes `12 calls`. In a family, `<…>` stands for what differs. */
  readonly label: string;
  readonly example: string | number | true;
  readonly what: string;
  readonly not: string;
  readonly why: string;
  /** A count that is not counted itself: the sum of these. */
  readonly from?: readonly string[];
  /**
   * The number that this one is a part of: a property of the same row, `rows` (how many rows there are), or a total that
   * other rows tell. What is suppressed of the parts must not follow from the total and the parts that are shown.
   */
  readonly partOf?: string;
  /** Left out of a row unless the count, or a family's counts together, reach this. */
  readonly shownFrom?: number;
}

export interface EventKind {
  readonly event: EventName;
  /** The first schema that has it. */
  readonly since: number;
  /** Above its rows in `preview`. */
  readonly heading: string;
  readonly answers: string;
  /** The kind of names whose counts a row of this event projects. Rows of other events have builders of their own. */
  readonly subject?: Subject;
  /** The count by which the least used names give way; rows of an event without it never do. */
  readonly size?: string;
  /** What `preview` calls a row that has no names. */
  readonly unnamed?: string;
  readonly fields: readonly Field[];
}

/** What is counted by name. */
export const SUBJECTS = ['tool', 'feature', 'provider'] as const;
export type Subject = (typeof SUBJECTS)[number];

const EVENT_NAMES = [
  'tool_usage',
  'tool_latency',
  'session_usage',
  'workflow_step',
  'feature_usage',
  'provider_usage',
  'active_install',
] as const;
export type EventName = (typeof EVENT_NAMES)[number];

export function isEventName(name: unknown): name is EventName {
  return EVENT_NAMES.includes(name as EventName);
}

/** A line of the table: what is usual is left out. `names` defaults to the name alone, `since` to the first schema. */
export function field(line: Omit<Field, 'names' | 'since'> & Partial<Pick<Field, 'names' | 'since'>>): Field {
  return { names: [line.name], since: 1, ...line };
}

/** The fields that say what a row is about, and those that are added up over rows. */
export const isName = ({ values }: Field): boolean => values !== 'count' && values !== 'flag';
export const isCount = ({ values }: Field): boolean => values === 'count';

/** The counts that are cells of a spool file's line; the others are computed from them. */
export const isCell = (one: Field): boolean => isCount(one) && one.from === undefined;

/** A family of cells of which every counted thing is in exactly one, shown only from a certain number of them. */
export const isHistogram = ({ names, shownFrom }: Field): boolean => names.length > 1 && shownFrom !== undefined;

/** A number with its label: `1 call`, `12 calls`; of a family's member, with what differs in place of `<…>`. */
export function labelFor({ name: pattern, label }: Field, name: string, count: number): string {
  const own = label.replace(/<.*>/, name.slice(pattern.indexOf('<')));
  return `${count} ${own.replace('(s)', count === 1 ? '' : 's')}`;
}
