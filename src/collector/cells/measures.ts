import { type EventKind, type EventName, isHistogram, isName } from '../../schema/field.js';
import { EVENTS, propertiesOf } from '../../schema/fields.js';
import type { Row } from '../../schema/report.js';

/*
 * What of a row is added up, computed from the field table. A measure is a number or a flag under the property's own
 * name; the names of a row say what it is about.
 */

interface Shape {
  /** In a fixed order, which is that of the numbers in the database. */
  readonly measures: readonly string[];
  readonly names: readonly string[];
  /** Families of measures (`latency_le_<bound>`) that a row can be without; how many rows have any is counted too. */
  readonly groups: readonly (readonly string[])[];
}

const BY_EVENT: ReadonlyMap<EventName, Shape> = new Map(EVENTS.map((kind) => [kind.event, shapeOf(kind)]));

function shapeOf(kind: EventKind): Shape {
  // What a later schema brings comes last, wherever it stands in the table: the database knows measures by their place.
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

/** What a row is about: a tool, a feature, a provider, a step as `from>to`; empty where its event says it all. */
export function labelOf({ event, properties }: Row): string {
  return shape(event)
    .names.map((name) => properties[name])
    .join('>');
}
