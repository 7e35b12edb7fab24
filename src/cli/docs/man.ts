import { COMMANDS, type CommandSpec } from '../command-table.js';
import { EXIT } from '../exit-code.js';
import { DOCUMENTED, ENVIRONMENT, EXAMPLES, EXIT_CODES, FILES } from '../manual-table.js';
import { sentence, synopsis, taken } from './synopsis.js';

/*
 * Manual pages in the language of man(7). A test runs `mandoc -Tlint` on them.
 */

const PROGRAM = 'dot-ai-analytics';
/** mandoc warns about longer lines. */
const LINE = 78;

/** All pages, by path. */
export function manPages(): Record<string, string> {
  const pages = COMMANDS.map((spec) => [`man/${PROGRAM}-${spec.name}.1`, commandPage(spec)]);
  return { [`man/${PROGRAM}.1`]: mainPage(), ...Object.fromEntries(pages) };
}

function mainPage(): string {
  return page(PROGRAM, 'opt-in, anonymous usage analytics of dot-ai', [
    ['SYNOPSIS', `.B ${PROGRAM}\n.RI [ command ]`],
    [
      'DESCRIPTION',
      text(
        'With this command, users decide whether dot-ai counts how it is used, and see what leaves their machine. Analytics is off until a user turns it on. Without a command, the program opens a small menu on a terminal; otherwise it prints the status.',
      ),
    ],
    ['COMMANDS', terms(COMMANDS.map((spec) => [`${PROGRAM}-${spec.name}(1)`, sentence(spec.does)]))],
    ['ENVIRONMENT', terms(ENVIRONMENT)],
    ['FILES', terms(FILES)],
    ['EXIT STATUS', exitStatus()],
    [
      'EXAMPLES',
      [
        ...EXAMPLES.map(([words, does]) =>
          [text(`${sentence(does).slice(0, -1)}:`), example(`${PROGRAM} ${words}`)].join('\n'),
        ),
      ].join('\n.PP\n'),
    ],
    ['SEE ALSO', seeAlso(COMMANDS.map((spec) => `${PROGRAM}-${spec.name}`))],
  ]);
}

function commandPage(spec: CommandSpec): string {
  const all = taken(spec);
  return page(`${PROGRAM}-${spec.name}`, spec.does, [
    ['SYNOPSIS', [`.B ${PROGRAM} ${spec.name}`, ...synopsis(spec).map(escaped)].join('\n')],
    ['DESCRIPTION', [sentence(spec.does), ...spec.more].map(text).join('\n.PP\n')],
    ...(all.length > 0 ? [['OPTIONS', terms(all)] as const] : []),
    ['EXIT STATUS', exitStatus(spec)],
    ['SEE ALSO', seeAlso([PROGRAM])],
  ]);
}

function page(name: string, does: string, sections: readonly (readonly [string, string])[]): string {
  return [
    '.\\" Generated from src/cli/command-table.ts and manual-table.ts by npm run docs',
    `.TH ${name.toUpperCase()} 1 ${DOCUMENTED} ${PROGRAM} "User"`,
    '.SH NAME',
    `${name} \\-\n${text(does)}`,
    ...sections.map(([title, body]) => `.SH ${title}\n${body}`),
    '',
  ].join('\n');
}

/** The exit codes; of one command, only those that it can end with. */
function exitStatus(spec?: CommandSpec): string {
  const canBeOff =
    spec === undefined || spec.name === 'send' || spec.options.some(({ flag }) => flag === '--exit-code');
  const codes = EXIT_CODES.filter(([code]) => canBeOff || code !== EXIT.off);
  return terms(codes.map(([code, what]) => [String(code), what]));
}

function terms(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, what]) => `.TP\n.B ${escaped(name)}\n${text(what)}`).join('\n');
}

function seeAlso(names: readonly string[]): string {
  return names.map((name, at) => `.BR ${name} (1)${at === names.length - 1 ? '' : ' ,'}`).join('\n');
}

function example(lines: string): string {
  return `.PP\n.nf\n.RS\n${escaped(lines)}\n.RE\n.fi\n.PP`.replace(/\n\.PP$/, '');
}

/** A paragraph, broken into lines that are short enough. */
function text(paragraph: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of escaped(paragraph).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > LINE) {
      lines.push(line);
      line = '';
    }
    // A dot or a quote at the beginning of a line would start a request.
    line = line === '' ? word.replace(/^([.'])/, '\\&$1') : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

function escaped(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('’', "'")
    .replace(/^([.'])/, '\\&$1');
}
