import { crypto } from '../../platform/crypto.js';
import { MAX_ROWS } from '../../schema/limits.js';
import type { Row } from '../../schema/report.js';
import { type Body, serialize } from './body.js';

/** Never contacted: the encoder's `fetch` only keeps what it is handed. */
const NOWHERE = 'https://encoder.invalid';
/** posthog-node refuses an empty key; the real one takes its place afterwards. */
const NO_KEY = 'none';

/**
 * One day's rows as the request body that posthog-node would send: shuffled, each with a fresh random id that is its
 * `distinct_id` too, dated noon UTC, without the `sent_at` that would tell when and from a clock how wrong.
 *
 * @throws where posthog-node's format is not the expected one; nothing is frozen then
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
      // `$ip` keeps the sender's address out of the event, `$process_person_profile` keeps a person from being made.
      properties: { ...properties, $process_person_profile: false, $ip: '0.0.0.0' },
    });
  }
  await client.flush(); // never shutdown(): it prints and may hold the process
  const [request] = captured;
  if (captured.length !== 1 || request?.url !== `${NOWHERE}/batch/` || typeof request.body !== 'string') {
    throw new Error('posthog-node did not encode one plain batch');
  }
  const { batch } = JSON.parse(request.body) as Body;
  if (batch.length !== rows.length) throw new Error('posthog-node did not encode every row');
  return serialize({ api_key: key, batch });
}

/** Settings that make posthog-node an encoder and nothing else; why each, in docs/decisions/posthog-node-as-encoder.md. */
async function createEncoder(keep: (url: string, body: unknown) => void) {
  const { PostHog } = await import('posthog-node');
  const mode = process.env.POSTHOG_CAPTURE_MODE;
  delete process.env.POSTHOG_CAPTURE_MODE; // `v1` would change endpoint and format
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

/** Fisher and Yates with a CSPRNG: the order tells nothing. */
function shuffle<T>(items: readonly T[]): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const pick = crypto().randomInt(last + 1);
    [shuffled[last], shuffled[pick]] = [shuffled[pick] as T, shuffled[last] as T];
  }
  return shuffled;
}
