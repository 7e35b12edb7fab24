import type { Edit, NewFile } from '../edit.js';
import { CHART } from './chart.js';
import { DOCUMENTS } from './documents.js';
import { SERVER } from './server.js';

export function packageEdit(spec: string): Edit {
  return {
    file: 'package.json',
    anchor: '"dependencies": {',
    where: 'after',
    lines: `    "dot-ai-analytics": ${JSON.stringify(spec)},`,
    why: 'the library, and the command that comes with it',
  };
}

export const EDITS: readonly Edit[] = [...SERVER, ...CHART, ...DOCUMENTS];

export const NEW_FILES: readonly NewFile[] = [
  { file: 'src/core/analytics.ts', why: 'the one tracker of the process' },
  { file: 'charts/templates/analytics-pvc.yaml', why: 'counts that outlive the pod' },
  { file: 'tests/unit/helm/analytics.test.ts', why: 'what the chart renders, tested as the other values are' },
  { file: 'docs/ai-engine/operations/analytics.md', why: 'what operators decide, and how they look at it' },
  { file: 'changelog.d/+usage-analytics.feature.md', why: 'every change that users see has a fragment' },
];

export const NEXT_STEPS = `Next:
  1. Put the host and the key of your PostHog project, or of your collector, into src/core/analytics.ts.
  2. Run npm install, so that package-lock.json names the package too.
  3. Run npm run build and npm run test:unit.`;
