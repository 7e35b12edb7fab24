import { describe, expect, test } from 'vitest';
import { report, TIMES } from '../support/attack.js';
import { checkingDestination } from '../support/destination.js';
import { testHome } from '../support/home.js';
import { runScript } from '../support/processes.js';

const CALLS = 500_000 * TIMES;
const SESSIONS = 1_000;
const DAYS = 30;

interface Sums {
  readonly calls: number;
  /** Resident memory, MiB: after the third day, and the most on any later one. */
  readonly early: number;
  readonly most: number;
  /** Bytes on disk and files, the most on any day. */
  readonly bytes: number;
  readonly files: number;
  readonly waiting: number;
  readonly dropped: number;
}

const tools = Array.from({ length: 64 }, (_, at) => `tool_${at}`);
const features = tools.map((_, at) => `feature_${at}`);

/** 64 tools in a thousand sessions for thirty days of an injected clock; every tool follows every other sooner or later. */
const script = (posthog: object) => `
  import { readdirSync, statSync } from 'node:fs';
  import { createAnalytics, readStatus } from 'dot-ai-analytics';
  const [tools, features] = ${JSON.stringify([tools, features])};
  let now = Date.parse('2026-01-01T12:00:00Z');
  const analytics = createAnalytics(
    { tools, features, ephemeral: false, posthog: ${JSON.stringify(posthog)} },
    { clock: () => now, timing: { tick: 5, startSpread: 1, interval: 1 } },
  );
  const data = process.env.HOME + '/.dot-ai/analytics';
  const sizes = () => readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => { try { return statSync(entry.parentPath + '/' + entry.name).size; } catch { return 0; } });
  const sum = (list) => list.reduce((total, one) => total + one, 0);
  const memory = () => { gc(); return Math.round(process.memoryUsage.rss() / 1024 / 1024); };
  const result = { calls: 0, early: 0, most: 0, bytes: 0, files: 0, waiting: 0, dropped: 0 };
  const error = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
  const sessions = Array.from({ length: ${SESSIONS} }, () => analytics.session());
  for (let day = 1; day <= ${DAYS}; day += 1) {
    for (let call = 0; call < ${Math.ceil(CALLS / DAYS)}; call += 1) {
      const session = sessions[call % ${SESSIONS}];
      const tool = tools[(call * 7 + Math.floor(call / 64) * 13 + day) % 64];
      try { session.run(tool, () => { if (call % 5 === 0) throw error; }); } catch {}
      if (call % 50 === 0) { analytics.feature(features[call % 64]); analytics.provider('anthropic'); }
      result.calls += 1;
    }
    now += 86_400_000;
    for (let look = 0; look < 12; look += 1) { now += 2; await new Promise((resolve) => setTimeout(resolve, 6)); }
    if (day === 3) result.early = memory();
    if (day > 3) result.most = Math.max(result.most, memory());
    const all = sizes();
    result.bytes = Math.max(result.bytes, sum(all));
    result.files = Math.max(result.files, all.length);
  }
  const { waiting, dropped } = readStatus({ clock: () => now });
  result.waiting = waiting.length;
  result.dropped = dropped;
  await analytics.close();
  console.log(JSON.stringify(result));`;

describe('P8: memory and disk depend on the number of tools, not of calls', () => {
  test.each([
    ['up', true],
    ['dead for thirty days', false],
  ])('%s', { timeout: 3_600_000 }, async (name, isUp) => {
    const home = testHome({ analytics: true });
    const received = await checkingDestination(undefined, { tools, features });
    const posthog = isUp ? received.posthog : { host: 'http://127.0.0.1:9', key: 'phc_nobody' };
    const options = { env: home.env, flags: ['--expose-gc'], timeout: 3_600_000 };
    const { code, stdout, stderr } = await runScript(script(posthog), options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const sums: Sums = JSON.parse(stdout);
    report(`bounds, destination ${name}`, { ...sums });
    expect(sums.calls).toBeGreaterThanOrEqual(CALLS);
    // Twenty-seven more days, ten million calls or not: no growth but the collector's noise.
    expect(sums.most).toBeLessThan(sums.early + 36);
    // A report is at most 64 KiB. Dead: 21 wait, each twice (outbox, and closed for 45 days; one file, two names).
    expect(sums.bytes).toBeLessThan((isUp ? 2 : 3) * DAYS * 64 * 1024 + 1024 * 1024);
    expect(sums.files).toBeLessThan(DAYS * 4);
    if (isUp) expect(received.requests.length).toBe(DAYS);
    else expect([sums.waiting, sums.dropped]).toEqual([21, 9]);
  });
});
