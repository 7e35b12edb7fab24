import type { BuildOptions, Plugin } from 'rolldown';

/**
 * Parts of posthog-node that `capture` and `flush` of a client without further options never call. They are most of its
 * code, and load Node's streams and compression. If another version calls one, the call throws: then nothing is frozen,
 * and test/package/encoder.test.ts fails.
 */
const UNCALLED = [
  /posthog-node.dist.(emails|extensions.(feature-flags|error-tracking.modifiers))/,
  /posthog-node.dist.(capture-v1.(sender|transform|errors)|feature-flag-evaluations|gzip.node|host-os.node|logs-config)/,
  /posthog-node.dist.extensions.context.span-context/,
  /@posthog.core.dist.(error-tracking|featureFlag|gzip|logs|traces|metrics.metrics-utils|utils.otlp)/,
];

/**
 * Takes their place; all other names that are imported from them are undefined. Only the constructor asks whether
 * compression is supported. The real answer touches classes of fetch: that loads all of Node's network code, and where
 * there is no WebAssembly (`--jitless`) it ends the host (P6). `disableCompression` makes the answer irrelevant.
 */
const STAND_IN = 'export const isGzipSupported = () => false;';
const ENTRY = '\0encoder';

/** How the package's `posthog-node.cjs` is bundled: as one file, without the parts that encoding never calls. */
export function encoderBundle(from: string, dir: string): BuildOptions {
  const entry: Plugin = {
    name: 'entry',
    resolveId: { filter: { id: /^\0encoder$/ }, handler: (id) => id },
    load: { filter: { id: /^\0encoder$/ }, handler: () => `export { PostHog } from ${JSON.stringify(from)};` },
  };
  const standIns: Plugin = { name: 'stand-ins', load: { filter: { id: UNCALLED }, handler: () => STAND_IN } };
  return {
    platform: 'node',
    input: { 'posthog-node': ENTRY },
    plugins: [entry, standIns],
    shimMissingExports: true,
    onLog: (level, log, print) => (log.code === 'SHIMMED_EXPORT' ? undefined : print(level, log)),
    treeshake: { moduleSideEffects: false },
    output: { dir, format: 'cjs', minify: true, entryFileNames: '[name].cjs', codeSplitting: false },
    transform: { target: 'node20' },
    logLevel: 'warn',
  };
}
