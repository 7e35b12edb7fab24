import { EVENTS, type EventName, type Field, propertiesOf } from '../../schema/fields.js';
import type { Row } from '../../schema/report.js';

/** A row's numbers and flags are what is added up; the rest are names, which say what the row is about. */
const isMeasured = ({ values }: Field) => values === 'count' || values === 'true';

const BY_EVENT = new Map(
  EVENTS.map((kind) => {
    // What a later schema brings comes last, wherever it stands in the table: the database knows measures by their place.
    const properties = [...propertiesOf(kind)].sort(([, a], [, b]) => a.since - b.since);
    const pick = (measured: boolean) =>
      properties.flatMap(([name, field]) => (isMeasured(field) === measured ? [name] : []));
    return [kind.event, { measures: pick(true), names: pick(false) }] as const;
  }),
);

/** In a fixed order, which is that of the numbers in the database. */
export function measures(event: EventName): readonly string[] {
  return BY_EVENT.get(event)?.measures ?? [];
}

/** What a row is about: a tool, a feature, a provider, a step as `from>to`; empty where its event says it all. */
export function labelOf({ event, properties }: Row): string {
  return (BY_EVENT.get(event)?.names ?? []).map((name) => properties[name]).join('>');
}
