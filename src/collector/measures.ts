import { EVENTS, type EventKind, type EventName, SCHEMA } from '../schema/fields.js';
import type { Row } from '../schema/report.js';

/** A row's numbers and flags: what is added up. */
const isMeasured = (values: string) => values === 'count' || values === 'true';

function measuresOf(kind: EventKind): string[] {
  return kind.fields.flatMap(({ names, values, since }) => (isMeasured(values) && since <= SCHEMA ? names : []));
}

function namesOf(kind: EventKind): string[] {
  return kind.fields.flatMap(({ names, values }) => (isMeasured(values) ? [] : names));
}

const BY_EVENT = new Map(
  EVENTS.map((kind) => [kind.event, { measures: measuresOf(kind), names: namesOf(kind) }] as const),
);

/** In a fixed order, which is that of the numbers in the database. */
export function measures(event: EventName): readonly string[] {
  return BY_EVENT.get(event)?.measures ?? [];
}

/** What a row is about: a tool, a feature, a provider, a step as `from>to`; empty where its event says it all. */
export function labelOf({ event, properties }: Row): string {
  return (BY_EVENT.get(event)?.names ?? []).map((name) => properties[name]).join('>');
}
