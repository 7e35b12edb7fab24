import { openApi } from '../../collector/api/openapi.js';
import { dotAiVocabulary } from '../../schema/dot-ai.js';
import { collectedMarkdown } from './collected.js';
import { errorsMarkdown } from './errors.js';
import { type Figures, renewFigures } from './figures.js';
import { renewLimits } from './limit-numbers.js';
import { manPages } from './man.js';
import { cliMarkdown } from './markdown.js';

/** Written by hand; the numbers of limits and measured figures in them are rendered. */
export const HANDWRITTEN = [
  'README.md',
  'SECURITY.md',
  'docs/collector.md',
  'docs/decisions/look-age.md',
  'docs/decisions/start-up.md',
  'docs/decisions/which-backend.md',
  'docs/durability.md',
  'docs/embedding.md',
  'docs/posthog.md',
  'docs/privacy.md',
  'docs/setup.md',
] as const;

/**
 * Every file that is rendered from a table, or in which numbers are, by path. `npm run docs` writes them, and a test
 * compares them.
 *
 * @param read the current text of a file
 */
export function documents(read: (path: string) => string): Record<string, string> {
  const figures: Figures = JSON.parse(read('docs/figures.json'));
  const handwritten = HANDWRITTEN.map((path) => [path, renewFigures(renewLimits(read(path)), figures)] as const);
  return {
    ...Object.fromEntries(handwritten),
    'docs/collected.md': collectedMarkdown(dotAiVocabulary),
    'docs/cli.md': cliMarkdown(),
    'docs/errors.md': errorsMarkdown(),
    'docs/openapi.json': `${JSON.stringify(openApi(), null, 2)}\n`,
    ...manPages(),
  };
}
