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
