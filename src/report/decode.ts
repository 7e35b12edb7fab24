import { isObject } from '../platform/files.js';
import { dayOf } from '../schema/calendar.js';
import { EVENTS, propertiesOf, SCHEMA } from '../schema/fields.js';
import { isEventName, type Report, type Row } from '../schema/report.js';

/**
 * Reads a frozen body back: the properties that are ours, without what the encoder added. Undefined for what is not a
 * body of ours at all.
 */
export function decode(body: string): Report | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (!isObject(parsed) || !Array.isArray(parsed.batch) || parsed.batch.length === 0) return undefined;
    const rows = parsed.batch.map(rowOf);
    const day = dayOf(Date.parse(parsed.batch[0].timestamp));
    return rows.every((row) => row !== undefined) ? { schema: SCHEMA, day, rows } : undefined;
  } catch {
    return undefined; // torn, or not ours
  }
}

function rowOf(event: unknown): Row | undefined {
  if (!isObject(event) || !isEventName(event.event) || !isObject(event.properties)) return undefined;
  const kind = EVENTS.find((one) => one.event === event.event) as (typeof EVENTS)[number];
  const own = Object.entries(event.properties).filter(([name]) => propertiesOf(kind).has(name));
  return { event: kind.event, properties: Object.fromEntries(own) as Row['properties'] };
}
