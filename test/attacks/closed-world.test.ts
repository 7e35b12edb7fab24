import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAnalytics } from '../../src/index.js';
import { instrument } from '../../src/mcp/index.js';
import { homeIn } from '../../src/platform/home.js';
import { fixedClock, memoryDestination, temporaryHome } from '../../src/testing/index.js';
import { report, runs } from '../support/attack.js';
import { writeConfig } from '../support/home.js';
import { until } from '../support/tracker.js';

/*
 * The finite set, written down a second time and by hand (DESIGN.md, sections 3 and 7), so that a mistake in the schema
 * is not repeated by its own check.
 */
const EVENTS = [
  'tool_usage',
  'tool_latency',
  'session_usage',
  'workflow_step',
  'feature_usage',
  'provider_usage',
  'active_install',
];
const CATEGORIES =
  'authentication authorization validation configuration kubernetes network ai_service storage mcp_protocol operation timeout cancelled internal other'.split(
    ' ',
  );
const PROVIDERS = 'anthropic openai google xai alibaba kimi amazon_bedrock openrouter copilot host custom other'.split(
  ' ',
);
const BOUNDS = '10 20 50 100 200 500 1000 2000 5000 10000 30000 60000 120000 300000 inf'.split(' ');
const SESSIONS = ['1_tool', '2_tools', '3_tools', '4_to_5_tools', '6_or_more_tools'];
const KEYS = new Set([
  ...['api_key', 'batch', 'event', 'properties', 'timestamp', 'uuid', 'distinct_id'],
  ...['$process_person_profile', '$ip', '$geoip_disable', '$lib'],
  ...['tool', 'feature', 'provider', 'from', 'to', 'count', 'uses', 'invocations', 'successes', 'failures'],
  ...['first_this_week', 'first_this_month'],
  ...CATEGORIES.map((category) => `failures_${category}`),
  ...BOUNDS.map((bound) => `latency_le_${bound}`),
  ...SESSIONS.map((number) => `sessions_${number}`),
]);
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Every string and number that is in a value, keys included; anything that is neither, `true` nor `false` is a problem. */
function outside(value: unknown, strings: ReadonlySet<string>, day: string): string[] {
  if (value === true || value === false) return [];
  if (typeof value === 'string') {
    const isAllowed =
      strings.has(value) || UUID_V4.test(value) || value === `${day}T12:00:00.000Z` || /^5\.\d+\.\d+$/.test(value);
    return isAllowed ? [] : [value];
  }
  if (typeof value === 'number') {
    const digits = String(value).replace(/0+$/, '');
    const isAllowed =
      Number.isInteger(value) && value > 0 && value <= 9999 && (value < 100 || value === 9999 || digits.length <= 2);
    return isAllowed ? [] : [String(value)];
  }
  if (typeof value !== 'object' || value === null) return [typeof value];
  if (Array.isArray(value)) return value.flatMap((inner) => outside(inner, strings, day));
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(KEYS.has(key) ? [] : [key]),
    ...outside(inner, strings, day),
  ]);
}

const inherited = fc.constantFrom('constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'prototype');
const declaredName = fc
  .oneof({ weight: 4, arbitrary: fc.stringMatching(/^[a-z][A-Za-z0-9_]{0,39}$/) }, { weight: 1, arbitrary: inherited })
  .filter((name) => name !== 'other' && name !== 'start');
const anyName = fc.oneof(
  fc.string(),
  inherited,
  fc.constantFrom('__proto__', 'start', 'other', 'tool', '', 'a b', 'a\nb'),
  fc.emailAddress(),
);
/** Without a dot or a dash at an end, of which the SDK warns. */
const registrableName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,40}[A-Za-z0-9]$/);

const anyError = fc.oneof(
  fc.anything(),
  fc
    .record(
      {
        category: fc.oneof(anyName, fc.constantFrom(...CATEGORIES)),
        code: fc.anything(),
        status: fc.anything(),
        name: anyName,
        message: fc.string(),
        cause: fc.anything(),
        body: fc.anything(),
      },
      { requiredKeys: [] },
    )
    .map((fields) => Object.assign(new Error('x'), fields)),
);
const outcome = fc.oneof(
  fc.record({ kind: fc.constant('throw' as const), value: anyError }),
  fc.record({ kind: fc.constant('return' as const), value: fc.constant({ content: [] }) }),
  fc.record({
    kind: fc.constant('return' as const),
    value: fc.record({ content: fc.constant([]), isError: fc.constant(true) }),
  }),
  fc.record({
    kind: fc.constant('return' as const),
    value: fc.string().map((text) => ({ content: [{ type: 'text', text }] })),
  }),
);

const server = fc.record({
  tools: fc.uniqueArray(declaredName, { maxLength: 64 }),
  features: fc.uniqueArray(declaredName, { maxLength: 8 }),
  undeclared: fc.uniqueArray(registrableName, { maxLength: 4 }),
  classified: fc.anything(),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('call' as const), which: fc.nat(), outcome }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unknown' as const), name: anyName }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('feature' as const), name: anyName, which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('provider' as const),
      name: fc.oneof(anyName, fc.constantFrom('anthropic_opus', 'google_flash')),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('run' as const), name: anyName, outcome }) },
);

test('P3: random servers, random traffic: every string of every body is of the finite set', {
  timeout: 3_600_000,
}, async () => {
  let bodies = 0;
  let calls = 0;
  const property = fc.asyncProperty(
    server,
    fc.array(step, { maxLength: 60, size: 'max' }),
    async ({ tools, features, undeclared, classified }, steps) => {
      const home = temporaryHome();
      const destination = await memoryDestination();
      try {
        writeConfig(homeIn(join(home.folder, '.dot-ai')), { analytics: true });
        const clock = fixedClock('2026-11-23T10:00:00Z');
        const classify = () => classified as never;
        const analytics = createAnalytics(
          { tools, features, classify, ephemeral: false, hint: false, posthog: destination.posthog },
          { env: home.env, clock, timing: { tick: 3, startSpread: 1, interval: 1 } },
        );
        const mcp = instrument(new McpServer({ name: 'x', version: '1' }, { capabilities: { tools: {} } }), analytics);
        // The SDK takes an inherited name for one that is registered already; such a tool is called all the same.
        const registered = [...new Set([...tools, ...undeclared])].filter((name) => !(name in Object.prototype));
        let next: { kind: 'throw' | 'return'; value: unknown } = { kind: 'return', value: { content: [] } };
        const act = async () => {
          if (next.kind === 'throw') throw next.value;
          return next.value as { content: [] };
        };
        for (const name of registered) mcp.registerTool(name, {}, act);
        const [near, far] = InMemoryTransport.createLinkedPair();
        const client = new Client({ name: 'x', version: '1' });
        await Promise.all([mcp.connect(far), client.connect(near)]);
        const session = analytics.session();
        await session.run('other', async () => {}); // so that there is a report in any case
        for (const one of steps) {
          if (one.do === 'call' || one.do === 'unknown') {
            if (one.do === 'call') next = one.outcome;
            const name = one.do === 'call' ? (registered[one.which % registered.length] ?? 'none') : one.name;
            await client.callTool({ name }).catch(() => {});
            calls += 1;
          } else if (one.do === 'feature') {
            analytics.feature(features[one.which % (features.length + 1)] ?? one.name);
          } else if (one.do === 'provider') analytics.provider(one.name);
          else {
            next = one.outcome;
            await session.run(analytics.tool(one.name), act).catch(() => {});
            calls += 1;
          }
        }
        await client.close();
        clock.set('2026-11-24T10:00:00Z');
        await until(() => {
          clock.advance(2);
          return destination.requests.length > 0;
        }, 'a report');
        await analytics.close();
        const strings = new Set([
          ...tools,
          ...features,
          'other',
          'start',
          ...PROVIDERS,
          ...EVENTS,
          'phc_test',
          '0.0.0.0',
          'posthog-node',
        ]);
        expect(destination.requests).toHaveLength(1);
        for (const { body } of destination.requests) {
          bodies += 1;
          expect(outside(JSON.parse(body.toString()), strings, '2026-11-23')).toEqual([]);
        }
      } finally {
        await destination.close();
        home.remove();
      }
    },
  );
  await fc.assert(property, { ...runs(150), interruptAfterTimeLimit: 3_000_000 });
  report('closed world', { bodies, calls });
});
