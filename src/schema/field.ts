import type { Names } from './vocabulary.js';

/** The kind of value that a property has: a name of a closed set, a count or a flag. */
type Values = Names | 'count' | 'flag';

/** One property of a row, or a family of them (`failures_<category>`) that share a definition. */
export interface Field {
  /** The property's name, as it is sent. For a family, a pattern; `names` has its members. */
  readonly name: string;
  readonly names: readonly string[];
  readonly values: Values;
  /** The first schema that has it. */
  readonly since: number;
  /** Printed after the number: `call(s)` gives `12 calls`. In a family, `<…>` stands for the part that differs. */
  readonly label: string;
  readonly example: string | number | true;
  readonly what: string;
  readonly not: string;
  readonly why: string;
  /** Set for a count that is computed: the counts that it is the sum of. */
  readonly from?: readonly string[];
  /**
   * The total that this number is a part of: a property of the same row, `rows` (the number of rows), or a total that
   * other rows give. The collector ensures that a part that is not shown cannot be computed from the total and the other
   * parts.
   */
  readonly partOf?: string;
  /** The smallest count, or sum of a family's counts, that a row shows. */
  readonly shownFrom?: number;
}

export interface EventKind {
  readonly event: EventName;
  /** The first schema that has it. */
  readonly since: number;
  /** A word for its rows in `preview`. */
  readonly heading: string;
  readonly answers: string;
  /** Set if the field table alone describes the rows: one for each name of this kind. Other events have builders. */
  readonly subject?: Subject;
  /** The count by which the least used names are found and folded. Rows of an event without it are never folded. */
  readonly size?: string;
  readonly fields: readonly Field[];
}

/** The kinds of things that are counted by name. */
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

/** A line of the table. By default `names` is the name alone and `since` is the first schema. */
export function field(line: Omit<Field, 'names' | 'since'> & Partial<Pick<Field, 'names' | 'since'>>): Field {
  return { names: [line.name], since: 1, ...line };
}

/** Names say what a row is about. Counts are added up over rows. */
export const isName = ({ values }: Field): boolean => values !== 'count' && values !== 'flag';
export const isCount = ({ values }: Field): boolean => values === 'count';

/** True for a count that is a cell of a spool file. Other counts are computed from cells. */
export const isCell = (one: Field): boolean => isCount(one) && one.from === undefined;

/** True for a family in which each call is in exactly one cell, and which is shown only from a minimum of calls. */
export const isHistogram = ({ names, shownFrom }: Field): boolean => names.length > 1 && shownFrom !== undefined;

/** Formats a number with its label: `1 call`, `12 calls`. For a member of a family, its part replaces `<…>`. */
export function labelFor({ name: pattern, label }: Field, name: string, count: number): string {
  const own = label.replace(/<.*>/, name.slice(pattern.indexOf('<')));
  return `${count} ${own.replace('(s)', count === 1 ? '' : 's')}`;
}
