import { openApi } from '../collector/openapi.js';
import { dotAiVocabulary } from '../schema/dot-ai.js';
import { EVENTS, SCHEMA } from '../schema/fields.js';
import { toMarkdown } from '../schema/render.js';
import { CATEGORIES, PROVIDERS } from '../schema/vocabulary.js';
import type { CommandSpec } from './command.js';
import { COMMANDS, ENVIRONMENT, EXIT_CODES } from './commands.js';

/** Every file that is a rendering of a table, by path; `npm run docs` writes them, a test compares them. */
export function documents(): Record<string, string> {
  const pages = COMMANDS.map((spec) => [`man/dot-ai-analytics-${spec.name}.1`, commandPage(spec)] as const);
  return {
    'docs/collected.md': toMarkdown(dotAiVocabulary),
    'docs/cli.md': cliMarkdown(),
    'docs/openapi.json': `${JSON.stringify(openApi(), null, 2)}\n`,
    'man/dot-ai-analytics.1': mainPage(),
    ...Object.fromEntries(pages),
  };
}

/** What the current schema number means, for test/schema/. */
export function recordedSchema(): [path: string, text: string] {
  const meaning = { schema: SCHEMA, events: EVENTS, categories: CATEGORIES, providers: PROVIDERS };
  return [`test/schema/schema-${SCHEMA}.json`, `${JSON.stringify(meaning, null, 2)}\n`];
}

function synopsis({ name, argument, options, exclusive = [] }: CommandSpec): string {
  const isExclusive = (flag: string) => exclusive.includes(attribute(flag));
  const alternatives = options.filter(({ flag }) => isExclusive(flag)).map(({ flag }) => flag);
  const others = options.filter(({ flag }) => !isExclusive(flag)).map(({ flag }) => `[${flag}]`);
  return [
    name,
    argument && (argument.choices === undefined ? `[${argument.name}]` : argument.choices.join('|')),
    alternatives.length > 0 && `[${alternatives.join(' | ')}]`,
    ...others,
  ]
    .filter(Boolean)
    .join(' ');
}

function attribute(flag: string): string {
  return flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/* ---- Markdown ---- */

function cliMarkdown(): string {
  const sections = COMMANDS.map((spec) => {
    const { does, more, argument, options } = spec;
    const rows = [
      ...(argument ? [[argument.name, argument.does]] : []),
      ...options.map(({ flag, does: what }) => [flag, what]),
    ];
    const table = ['| | |', '|---|---|', ...rows.map(([name, what]) => `| \`${name}\` | ${what} |`)];
    const paragraphs = [sentence(does), ...more, ...(rows.length > 0 ? [table.join('\n')] : [])];
    return `## \`dot-ai-analytics ${synopsis(spec)}\`\n\n${paragraphs.join('\n\n')}`;
  });
  const table = (head: string, rows: readonly (readonly [unknown, string])[]) =>
    [`| ${head} | |`, '|---|---|', ...rows.map(([name, what]) => `| \`${name}\` | ${what} |`)].join('\n');
  return `${[
    '# The command line',
    'Generated from `src/cli/commands.ts` by `npm run docs`. Data goes to stdout, remarks to stderr. Alone on a terminal `dot-ai-analytics` opens a small menu, else it prints the status.',
    ...sections,
    '## Environment',
    table('variable', ENVIRONMENT),
    '## Exit codes',
    table('code', EXIT_CODES),
  ].join('\n\n')}\n`;
}

/* ---- man(7) ---- */

function mainPage(): string {
  return page('dot-ai-analytics', 'opt-in, anonymous usage analytics of dot-ai', [
    ['SYNOPSIS', '.B dot-ai-analytics\n.RI [ command ]'],
    [
      'DESCRIPTION',
      'With this command people decide whether dot-ai counts how it is used, and see what leaves their machine. It is off unless somebody turns it on. Alone on a terminal it opens a small menu, else it prints the status.',
    ],
    ['COMMANDS', terms(COMMANDS.map((spec) => [`dot-ai-analytics-${spec.name}(1)`, sentence(spec.does)]))],
    ['ENVIRONMENT', terms(ENVIRONMENT)],
    [
      'FILES',
      terms([
        ['~/.dot-ai/config.json', 'the choice, beside other programs’ settings'],
        ['~/.dot-ai/analytics/', 'counts, waiting reports and copies of what was sent'],
      ]),
    ],
    ['EXIT STATUS', terms(EXIT_CODES.map(([code, what]) => [String(code), what]))],
  ]);
}

function commandPage(spec: CommandSpec): string {
  const { name, does, more, argument, options } = spec;
  const all: [string, string][] = [
    ...(argument ? [[argument.name, argument.does] as [string, string]] : []),
    ...options.map(({ flag, does: what }): [string, string] => [flag, what]),
  ];
  return page(`dot-ai-analytics-${name}`, does, [
    ['SYNOPSIS', `.B dot-ai-analytics ${roff(synopsis(spec))}`],
    ['DESCRIPTION', [sentence(does), ...more].map(roff).join('\n.PP\n')],
    ...(all.length > 0 ? [['OPTIONS', terms(all)] as [string, string]] : []),
    ['EXIT STATUS', terms(EXIT_CODES.map(([code, what]) => [String(code), what]))],
    ['SEE ALSO', '.BR dot-ai-analytics (1)'],
  ]);
}

function page(name: string, does: string, sections: readonly (readonly [string, string])[]): string {
  const body = sections.map(
    ([title, text]) => `.SH ${title}\n${text.startsWith('.') || text.includes('\n.') ? text : roff(text)}`,
  );
  return `.\\" Generated from src/cli/commands.ts by npm run docs\n.TH ${name.toUpperCase()} 1 "" "dot-ai-analytics"\n.SH NAME\n${name} \\- ${roff(does)}\n${body.join('\n')}\n`;
}

function terms(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, what]) => `.TP\n.B ${roff(name)}\n${roff(what)}`).join('\n');
}

function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('’', "'")
    .replace(/^([.'])/, '\\&$1');
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}
