import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkingDestination } from '../support/destination.js';
import { testHome } from '../support/home.js';
import { runScript } from '../support/processes.js';

/** A server that counts on one day, closes it on the next, sends, and ends. */
const server = (posthog: object) => `
  import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
  let now = Date.parse('2026-11-22T22:00:00Z');
  const analytics = createAnalytics(
    { ...dotAiVocabulary, ephemeral: true, posthog: ${JSON.stringify(posthog)} },
    { clock: () => now, timing: { tick: 5, startSpread: 1e9, interval: 20 } },
  );
  const session = analytics.session();
  await session.run('query', async () => {});
  now = Date.parse('2026-11-23T02:00:00Z');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await session.run('recommend', async () => {});
  await analytics.close();`;

const toolsOf = (bodies: readonly Buffer[]): string[] =>
  bodies
    .flatMap((body) => JSON.parse(body.toString()).batch)
    .filter(({ event }) => event === 'tool_usage')
    .map(({ properties }) => properties.tool)
    .sort();

test.each([
  ['as usual', []],
  // The second flag keeps V8 from printing that the first one implies it.
  ['without WebAssembly', ['--jitless', '--no-expose-wasm']],
  ['without code from strings', ['--disallow-code-generation-from-strings']],
  ['where a rejection ends the process', ['--unhandled-rejections=strict']],
  ['where prototypes cannot be changed', ['--frozen-intrinsics', '--no-warnings']],
])('P6, P7: a runtime %s: the server counts, closes a day, sends and ends', async (_name, flags) => {
  const home = testHome({ analytics: true });
  const received = await checkingDestination(home);
  const { code, stderr } = await runScript(server(received.posthog), { env: home.env, flags });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(toolsOf(received.requests.map(({ body }) => body))).toEqual(['query', 'recommend']);
});

/** For a moment, all file descriptors but some are in use. In that moment the day is to be closed. */
const starving = (posthog: object, free: number) => `
  import { closeSync, openSync } from 'node:fs';
  import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
  let now = Date.parse('2026-11-22T22:00:00Z');
  const analytics = createAnalytics(
    { ...dotAiVocabulary, ephemeral: true, posthog: ${JSON.stringify(posthog)} },
    { clock: () => now, timing: { tick: 5, startSpread: 1e9, interval: 20 } },
  );
  await analytics.session().run('query', async () => {});
  const wait = () => new Promise((resolve) => setTimeout(resolve, 400));
  await wait();
  const used = [];
  try { for (;;) used.push(openSync('/dev/null')); } catch {}
  for (const descriptor of used.splice(0, ${free})) closeSync(descriptor);
  now = Date.parse('2026-11-23T02:00:00Z');
  await wait();
  for (const descriptor of used) closeSync(descriptor);
  await wait();
  await analytics.close();`;

const FREE = [0, 1, 3, 10] as const;

test.runIf(process.platform !== 'win32').each([
  ['on disk', false],
  ['in memory', true],
] as const)(
  'P7: descriptors run out while a day is closed: later it is closed, counts %s',
  async (_where, isBlocked) => {
    for (const free of FREE) {
      const home = testHome({ analytics: true });
      if (isBlocked) writeFileSync(home.paths.data, 'in the way');
      const received = await checkingDestination();
      const under = ['sh', '-c', 'ulimit -n 100; exec "$@"', '--'];
      const { code, stderr } = await runScript(starving(received.posthog, free), { env: home.env, under });
      expect({ free, code, stderr }).toEqual({ free, code: 0, stderr: '' });
      expect([free, toolsOf(received.requests.map(({ body }) => body))]).toEqual([free, ['query']]);
    }
  },
);
