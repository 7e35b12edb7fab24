import type { ErrorCode } from './error-table/definition.js';
import type { ERROR_TABLE } from './error-table/table.js';

export type { ErrorCode };

type ListedError = (typeof ERROR_TABLE)[keyof typeof ERROR_TABLE];

type Placeholder<Message extends string> = Message extends `${string}<${infer Name}>${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

type Values<Message extends string> = { readonly [Name in Placeholder<Message>]: string | number };

/** A value for each `<placeholder>` of a message; nothing if the message has none. */
type ValuesAndOptions<Message extends string> = [Placeholder<Message>] extends [never]
  ? []
  : [values: Values<Message>, options?: ErrorOptions];

/**
 * The only error this package throws, and only from construction and from the functions behind the command line:
 * recording never throws. The message names the file, the cause and the next step.
 */
export class AnalyticsError<Listed extends ListedError = ListedError> extends Error {
  override readonly name = 'AnalyticsError';
  readonly code: ErrorCode;
  readonly #own: string;
  readonly #values: Readonly<Record<string, string | number>>;

  /** @param listed an error of the table; nothing else compiles */
  constructor(listed: Listed, ...rest: ValuesAndOptions<Listed['message']>) {
    const [values = {}, options] = rest as [values?: Readonly<Record<string, string | number>>, options?: ErrorOptions];
    super(fill(listed.message, values), options);
    this.code = listed.code;
    this.#own = listed.message;
    this.#values = values;
  }

  /** The message with its own words changed, and not the values in it. */
  reword(change: (own: string) => string): string {
    return fill(this.#own, this.#values, change);
  }
}

function fill(
  message: string,
  values: Readonly<Record<string, string | number>>,
  change: (own: string) => string = (own) => own,
): string {
  // Own words and names of values in turn.
  const parts = message.split(/<([^<>]+)>/);
  return parts.map((part, at) => (at % 2 === 0 ? change(part) : String(values[part]))).join('');
}

/** The code of a system error, such as `EACCES`; undefined for every other error. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

const CAUSES: Record<string, string> = {
  ELOCKED: 'another process is changing it',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'a file stands in the place of its folder',
  ENOTDIR: 'a part of the path is not a folder',
  EINVAL: 'it is not a regular file',
  EFBIG: 'it is too large',
  EISDIR: 'it is a folder',
  ENOENT: 'the folder does not exist',
  EOWNER: 'another user owns it or its folder',
  EOTHERS: 'other users can write it or its folder',
  ESTALE: 'it was replaced, and this process still sees the old one: mount its folder instead',
  ELOOP: 'it is a symbolic link',
  EBUSY: 'it is mounted or in use',
  EADDRINUSE: 'another program uses it',
  EADDRNOTAVAIL: 'it is not an address of this machine',
  ENOTFOUND: 'there is no such name',
};

/**
 * What is known of an error, e.g. `the file system is read-only (EROFS)`: the system's code, or else the name of its
 * class, never a text that it holds. Host code can throw anything, and its texts must not be shown (P3); a value that
 * cannot even be read must not throw again (P6). Never throws.
 */
export function causeOf(error: unknown): string {
  try {
    const code = systemCode(error);
    if (error instanceof AnalyticsError) return error.code;
    if (code !== undefined && Object.hasOwn(CAUSES, code)) return `${CAUSES[code]} (${code})`;
    if (code !== undefined && isErrno(code)) return code;
    return CLASSES.find(([, known]) => error instanceof known)?.[0] ?? 'no error, but something else was thrown';
  } catch {
    return 'an error that cannot be read';
  }
}

/** Not imported, because the dashboard has this file too, and browsers have no `os`. */
function isErrno(code: string): boolean {
  return Object.hasOwn(process.getBuiltinModule('node:os').constants.errno, code);
}

/** The more special ones first. A class of the host is none of these, and its name is not shown. */
const CLASSES = Object.entries({
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  URIError,
  EvalError,
  AggregateError,
  DOMException,
  Error,
});

/** The same for errors that no host code can have thrown: of the command line, the collector and the network. */
export function messageOf(error: unknown): string {
  const code = systemCode(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  return Object.hasOwn(CAUSES, code) ? `${CAUSES[code]} (${code})` : code;
}
