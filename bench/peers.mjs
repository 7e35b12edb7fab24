// @ts-check
/*
 * What a server can be instrumented with: this library, and what its maintainer could use instead, each as its own
 * documentation shows it. All of them send to the address that `open` is given.
 */
import { loadAdapter, loadLibrary } from './ours.mjs';

/**
 * dot-ai's. Called in turn: a counter that has reached 9,999 writes nothing, and so would a benchmark of one tool. They
 * are written here, because a program that measures a peer must not load this library; another name would be counted as
 * `other`, and the check of what arrived would fail.
 */
export const TOOLS = /** @type {const} */ ([
  'recommend',
  'version',
  'manageOrgData',
  'remediate',
  'operate',
  'projectSetup',
  'query',
  'manageKnowledge',
  'impact_analysis',
]);

/** The most calls, in turn, before a counter saturates. */
export const MAX_CALLS = TOOLS.length * 9_999;

/** @param {number} call */
export function toolOf(call) {
  return TOOLS[call % TOOLS.length] ?? TOOLS[0];
}

/** @typedef {'none' | 'off' | 'on' | 'posthog' | 'posthog-mcp' | 'mcpcat' | 'otel'} Kind */
/** @typedef {import('@modelcontextprotocol/sdk/server/mcp.js').McpServer} McpServer */

/**
 * @typedef {object} Instrument
 * @property {(server: McpServer) => void} [instrument] before tools are registered
 * @property {(server: McpServer) => void} [track] after they are
 * @property {Wrap} [wrap] around a tool's handler
 * @property {(work: () => Promise<unknown>) => Promise<unknown>} [record] one call at function level, where there is one
 * @property {() => Promise<unknown>} close what its documentation says to do before a process ends
 */

/** @typedef {<Args extends unknown[], Result>(handler: (...args: Args) => Promise<Result>, tool: string) => (...args: Args) => Promise<Result>} Wrap */

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {true} [ours]
 * @property {(url: string) => Promise<Instrument>} open
 * @property {(bodies: readonly string[]) => number} counted the calls that arrived
 */

/** @type {Readonly<Record<Kind, Peer>>} */
export const PEERS = {
  none: { name: 'no analytics', open: async () => ({ close: async () => {} }), counted: () => 0 },
  off: { name: 'dot-ai-analytics, off', ours: true, open: openOurs, counted: () => 0 },
  on: {
    name: 'dot-ai-analytics, on',
    ours: true,
    open: openOurs,
    counted: (bodies) =>
      events(bodies).reduce((sum, { properties }) => sum + (properties.tool ? Number(properties.invocations) : 0), 0),
  },
  posthog: {
    name: "posthog-node, dot-ai's style",
    open: openPostHog,
    counted: (bodies) => events(bodies).filter(({ event }) => event === 'tool_executed').length,
  },
  'posthog-mcp': {
    name: '@posthog/mcp',
    open: openPostHogMcp,
    counted: (bodies) => events(bodies).filter(({ event }) => event === '$mcp_tool_call').length,
  },
  mcpcat: {
    name: 'mcpcat',
    open: openMcpcat,
    counted: (bodies) => bodies.filter((body) => JSON.parse(body).event_type === 'mcp:tools/call').length,
  },
  otel: { name: 'OpenTelemetry metrics', open: openTelemetry, counted: countedByOtel },
};

/** `--ours` leaves out all but this library: then nothing has to be installed in bench/. */
export const IS_ALONE = process.argv.includes('--ours');

export const KINDS = /** @type {Kind[]} */ (Object.keys(PEERS)).filter(
  (kind) => !IS_ALONE || kind === 'none' || PEERS[kind].ours === true,
);

/**
 * Opens the peer that an argument of a program names.
 *
 * @param {string} kind
 * @param {string} url
 */
export function open(kind, url) {
  const known = KINDS.find((one) => one === kind);
  if (known === undefined) throw new Error(`There is no peer ${kind}. There are: ${KINDS.join(', ')}`);
  return PEERS[known].open(url);
}

/**
 * @param {string} url
 * @returns {Promise<Instrument>}
 */
async function openOurs(url) {
  const { createAnalytics, dotAiVocabulary } = await loadLibrary();
  const { instrument } = await loadAdapter();
  const posthog = { host: url, key: 'phc_bench' };
  // As in a pod without a volume: what was counted is sent when the process ends, and so within a benchmark.
  const analytics = createAnalytics({ ...dotAiVocabulary, hint: false, ephemeral: true, posthog });
  const session = analytics.session();
  let calls = 0;
  return {
    instrument: (server) => void instrument(server, analytics),
    record(work) {
      calls += 1;
      return session.run(toolOf(calls), work);
    },
    close: () => analytics.close(),
  };
}

/**
 * As dot-ai's own telemetry does: an event per call, a batch of ten, `shutdown()` at the end.
 *
 * @param {string} url
 * @returns {Promise<Instrument>}
 */
async function openPostHog(url) {
  const { PostHog } = await import('posthog-node');
  const client = new PostHog('phc_bench', { host: url, flushAt: 10 });
  const instrument = timed((tool, from, success) =>
    client.capture({
      distinctId: 'instance',
      event: 'tool_executed',
      properties: { tool, success, duration_ms: performance.now() - from },
    }),
  );
  return { ...instrument, close: async () => client.shutdown() };
}

/**
 * @param {string} url
 * @returns {Promise<Instrument>}
 */
async function openPostHogMcp(url) {
  const { PostHog } = await import('posthog-node');
  const { instrument } = await import('@posthog/mcp');
  const client = new PostHog('phc_bench', { host: url });
  return { track: (server) => instrument(server, client), close: async () => client.shutdown() };
}

/**
 * Has no function to call at the end.
 *
 * @param {string} url
 * @returns {Promise<Instrument>}
 */
async function openMcpcat(url) {
  const { track } = await import('mcpcat');
  return {
    track: (server) => track(server, 'proj_bench', { apiBaseUrl: url, disableDiagnostics: true }),
    close: async () => {},
  };
}

/**
 * @param {string} url
 * @returns {Promise<Instrument>}
 */
async function openTelemetry(url) {
  const { MeterProvider, PeriodicExportingMetricReader } = await import('@opentelemetry/sdk-metrics');
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http');
  const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ url: `${url}/v1/metrics` }) });
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('bench');
  const calls = meter.createCounter('mcp.tool.calls');
  const duration = meter.createHistogram('mcp.tool.duration', { unit: 'ms' });
  const instrument = timed((tool, from, success) => {
    calls.add(1, { tool, success });
    duration.record(performance.now() - from, { tool });
  });
  return { ...instrument, close: () => provider.shutdown() };
}

/**
 * One wrapper around a handler, as people write it.
 *
 * @param {(tool: string, from: number, success: boolean) => void} capture
 * @returns {Required<Pick<Instrument, 'wrap' | 'record'>>}
 */
function timed(capture) {
  /** @type {Wrap} */
  const wrap =
    (handler, tool) =>
    async (...args) => {
      const from = performance.now();
      try {
        const result = await handler(...args);
        capture(tool, from, true);
        return result;
      } catch (error) {
        capture(tool, from, false);
        throw error;
      }
    };
  /** @type {(() => Promise<unknown>) | undefined} */
  let wrapped;
  return {
    wrap,
    record(work) {
      wrapped ??= wrap(work, TOOLS[0]);
      return wrapped();
    },
  };
}

/* ---- how many calls arrived ---- */

/**
 * @param {readonly string[]} bodies
 * @returns {{ event: string, properties: Record<string, unknown> }[]}
 */
function events(bodies) {
  return bodies.flatMap((body) => JSON.parse(body).batch ?? []);
}

/** @typedef {{ name: string, sum: { dataPoints: { asInt?: string, asDouble?: number }[] } }} Metric */

/** @param {readonly string[]} bodies */
function countedByOtel(bodies) {
  const last = bodies.at(-1);
  if (last === undefined) return 0;
  /** @type {{ resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[] }} */
  const { resourceMetrics } = JSON.parse(last);
  const metrics = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics));
  const points = metrics.filter(({ name }) => name === 'mcp.tool.calls').flatMap(({ sum }) => sum.dataPoints);
  return points.reduce((sum, { asInt, asDouble }) => sum + Number(asInt ?? asDouble), 0);
}
