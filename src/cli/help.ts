import type { CommandName } from './command.js';
import { commandLine } from './command-line.js';
import { COMMANDS, type CommandSpec, READERS } from './command-table.js';
import { columns, wrap } from './layout.js';
import { EXAMPLES, EXIT_CODES, MAIN_VARIABLES } from './manual-table.js';
import { withoutMarks } from './marks.js';

/*
 * The help texts, rendered from the table of commands in the form that commander's have. They are not commander's, so
 * that showing one does not load it: that would be a third of the time.
 */

const PROGRAM = 'dot-ai-analytics';
const DOES = 'Opt-in, anonymous usage analytics of dot-ai: decide, and see what leaves this machine.';

type Rows = readonly (readonly [term: string, does: string])[];

const HELP: Rows = [['-h, --help', 'show this help']];
const VERSION_AND_HELP: Rows = [['-V, --version', 'show the version; also -v'], ...HELP];

/** The help of a command, or of the program, in lines of at most `width` columns. */
export function helpOf(topic: CommandName | 'program', width: number): string {
  const spec = COMMANDS.find((one) => one.name === topic);
  return spec === undefined ? helpOfProgram(width) : helpOfCommand(spec, width);
}

function helpOfCommand(spec: CommandSpec, width: number): string {
  const options: Rows = [...spec.options.map(({ flag, does }) => [flag, does] as const), ...HELP];
  const text = [`${spec.does[0]?.toUpperCase()}${spec.does.slice(1)}.`, ...spec.more];
  return inSections(
    [usage([spec.name, '[options]', ...argumentsOf(spec)]), ...text.map((one) => withoutMarks(wrap(one, width)))],
    [['Arguments', argumentRows(spec)] as const, ['Options', options] as const].filter(([, rows]) => rows.length > 0),
    width,
  );
}

function helpOfProgram(width: number): string {
  const readers = Object.entries(READERS).map(([reader, title]) => {
    const help: Rows = reader === 'user' ? [['help [command]', 'show the help of a command']] : [];
    return [title, [...COMMANDS.filter((one) => one.reader === reader).map(rowOf), ...help]] as const;
  });
  const usageAndCommands = inSections(
    [usage(['[options]', '[command]']), withoutMarks(wrap(DOES, width))],
    [['Options', VERSION_AND_HELP], ...readers],
    width,
  );
  const more: readonly (readonly [string, Rows])[] = [
    ['Examples', EXAMPLES.map(([words, does]) => [commandLine(words), does])],
    ['Environment (all of it: man dot-ai-analytics)', MAIN_VARIABLES],
    ['Exit codes', EXIT_CODES.map(([exit, what]) => [String(exit), what])],
  ];
  return usageAndCommands + more.map(([title, rows]) => `\n${section(title, rows, width)}`).join('');
}

/** The terms of all sections have one width. */
function inSections(texts: readonly string[], sections: readonly (readonly [string, Rows])[], width: number): string {
  const widest = Math.max(...sections.flatMap(([, rows]) => rows.map(([term]) => term.length)));
  const padded = (rows: Rows): Rows => rows.map(([term, does]) => [term.padEnd(widest), does]);
  const shown = sections.map(([title, rows]) => section(title, padded(rows), width));
  return [...texts.map((text) => `${text}\n`), ...shown].join('\n');
}

function section(title: string, rows: Rows, width: number): string {
  return `${title}:\n${withoutMarks(columns(rows, width))}\n`;
}

function usage(words: readonly string[]): string {
  return `Usage: ${[PROGRAM, ...words].join(' ')}`;
}

function rowOf(spec: CommandSpec): readonly [string, string] {
  const options = spec.options.length > 0 ? ['[options]'] : [];
  return [[spec.name, ...options, ...argumentsOf(spec)].join(' '), spec.does];
}

function argumentsOf(spec: CommandSpec): string[] {
  return bothOf(spec).map(({ name, choices }) => (choices === undefined ? `[${name}]` : `<${name}>`));
}

function argumentRows(spec: CommandSpec): Rows {
  return bothOf(spec).map(({ name, does, choices }) => {
    return [name, choices === undefined ? does : `${does} (choices: ${quoted(choices)})`];
  });
}

function bothOf({ argument, second }: CommandSpec): NonNullable<CommandSpec['argument']>[] {
  return [argument, second].filter((one) => one !== undefined);
}

function quoted(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(', ');
}
