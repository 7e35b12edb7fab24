// The arrow of CONTRIBUTING.md: a file imports from its own folder and from folders further left.
const FLOW = [
  'platform',
  'schema',
  'consent',
  'counters',
  'spool',
  'report',
  'simulation',
  'outbox',
  'delivery',
  'choice',
  'inspect',
  'notice',
  'tracker',
  'mcp',
  'testing',
  'collector',
  'posthog',
  'demo',
  'cli',
];

module.exports = {
  forbidden: [
    ...FLOW.map((folder, index) => ({
      name: `${folder}-imports-only-from-the-left`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: `^src/(${FLOW.slice(index + 1).join('|') || 'nothing'})/` },
    })),
    {
      name: 'the-collector-shares-the-schema-and-nothing-else',
      severity: 'error',
      from: { path: '^src/(collector|posthog)/' },
      to: {
        path: `^src/(${FLOW.filter((folder) => !['platform', 'schema', 'collector', 'posthog'].includes(folder)).join('|')})/`,
      },
    },
    {
      // Commands are loaded by the table of commands when they run, and may read that table.
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/' }, to: {} },
    {
      name: 'every-file-has-a-stage',
      severity: 'error',
      from: { path: `^src/(?!index\\.ts|(${FLOW.join('|')})/)` },
      to: {},
    },
    {
      name: 'mcp-sdks-are-not-imported',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '@modelcontextprotocol' },
    },
    {
      name: 'platform-is-the-edge',
      severity: 'error',
      from: { path: '^src/(schema|counters)/' },
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
