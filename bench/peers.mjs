/*
 * What a server can be instrumented with: this library, and what its maintainer could use instead, each as its own
 * documentation shows it. `DESTINATION` is the address that all send to.
 */

export const TOOL = 'recommend';

/**
 * @typedef {object} Instrument
 * @property {(server: unknown) => void} [instrument] before tools are registered
 * @property {(server: unknown) => void} [track] after they are
 * @property {<T extends (...args: never) => unknown>(handler: T) => T} [wrap] around a tool's handler
 * @property {() => unknown} [record] one call at function level, where there is such a thing
 * @property {() => Promise<unknown>} close what its documentation says to do before a process ends
 */

/** @type {Record<string, { name: string, ours?: true, open(url: string): Promise<Instrument>, counted(bodies: string[]): number }>} */
export const PEERS = {
  none: { name: 'no analytics', open: async () => ({ close: async () => {} }), counted: () => 0 },
  off: { name: 'dot-ai-analytics, off', ours: true, open: (url) => openOurs(url), counted: () => 0 },
  on: {
    name: 'dot-ai-analytics, on',
    ours: true,
    open: (url) => openOurs(url),
    counted: (bodies) =>
      events(bodies).reduce((sum, { properties }) => sum + (properties.tool ? properties.invocations : 0), 0),
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

async function openOurs(url) {
  const { createAnalytics, dotAiVocabulary } = await import('../dist/esm/index.js');
  const { instrument } = await import('../dist/esm/mcp.js');
  const analytics = createAnalytics({ ...dotAiVocabulary, hint: false, posthog: { host: url, key: 'phc_bench' } });
  const session = analytics.session();
  return {
    instrument: (server) => instrument(server, analytics),
    record: (work) => session.run(TOOL, work),
    close: () => analytics.close(),
  };
}

/** As dot-ai's own telemetry does: an event per call, a batch of ten, `shutdown()` at the end. */
async function openPostHog(url) {
  const { PostHog } = await import('posthog-node');
  const client = new PostHog('phc_bench', { host: url, flushAt: 10 });
  const capture = (from, success) =>
    client.capture({
      distinctId: 'instance',
      event: 'tool_executed',
      properties: { tool: TOOL, success, duration_ms: performance.now() - from },
    });
  return { ...timed(capture), close: () => client.shutdown() };
}

async function openPostHogMcp(url) {
  const { PostHog } = await import('posthog-node');
  const { instrument } = await import('@posthog/mcp');
  const client = new PostHog('phc_bench', { host: url });
  return { track: (server) => instrument(server, client), close: () => client.shutdown() };
}

/** Has no function to call at the end. */
async function openMcpcat(url) {
  const { track } = await import('mcpcat');
  return {
    track: (server) => track(server, 'proj_bench', { apiBaseUrl: url, disableDiagnostics: true }),
    close: async () => {},
  };
}

async function openTelemetry(url) {
  const { MeterProvider, PeriodicExportingMetricReader } = await import('@opentelemetry/sdk-metrics');
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http');
  const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ url: `${url}/v1/metrics` }) });
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('bench');
  const calls = meter.createCounter('mcp.tool.calls');
  const duration = meter.createHistogram('mcp.tool.duration', { unit: 'ms' });
  const capture = (from, success) => {
    calls.add(1, { tool: TOOL, success });
    duration.record(performance.now() - from, { tool: TOOL });
  };
  return { ...timed(capture), close: () => provider.shutdown() };
}

/** One wrapper around a handler, as people write it. */
function timed(capture) {
  const wrap =
    (handler) =>
    async (...args) => {
      const from = performance.now();
      try {
        const result = await handler(...args);
        capture(from, true);
        return result;
      } catch (error) {
        capture(from, false);
        throw error;
      }
    };
  let wrapped;
  const record = (work) => {
    wrapped ??= wrap(work);
    return wrapped();
  };
  return { wrap, record };
}

/* ---- how many calls arrived ---- */

function events(bodies) {
  return bodies.flatMap((body) => JSON.parse(body).batch ?? []);
}

function countedByOtel(bodies) {
  const last = bodies.at(-1);
  if (last === undefined) return 0;
  const metrics = JSON.parse(last).resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap((one) => one.metrics),
  );
  const points = metrics.filter(({ name }) => name === 'mcp.tool.calls').flatMap(({ sum }) => sum.dataPoints);
  return points.reduce((sum, { asInt, asDouble }) => sum + Number(asInt ?? asDouble), 0);
}
