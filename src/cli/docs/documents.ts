import { openApi } from '../../collector/api/openapi.js';
import { dotAiVocabulary } from '../../schema/dot-ai.js';
import { collectedMarkdown } from './collected.js';
import { errorsMarkdown } from './errors.js';
import { manPages } from './man.js';
import { cliMarkdown, commandTable } from './markdown.js';

/**
 * Every file that is rendered from a table, by path. `npm run docs` writes them, and a test compares them.
 *
 * @param readme the current README, of which only the list of commands is replaced
 */
export function documents(readme: string): Record<string, string> {
  return {
    'README.md': readme.replace(COMMAND_LIST, (_, begin, end) => `${begin}\n${commandTable()}\n${end}`),
    'docs/collected.md': collectedMarkdown(dotAiVocabulary),
    'docs/cli.md': cliMarkdown(),
    'docs/errors.md': errorsMarkdown(),
    'docs/openapi.json': `${JSON.stringify(openApi(), null, 2)}\n`,
    ...manPages(),
  };
}

const COMMAND_LIST = /(<!-- commands: npm run docs -->)[\s\S]*?(<!-- end of commands -->)/;
