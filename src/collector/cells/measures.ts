import { type EventKind, type EventName, isHistogram, isName } from '../../schema/field.js';
import { EVENTS, propertiesOf } from '../../schema/fields.js';
import type { Row } from '../../schema/report.js';

/*
 * What is added up over rows, computed from the field table. A measure is a count or a flag and has the name of its
 * property. The names of a row say what it is about.
 */

interface Shape {
  /** In the order of the numbers in the database, which never changes. */
  readonly measures: readonly string[];
  readonly names: readonly string[];
  /** Families of measures (`latency_le_<bound>`) that a row may lack. The rows that have any are counted too. */
  readonly groups: readonly (readonly string[])[];
}

const BY_EVENT: ReadonlyMap<EventName, Shape> = new Map(EVENTS.map((kind) => [kind.event, shapeOf(kind)]));

function shapeOf(kind: EventKind): Shape {
  // Fields of later schemas come last, wherever they are in the table: the database stores measures by position.
  const properties = [...propertiesOf(kind)].sort(([, a], [, b]) => a.since - b.since);
  const pick = (names: boolean) => properties.flatMap(([name, field]) => (isName(field) === names ? [name] : []));
  return {
    measures: pick(false),
    names: pick(true),
    groups: kind.fields.filter(isHistogram).map(({ names }) => names),
  };
}

const shape = (event: EventName): Shape => BY_EVENT.get(event) as Shape; // the table has one for each name

export const measures = (event: EventName): readonly string[] => shape(event).measures;
export const groups = (event: EventName): readonly (readonly string[])[] => shape(event).groups;

/** What a row is about: a tool, a feature, a provider, or a step as `from>to`. Empty if its event has no names. */
export function labelOf({ event, properties }: Row): string {
  return shape(event)
    .names.map((name) => properties[name])
    .join('>');
}
