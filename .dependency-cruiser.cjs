// The map of CONTRIBUTING.md as rules: a file imports from its own folder and from folders above it in this list.
const FLOW = [
  'platform',
  'schema',
  'core/consent',
  'core/record',
  'core/report',
  'core/deliver',
  'core/control',
  'core/inspect',
  'core/tracker',
  'mcp',
  'testing',
  'collector/cells',
  'collector/intake',
  'collector/store',
  'collector/publish',
  'collector/api',
  'collector/page',
  'collector',
  'posthog',
  'simulation',
  'cli',
];

/** A folder of the flow without the folders of the flow that lie in it. */
const inside = (folder) => `^src/${folder}/${folder === 'collector' ? '[^/]+\\.ts$' : ''}`;

module.exports = {
  forbidden: [
    ...FLOW.slice(0, -1).map((folder, index) => ({
      name: `${folder.replace('/', '-')}-imports-only-from-above`,
      severity: 'error',
      from: { path: inside(folder) },
      to: { path: FLOW.slice(index + 1).map(inside) },
    })),
    {
      name: 'the-collector-and-posthog-share-only-schema-and-platform',
      severity: 'error',
      from: { path: '^src/(collector|posthog)/' },
      to: { path: '^src/', pathNot: '^src/(platform|schema|collector|posthog)/' },
    },
    {
      name: 'testing-is-for-others-and-imports-only-platform',
      severity: 'error',
      from: { path: '^src/testing/' },
      to: { path: '^src/', pathNot: '^src/(platform|testing)/' },
    },
    {
      // Imports of types and dynamic imports count too.
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/' }, to: {} },
    {
      name: 'every-file-has-a-folder-of-the-flow',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/index\\.ts$', ...FLOW.map(inside)] },
      to: {},
    },
    {
      name: 'mcp-sdks-are-not-imported',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '@modelcontextprotocol' },
    },
    {
      name: 'platform-is-the-boundary',
      severity: 'error',
      from: { path: '^src/schema/' },
      to: { dependencyTypes: ['core'], pathNot: '^(perf_hooks|util)$' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
