// What a run decides about a server: plain, or counted by the library as it is published.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAdapter, loadLibrary } from '../../bench/ours.mjs';
import type { InstrumentableServer } from '../../src/mcp/sdk-types.js';
import { vocabulary } from './vocabulary.js';

/** `plain`, or how the server is counted. */
const CONDITION = process.env.CONDITION ?? 'plain';

/** Gives a server object to the library, or leaves it as it is. To be called before its tools are registered. */
export const counted = CONDITION === 'plain' ? leave : await counting();

function leave<S extends InstrumentableServer>(server: S): S {
  return server;
}

async function counting(): Promise<<S extends InstrumentableServer>(server: S) => S> {
  const [{ createAnalytics }, { instrument }] = await Promise.all([loadLibrary(), loadAdapter()]);
  // The hint is shown once per home. A home for each server object shows it in every session, or in every request.
  const env = () => ({ ...process.env, DOT_AI_CONFIG_DIR: mkdtempSync(join(tmpdir(), 'hint-')) });
  const shared = CONDITION === 'hint' ? undefined : createAnalytics({ ...vocabulary, ephemeral: true });
  // A folder that is not kept: what was counted is sent at once, again and again, while calls are answered.
  if (shared) setInterval(() => shared.close(), 500);
  process.on('SIGTERM', async () => {
    await shared?.close();
    process.exit(0);
  });
  return (server) => instrument(server, shared ?? createAnalytics(vocabulary, { env: env() }));
}
