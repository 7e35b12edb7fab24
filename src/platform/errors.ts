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

  /** @param listed an error of the table; nothing else compiles */
  constructor(listed: Listed, ...rest: ValuesAndOptions<Listed['message']>) {
    const [values = {}, options] = rest as [values?: Readonly<Record<string, string | number>>, options?: ErrorOptions];
    super(
      listed.message.replace(/<([^<>]+)>/g, (_, name: string) => String(values[name])),
      options,
    );
    this.code = listed.code;
  }
}

/** The code of a system error, such as `EACCES`; undefined for every other error. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

const CAUSES: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EEXIST: 'a file stands in the place of its folder',
  ENOTDIR: 'a part of the path is not a folder',
  EINVAL: 'it is not a regular file',
  EFBIG: 'it is too large',
  EISDIR: 'it is a folder',
  ENOENT: 'the folder does not exist',
  EOWNER: 'another user owns it or its folder',
  EOTHERS: 'other users can write it or its folder',
  ELOOP: 'it is a symbolic link',
  EBUSY: 'it is mounted or in use',
  EADDRINUSE: 'another program uses it',
  EADDRNOTAVAIL: 'it is not an address of this machine',
  ENOTFOUND: 'there is no such name',
};

/** Describes a system error so that a person can act on it, for example `the file system is read-only (EROFS)`. */
export function causeOf(error: unknown): string {
  const code = systemCode(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  return code in CAUSES ? `${CAUSES[code]} (${code})` : code;
}
