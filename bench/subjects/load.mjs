// @ts-check
// load.mjs WHAT: the memory that a process takes after it has loaded a library; `nothing` is bare Node.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [what = ''] = process.argv.slice(2);
/** @type {Record<string, () => void>} */
const LOAD = {
  nothing: () => {},
  ours() {
    /** @type {import('../ours.mjs').Library} */
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
const load = LOAD[what];
if (load === undefined) throw new Error(`There is nothing to load by the name ${what}`);
load();
console.log(JSON.stringify({ rss: process.memoryUsage.rss() }));
process.exit(0);
