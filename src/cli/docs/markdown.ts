import { COMMANDS } from '../command-table.js';
import { ENVIRONMENT, EXIT_CODES, FILES } from '../manual-table.js';
import { sentence, synopsis, taken } from './synopsis.js';
import { wrapProse } from './wrap-prose.js';

/** docs/cli.md. */
export function cliMarkdown(): string {
  const sections = COMMANDS.map((spec) => {
    const rows = taken(spec);
    const options = rows.length > 0 ? [['| | |', '|---|---|', ...rows.map(row)].join('\n')] : [];
    const title = ['dot-ai-analytics', spec.name, ...synopsis(spec)].join(' ');
    return [`## \`${title}\``, sentence(spec.does), ...spec.more, ...options].join('\n\n');
  });
  return wrapProse(
    `${[
      '# The command line',
      'Generated from `src/cli/command-table.ts` and `src/cli/manual-table.ts` by `npm run docs`. Data goes to stdout, and remarks go to stderr. Without a command, `dot-ai-analytics` opens a small menu on a terminal; otherwise it prints the status. [errors.md](errors.md) lists what can go wrong.',
      ...sections,
      '## Environment',
      table('variable', ENVIRONMENT),
      '## Files',
      table('file', FILES),
      '## Exit codes',
      table('code', EXIT_CODES),
    ].join('\n\n')}\n`,
  );
}

function table(head: string, rows: readonly (readonly [unknown, string])[]): string {
  return [`| ${head} | |`, '|---|---|', ...rows.map(row)].join('\n');
}

function row([name, what]: readonly [unknown, string]): string {
  return `| \`${name}\` | ${what} |`;
}
