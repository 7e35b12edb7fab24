import { isObject } from '../../platform/files.js';
import { dayOf } from '../../schema/calendar.js';
import { isEventName } from '../../schema/field.js';
import { SCHEMA } from '../../schema/fields.js';
import type { Report, Row } from '../../schema/report.js';

/**
 * Reads the rows of a frozen body, without the properties that the encoder added, to show them and to compute
 * `first_this_week`. Undefined if it is not such a body. `openEnvelope`, not this, checks what may be sent.
 */
export function decode(body: string): Report | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (!isObject(parsed) || !Array.isArray(parsed.batch) || parsed.batch.length === 0) return undefined;
    const rows = parsed.batch.map(rowOf);
    const day = dayOf(Date.parse(parsed.batch[0].timestamp));
    return rows.every((row) => row !== undefined) ? { schema: SCHEMA, day, rows } : undefined;
  } catch {
    return undefined; // torn, or a file of another program
  }
}

function rowOf(event: unknown): Row | undefined {
  if (!isObject(event) || !isEventName(event.event) || !isObject(event.properties)) return undefined;
  const own = Object.entries(event.properties).filter(([name]) => !name.startsWith(ENCODER));
  return { event: event.event, properties: Object.fromEntries(own) as Row['properties'] };
}

/** The encoder's properties begin with this; a row's never do. */
const ENCODER = '$';
