import type { Edit } from '../edit.js';

const NOTE = 'Opt-in usage counts, without any identifier, are a separate mechanism';

/** Pages that would be wrong without a word about the second mechanism. */
export const DOCUMENTS: readonly Edit[] = [
  {
    file: 'docs/ai-engine/operations/telemetry.md',
    anchor: '## Opting Out',
    where: 'before',
    lines: `## Usage analytics

${NOTE}: see the [Usage Analytics Guide](analytics.md).
\`DOT_AI_TELEMETRY\` and \`analytics.enabled\` are set independently of each other.
`,
    why: 'the page says how to turn telemetry off, and would be read as turning everything off',
  },
  {
    file: 'README.md',
    anchor: 'https://devopstoolkit.ai/docs/ai-engine/operations/telemetry/',
    where: 'after',
    lines: `
${NOTE}.
[Learn more or opt in](https://devopstoolkit.ai/docs/ai-engine/operations/analytics/).`,
    why: 'the same, for readers of the README',
  },
];
