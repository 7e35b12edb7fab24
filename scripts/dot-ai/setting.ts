// What every check has: a checkout that is built, and what surrounds the server.
import { setTimeout as sleep } from 'node:timers/promises';
import { type MemoryDestination, memoryDestination } from '../../src/testing/index.js';
import { expect } from './expect.js';
import { newInstallation, startServer } from './server.js';
import type { Surroundings } from './surroundings.js';

/** What every check needs. */
export interface Setting {
  readonly checkout: string;
  readonly work: string;
  readonly surroundings: Surroundings;
  /** Receives the events of dot-ai's other telemetry. */
  readonly telemetry: MemoryDestination;
}

/** An installation with its own recipient; its server; what arrives. */
export async function open(setting: Setting, more: NodeJS.ProcessEnv) {
  const received = await memoryDestination();
  const env = {
    ...setting.telemetry.env,
    DOT_AI_ANALYTICS_HOST: received.posthog.host,
    DOT_AI_ANALYTICS_KEY: received.posthog.key,
    ...more,
  };
  const installation = newInstallation(setting.work, setting.surroundings, env);
  setting.surroundings.mode = 'answers';
  const server = await startServer(setting.checkout, installation);
  return { installation, server, received };
}

/** The operator's opt-in. */
export const ON = { DOT_AI_ANALYTICS: 'true' };

/** A call that stays in flight, because the provider does not answer. */
export function hangingCall(surroundings: Surroundings, call: (signal: AbortSignal) => Promise<unknown>) {
  surroundings.mode = 'hangs';
  surroundings.asked = 0;
  const controller = new AbortController();
  return { abort: () => controller.abort(), done: call(controller.signal).catch(() => undefined) };
}

export async function providerAsked(surroundings: Surroundings): Promise<void> {
  for (let tries = 0; surroundings.asked === 0 && tries < 100; tries += 1) await sleep(50);
  expect(surroundings.asked > 0, 'the provider was not asked');
}
