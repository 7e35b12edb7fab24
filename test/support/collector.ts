import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Collector, type CollectorOptions, startCollector } from '../../src/collector/collector.js';
import { encode } from '../../src/core/report/encode.js';
import { dotAiVocabulary } from '../../src/schema/dot-ai.js';
import type { Row } from '../../src/schema/report.js';
import { testHome } from './home.js';
import { ROOT } from './processes.js';

const NOW = Date.parse('2026-11-23T10:00:00Z');
export const DAY = '2026-11-22';

export interface TestCollector extends Collector {
  readonly db: string;
  /** Posts a body; returns the status and the answer. */
  post(body: string | Uint8Array, headers?: Record<string, string>): Promise<{ status: number; detail: string }>;
  /** Sends a report of these rows. */
  report(rows: readonly Row[], day?: string): Promise<{ status: number; detail: string }>;
  get<T = Answer>(path: string, headers?: Record<string, string>): Promise<T>;
}

interface Answer {
  readonly suppressed: boolean;
  readonly rows: readonly Record<string, string | number | null>[];
}

/** A collector in this process, with a file of its own, clocks that stand, and no limit to the rate. */
export async function testCollector(options: Partial<CollectorOptions> = {}): Promise<TestCollector> {
  const db = options.db ?? join(testHome().folder, 'collector.db');
  const collector = await startCollector({
    host: '127.0.0.1',
    port: 0,
    db,
    minInstalls: 5,
    rate: 0,
    vocabulary: dotAiVocabulary,
    page: `${ROOT}dist/page`,
    clock: () => NOW,
    monotonic: () => 0,
    ...options,
  });
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await collector.close();
  };
  onTestFinished(close);
  const post: TestCollector['post'] = async (body, headers = {}) => {
    const response = await fetch(`${collector.url}batch/`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    const answer = (await response.json()) as { detail?: string };
    return { status: response.status, detail: answer.detail ?? '' };
  };
  return {
    ...collector,
    db,
    close,
    post,
    report: async (rows, day = DAY) => post(await encode(rows, day, 'phc_test')),
    get: async <T>(path: string, headers = {}) =>
      (await (await fetch(`${collector.url}${path}`, { headers })).json()) as T,
  };
}

export const install = (more: Record<string, true> = {}): Row => ({ event: 'active_install', properties: more });
export const tool = (name: string, more: Record<string, number | true>): Row => ({
  event: 'tool_usage',
  properties: { tool: name, ...more },
});
