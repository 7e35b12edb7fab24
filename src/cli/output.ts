import { stripVTControlCharacters } from 'node:util';
import { Chalk, type ChalkInstance } from 'chalk';
import * as CLI_ERRORS from '../platform/error-table/cli.js';
import { AnalyticsError, messageOf } from '../platform/errors.js';
import { ask, canAsk } from './ask.js';
import { EXIT } from './exit-code.js';

/** Prints data to stdout and remarks to stderr. No other file prints. */
export interface Output {
  /** Colors for stdout; none if they are not wanted. */
  readonly paint: ChalkInstance;
  /** Columns of the terminal; 80 if there is no terminal. */
  readonly width: number;
  /** True if bars can be drawn: stdout is a terminal that is wide enough and shows Unicode. */
  readonly hasPictures: boolean;
  /** True if stdin and stdout are a terminal, so that a person can choose from a list. */
  readonly isInteractive: boolean;
  /** True if stdin and stderr are a terminal, so that a person can answer. stdout may go elsewhere. */
  readonly canAsk: boolean;
  /** Asks a question on stderr; the default is no. Rejects with `ExitPromptError` on Ctrl-C. */
  ask(question: string): Promise<boolean>;
  /** Prints lines of data, broken at spaces if the terminal is narrower. */
  data(text: string): void;
  /** Prints a line of data that programs may read, so it is never broken. */
  line(text: string): void;
  /** Prints exactly these bytes. */
  raw(bytes: string): void;
  json(value: object): void;
  /** Prints a remark on stderr. */
  remark(text: string): void;
  /** Shows progress from 0 to 1 as one line on stderr, if that is a terminal. At 1 the line is erased. */
  progress(what: string, part: number): void;
}

const DEFAULT_WIDTH = 80;
const ERASE_LINE = '\r\u001b[K';
const MIN_PICTURE_WIDTH = 60;
const MIN_WIDTH = 20;
/** Longer lines are hard to read. */
const MAX_WIDTH = 120;

export function createOutput(env: NodeJS.ProcessEnv = process.env): Output {
  const stdout = watchErrors(process.stdout);
  let opened: NodeJS.WriteStream | undefined;
  const stderr = () => {
    opened ??= watchErrors(process.stderr); // opening it takes time, and most commands print no remark
    return opened;
  };
  const given = stdout.columns || Number(env.COLUMNS) || DEFAULT_WIDTH;
  const width = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, given));
  return {
    paint: new Chalk({ level: colorLevel(env, stdout.isTTY) }),
    width,
    hasPictures: stdout.isTTY === true && env.TERM !== 'dumb' && width >= MIN_PICTURE_WIDTH && isUnicode(env),
    // A getter, because reading process.stdin opens a stream.
    get isInteractive() {
      return process.stdin.isTTY === true && stdout.isTTY === true && env.TERM !== 'dumb';
    },
    get canAsk() {
      return canAsk();
    },
    ask: (question) => ask(question, env),
    data: (text) =>
      void stdout.write(`${wrap(text, width)}
`),
    line: (text) =>
      void stdout.write(`${text}
`),
    raw: (bytes) => void stdout.write(bytes),
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    remark: (text) => void stderr().write(`${wrap(text, width)}\n`),
    progress(what, part) {
      if (stderr().isTTY !== true || env.TERM === 'dumb') return;
      const line = `${what}: ${Math.floor(part * 100)} %`.slice(0, width - 1);
      stderr().write(part < 1 ? `${ERASE_LINE}${line}` : ERASE_LINE);
    },
  };
}

/**
 * A closed pipe is not an error: in `preview | head`, the reader has what it wanted. No error ends the command: `disable`
 * has printed before it has deleted everything.
 */
function watchErrors(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  let isReported = false;
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isReported) return;
    isReported = true;
    const { message } = new AnalyticsError(CLI_ERRORS.outputNotWritten, { cause: messageOf(error) });
    process.stderr.write(`Error: ${message}\n`);
    process.once('exit', () => {
      process.exitCode = EXIT.failed;
    });
  });
}

function isUnicode(env: NodeJS.ProcessEnv): boolean {
  return process.platform !== 'linux' || /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}

/** chalk itself ignores NO_COLOR on a terminal (https://no-color.org: any value but the empty one). */
function colorLevel(env: NodeJS.ProcessEnv, isTerminal: boolean | undefined): 0 | 1 {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR === '0' || env.FORCE_COLOR === 'false' ? 0 : 1;
  if (env.NO_COLOR) return 0;
  return isTerminal && env.TERM !== 'dumb' ? 1 : 0;
}

/** Breaks lines at spaces and keeps their indentation. A word that is longer than a line gets its own line. */
export function wrap(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  if (columnsOf(line) <= width) return line; // unchanged, because columns have several spaces in a row
  const [indent = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S) +/)) {
    if (current === '') current = word;
    else if (columnsOf(`${current} ${word}`) <= width) current += ` ${word}`;
    else {
      lines.push(current);
      current = indent + word;
    }
  }
  return [...lines, current].join('\n');
}

/** The width of a text on the terminal. Color codes take no space. */
function columnsOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Formats labels and texts in two columns, or below each other if the terminal is too narrow. */
export function columns(rows: readonly (readonly [string, string])[], width: number, indent = 2): string {
  const label = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
  const left = ' '.repeat(indent);
  const isNarrow = width - indent - label < 24;
  return rows
    .map(([name, text]) => {
      if (isNarrow) return `${left}${name}\n${indented(wrap(text, width - indent - 2), left.length + 2)}`;
      const [first = '', ...rest] = wrap(text, width - indent - label).split('\n');
      return [`${left}${name.padEnd(label)}${first}`, ...rest.map((one) => ' '.repeat(indent + label) + one)].join(
        '\n',
      );
    })
    .join('\n');
}

function indented(text: string, by: number): string {
  return text
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n');
}
