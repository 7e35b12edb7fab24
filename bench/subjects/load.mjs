// load.mjs WHAT: what importing it does to memory; `nothing` is bare Node.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [what] = process.argv.slice(2);
const LOAD = {
  nothing: () => {},
  ours() {
    const { createAnalytics, dotAiVocabulary } = require('../../dist/cjs/index.js');
    const analytics = createAnalytics({ ...dotAiVocabulary, posthog: { host: 'http://127.0.0.1:9', key: 'k' } });
    analytics.session();
  },
  posthog: () => require('posthog-node'),
  'posthog-mcp': () => require('@posthog/mcp'),
  mcpcat: () => require('mcpcat'),
  otel() {
    require('@opentelemetry/sdk-metrics');
    require('@opentelemetry/exporter-metrics-otlp-http');
  },
};
LOAD[what]();
console.log(JSON.stringify({ rss: process.memoryUsage.rss() }));
process.exit(0);
