import * as CLI_ERRORS from '../platform/error-table/cli.js';
import { AnalyticsError, messageOf } from '../platform/errors.js';
import { printable, printableJson } from '../platform/printable.js';
import { ask, canAsk } from './ask.js';
import { EXIT } from './exit-code.js';
import { wrap } from './layout.js';
import { createPaint, escapeData, type Paint, withCodes, withoutMarks } from './marks.js';
import { openSink, type Sink } from './sink.js';

/**
 * Prints data to stdout and remarks to stderr. No other file prints.
 *
 * Nothing that a text holds can act on the terminal or stay hidden (P12): all characters that could are escaped, also
 * newlines, except those at either end of a text, which are empty lines. Only styles of `paint` and the line breaks of
 * `columns` are more than what they show.
 */
export interface Output {
  /** Colors for stdout; none if they are not wanted. */
  readonly paint: Paint;
  /** Columns of the terminal; 80 if there is no terminal. */
  readonly width: number;
  /** Rows of the terminal; undefined if stdout is none. */
  readonly rows: number | undefined;
  /** True if bars can be drawn: stdout is a terminal that is wide enough and shows Unicode. */
  readonly hasPictures: boolean;
  /** True if stdin and stdout are a terminal, so that a person can choose from a list. */
  readonly isInteractive: boolean;
  /** True if stdin and stderr are a terminal, so that a person can answer. stdout may go elsewhere. */
  readonly canAsk: boolean;
  /** Asks a question on stderr; the default is no. Rejects with `ExitPromptError` on Ctrl-C. */
  ask(question: string): Promise<boolean>;
  /** Prints a line of data, broken at spaces if the terminal is narrower. */
  data(text: string): void;
  /** Prints a line of data that programs may read, so it is never broken. */
  line(text: string): void;
  /** Prints text of this package, of several lines, unchanged. */
  text(own: string): void;
  /** Prints exactly these bytes. On a terminal they are escaped if they hold what our own never do. */
  raw(bytes: string): void;
  /** Prints a value as JSON that parses to the same value. */
  json(value: object): void;
  /** Prints a remark on stderr, without styles. */
  remark(text: string): void;
  /** Prints why a command failed on stderr. */
  error(message: string): void;
  /** Shows progress from 0 to 1 as one line on stderr, if that is a terminal. At 1 the line is erased. */
  progress(what: string, part: number): void;
}

const DEFAULT_WIDTH = 80;
const ERASE_LINE = '\r\u001b[K';
const MIN_PICTURE_WIDTH = 60;
const MIN_WIDTH = 20;
/** Longer lines are hard to read. */
const MAX_WIDTH = 120;

export async function createOutput(env: NodeJS.ProcessEnv = process.env): Promise<Output> {
  const onError = reportOnce((text) => stderr().write(text));
  const stdout = openSink(1, onError);
  let opened: Sink | undefined;
  const stderr = () => {
    opened ??= openSink(2, onError); // most commands print no remark
    return opened;
  };
  const remark = (text: string) =>
    void stderr().write(`${betweenNewlines(text, (line) => withoutMarks(wrap(line, width)))}\n`);
  const isStyled = hasColors(env, stdout.isTTY);
  const codes = isStyled ? (await import('./terminal-codes.js')).terminalCodes : undefined;
  const given = stdout.columns || Number(env.COLUMNS) || DEFAULT_WIDTH;
  const width = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, given));
  return {
    paint: createPaint(isStyled),
    width,
    rows: stdout.rows,
    hasPictures: stdout.isTTY === true && env.TERM !== 'dumb' && width >= MIN_PICTURE_WIDTH && isUnicode(env),
    // A getter, because reading process.stdin opens a stream.
    get isInteractive() {
      return stdout.isTTY === true && process.stdin.isTTY === true && env.TERM !== 'dumb';
    },
    get canAsk() {
      return canAsk();
    },
    ask: (question) => ask(printable(question), env),
    data: (text) => void stdout.write(`${betweenNewlines(text, (line) => withCodes(wrap(line, width), codes))}\n`),
    line: (text) => void stdout.write(`${withCodes(escapeData(text), codes)}\n`),
    text: (own) => void stdout.write(own.split('\n').map(printable).join('\n')),
    raw: (bytes) => void stdout.write(stdout.isTTY ? printable(bytes) : bytes),
    json: (value) => void stdout.write(`${printableJson(JSON.stringify(value, null, 2))}\n`),
    remark,
    error: (message) => remark(`Error: ${message}`),
    progress(what, part) {
      if (stderr().isTTY !== true || env.TERM === 'dumb') return;
      const line = `${printable(what)}: ${Math.floor(part * 100)} %`.slice(0, width - 1);
      stderr().write(part < 1 ? `${ERASE_LINE}${line}` : ERASE_LINE);
    },
  };
}

/** Newlines at either end are empty lines of our own; all between them is data. */
function betweenNewlines(text: string, format: (line: string) => string): string {
  const [, before = '', line = '', after = ''] = /^(\n*)(.*?)(\n*)$/s.exec(text) ?? [];
  return before + format(line) + after;
}

/**
 * A closed pipe is not an error: in `preview | head`, the reader has what it wanted. No error ends the command: `disable`
 * has printed before it has deleted everything.
 */
function reportOnce(print: (text: string) => void): (error: NodeJS.ErrnoException) => void {
  let isReported = false;
  return (error) => {
    if (error.code === 'EPIPE' || isReported) return;
    isReported = true;
    const { message } = new AnalyticsError(CLI_ERRORS.outputNotWritten, { cause: messageOf(error) });
    print(`Error: ${printable(message)}\n`);
    process.once('exit', () => {
      process.exitCode = EXIT.failed;
    });
  };
}

function isUnicode(env: NodeJS.ProcessEnv): boolean {
  return process.platform !== 'linux' || /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}

/** https://no-color.org: any value but the empty one. */
function hasColors(env: NodeJS.ProcessEnv, isTerminal: boolean | undefined): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  if (env.NO_COLOR) return false;
  return isTerminal === true && env.TERM !== 'dumb';
}
