import { crypto } from '../../platform/crypto.js';
import type { Row } from '../../schema/report.js';
import { type Body, serialize } from './body.js';
import { createEncoder, NOWHERE } from './posthog-client.js';
import { NotFrozen } from './unfrozen.js';

/**
 * Encodes one day's rows as the request body that posthog-node would send. Rows are shuffled and dated noon UTC, and
 * each has a new random id, which is also its `distinct_id`. Two things that posthog-node adds are left out (P4):
 * `sent_at` would tell the time, and by how much the clock is wrong; `$lib_version` is that of the installed package,
 * which is released every few days, so that few installations share one at any time.
 *
 * @throws NotFrozen if posthog-node's request is not the expected one
 */
export async function encode(rows: readonly Row[], day: string, key: string): Promise<string> {
  const captured: { url: string; body: unknown }[] = [];
  const client = await createEncoder((url, body) => captured.push({ url, body }));
  for (const { event, properties } of shuffle(rows)) {
    const uuid = crypto().randomUUID();
    client.capture({
      event,
      distinctId: uuid,
      uuid,
      timestamp: new Date(`${day}T12:00:00.000Z`),
      disableGeoip: true,
      // `$ip` keeps the sender's address out of the event; `$process_person_profile` prevents a person profile.
      properties: { ...properties, $process_person_profile: false, $ip: '0.0.0.0' },
    });
  }
  await client.flush(); // not shutdown(), which prints and may keep the process alive
  const [request] = captured;
  if (captured.length !== 1 || request?.url !== `${NOWHERE}/batch/` || typeof request.body !== 'string') {
    throw new NotFrozen('posthog-node did not encode one plain batch');
  }
  const { batch } = JSON.parse(request.body) as Body;
  if (batch.length !== rows.length) throw new NotFrozen('posthog-node did not encode every row');
  return serialize({ api_key: key, batch: batch.map(withoutVersion) });
}

function withoutVersion(event: Body['batch'][number]): Body['batch'][number] {
  const { $lib_version: _, ...properties } = event.properties;
  return { ...event, properties };
}

/** A Fisher–Yates shuffle with a CSPRNG, so that the order reveals nothing. */
function shuffle<T>(items: readonly T[]): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const pick = crypto().randomInt(last + 1);
    [shuffled[last], shuffled[pick]] = [shuffled[pick] as T, shuffled[last] as T];
  }
  return shuffled;
}
