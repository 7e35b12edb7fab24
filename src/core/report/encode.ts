import { crypto } from '../../platform/crypto.js';
import { MAX_ROWS } from '../../schema/limits.js';
import type { Row } from '../../schema/report.js';
import { type Body, serialize } from './body.js';

/** Never contacted, because the encoder's `fetch` only keeps its arguments. */
const NOWHERE = 'https://encoder.invalid';
/** posthog-node refuses an empty key. The real key replaces this one afterwards. */
const NO_KEY = 'none';

/**
 * Encodes one day's rows as the request body that posthog-node would send. Rows are shuffled and dated noon UTC, and
 * each has a new random id, which is also its `distinct_id`. Two things that posthog-node adds are left out (P4): `sent_at`
 * would tell the time, and by how much the clock is wrong; `$lib_version` is that of the installed package, which is
 * released every few days, so that few installations share one at any time.
 *
 * @throws if posthog-node's format is not the expected one; then nothing is frozen
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
    throw new Error('posthog-node did not encode one plain batch');
  }
  const { batch } = JSON.parse(request.body) as Body;
  if (batch.length !== rows.length) throw new Error('posthog-node did not encode every row');
  return serialize({ api_key: key, batch: batch.map(withoutVersion) });
}

function withoutVersion(event: Body['batch'][number]): Body['batch'][number] {
  const { $lib_version: _, ...properties } = event.properties;
  return { ...event, properties };
}

/** Makes posthog-node an encoder only. docs/decisions/posthog-node-as-encoder.md gives the reason for each setting. */
async function createEncoder(keep: (url: string, body: unknown) => void) {
  const { PostHog } = await import('posthog-node');
  const mode = process.env.POSTHOG_CAPTURE_MODE;
  delete process.env.POSTHOG_CAPTURE_MODE; // `v1` would change the endpoint and the format
  try {
    return new PostHog(NO_KEY, {
      host: NOWHERE,
      fetch: async (url, { body }) => {
        keep(url, body);
        return {
          status: 200,
          text: async () => '{"status":1}',
          json: async () => ({ status: 1 }),
          headers: new Headers(),
        };
      },
      flushInterval: 0,
      flushAt: MAX_ROWS + 1,
      maxBatchSize: MAX_ROWS + 1,
      maxQueueSize: MAX_ROWS + 2,
      fetchRetryCount: 0,
      disableGeoip: true,
      isServer: false,
      disableCompression: true,
    });
  } finally {
    if (mode !== undefined) process.env.POSTHOG_CAPTURE_MODE = mode;
  }
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
