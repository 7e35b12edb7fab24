import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { debug } from '../../platform/debug.js';
import { causeOf, systemCode } from '../../platform/errors.js';
import { MAX_ROWS } from '../../schema/limits.js';

/** Never contacted, because the encoder's `fetch` only keeps its arguments. */
export const NOWHERE = 'https://encoder.invalid';
/** posthog-node refuses an empty key. The real key replaces this one afterward. */
const NO_KEY = 'none';

/** Makes posthog-node an encoder only. docs/decisions/posthog-node-as-encoder.md gives the reason for each setting. */
export async function createEncoder(keep: (url: string, body: unknown) => void) {
  const { PostHog } = await loadPostHog();
  const mode = process.env.POSTHOG_CAPTURE_MODE;
  delete process.env.POSTHOG_CAPTURE_MODE; // `v1` would change the endpoint and the format
  try {
    return new PostHog(NO_KEY, {
      host: NOWHERE,
      fetch: async (url, { body }) => {
        keep(url, body);
        return { status: 200, text: async () => '{"status":1}', json: async () => ({ status: 1 }) };
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

type PostHogNode = typeof import('posthog-node');

/**
 * The published package has its own copy of one exact version (scripts/build.ts), so that no other version on the
 * machine changes what is sent.
 *
 * P7: after a failure, `require` reads the file again, but Node remembers a failed `import` forever. Once the process
 * had no descriptor left (EMFILE), no day would be closed any more. Node also keeps what it failed to learn of
 * package.json, so nothing is loaded while no file can be opened. The `import` is for a host that is bundled into one
 * file, where `require` finds nothing.
 */
async function loadPostHog(): Promise<PostHogNode> {
  assertFilesCanBeOpened();
  try {
    return createRequire(import.meta.url)('posthog-node');
  } catch (error) {
    debug('posthog-node: %s', causeOf(error));
    const imported: PostHogNode & { readonly default?: PostHogNode } = await import('posthog-node');
    return imported.default ?? imported;
  }
}

function assertFilesCanBeOpened(): void {
  try {
    closeSync(openSync(process.execPath, 'r'));
  } catch (error) {
    if (['EMFILE', 'ENFILE'].includes(systemCode(error) ?? '')) throw error;
  }
}
