import { stripVTControlCharacters } from 'node:util';
import { Chalk, type ChalkInstance } from 'chalk';
import { CLI_ERRORS } from '../platform/error-table/cli.js';
import { AnalyticsError, causeOf } from '../platform/errors.js';

/** Where a command's words go: data to stdout, remarks to stderr. The only file that prints. */
export interface Output {
  /** Colours for stdout, none where they are not wanted. */
  readonly paint: ChalkInstance;
  /** Columns of the terminal, 80 where there is none. */
  readonly width: number;
  /** Bars may be drawn: a person looks, on a terminal that is wide enough and has the characters. */
  readonly hasPictures: boolean;
  /** A person is at both ends, and can choose from a list. */
  readonly isInteractive: boolean;
  /** A person types, whatever becomes of what is printed. */
  readonly canAsk: boolean;
  /** A question whose answer is yes or no; no, unless yes is typed. Rejects with `ExitPromptError` on Ctrl-C. */
  ask(question: string): Promise<boolean>;
  /** Lines of data, broken at spaces where the terminal is narrower. */
  data(text: string): void;
  /** A line of data for programs too, never broken. */
  line(text: string): void;
  /** Exact bytes, nothing added. */
  raw(bytes: string): void;
  json(value: object): void;
  /** A remark on stderr. */
  remark(text: string): void;
  /** How far something long has got, 0 to 1: one line on a terminal's stderr, that is gone at the end. */
  progress(what: string, part: number): void;
}

const DEFAULT_WIDTH = 80;
const ERASE_LINE = '\r\u001b[K';
const WIDE_ENOUGH = 60;
const NARROWEST = 20;
/** Longer lines are hard to read. */
const WIDEST = 120;

export function createOutput(env: NodeJS.ProcessEnv = process.env): Output {
  const stdout = watched(process.stdout);
  let opened: NodeJS.WriteStream | undefined;
  const stderr = () => {
    opened ??= watched(process.stderr); // only where there is a remark
    return opened;
  };
  const given = stdout.columns || Number(env.COLUMNS) || DEFAULT_WIDTH;
  const width = Math.min(WIDEST, Math.max(NARROWEST, given));
  return {
    paint: new Chalk({ level: colourLevel(env, stdout.isTTY) }),
    width,
    hasPictures: stdout.isTTY === true && env.TERM !== 'dumb' && width >= WIDE_ENOUGH && isUnicode(env),
    // Only asked for by what may ask a question: merely looking at stdin opens a stream.
    get isInteractive() {
      return process.stdin.isTTY === true && stdout.isTTY === true && env.TERM !== 'dumb';
    },
    get canAsk() {
      return process.stdin.isTTY === true;
    },
    async ask(message) {
      if (!this.isInteractive) return askPlainly(message, stderr());
      const { confirm } = await import('@inquirer/prompts');
      return confirm({ message, default: false });
    },
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

/** Where lines can't be redrawn, or stdout is not where the person looks. */
async function askPlainly(question: string, stream: NodeJS.WriteStream): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: stream });
  try {
    const answer = await new Promise<string>((resolve) => {
      lines.once('close', () => resolve(''));
      void lines.question(`${question} (y/N) `).then(resolve, () => resolve(''));
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}

/** `preview | head` closes the pipe early: the reader has what it wanted. */
function watched(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    const { message } = new AnalyticsError(CLI_ERRORS.outputNotWritten, { cause: causeOf(error) });
    process.stderr.write(`Error: ${message}\n`);
    process.exit(1);
  });
}

function isUnicode(env: NodeJS.ProcessEnv): boolean {
  return process.platform !== 'linux' || /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}

/** chalk itself ignores NO_COLOR on a terminal (https://no-color.org: any value but the empty one). */
function colourLevel(env: NodeJS.ProcessEnv, isTerminal: boolean | undefined): 0 | 1 {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR === '0' || env.FORCE_COLOR === 'false' ? 0 : 1;
  if (env.NO_COLOR) return 0;
  return isTerminal && env.TERM !== 'dumb' ? 1 : 0;
}

/** Breaks lines at spaces; what is continued is indented as its line is. A word longer than a line stands alone. */
function wrap(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  if (columnsOf(line) <= width) return line; // columns keep their spaces
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

/** How wide a text is on the terminal, without the colours. */
function columnsOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Label and text in two columns, one below the other where the terminal is too narrow for both. */
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
