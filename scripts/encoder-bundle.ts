import type { BuildOptions } from 'rolldown';

/** The bundle of posthog-node that goes with the package, as `posthog-node.cjs`: one file, without its optional parts. */
export function encoderBundle(entry: string, dir: string): BuildOptions {
  return {
    platform: 'node',
    input: { 'posthog-node': entry },
    output: { dir, format: 'cjs', minify: true, entryFileNames: '[name].cjs', codeSplitting: false },
    transform: { target: 'node20' },
    logLevel: 'warn',
  };
}
