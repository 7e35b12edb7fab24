import type { Output } from './output.js';

export const EXIT = { done: 0, failed: 1, usage: 2, off: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface OptionSpec {
  /** `--json`, or with a value `--port <number>` */
  readonly flag: string;
  readonly does: string;
}

export interface CommandSpec {
  readonly name: string;
  /** An argument, as the help shows it; optional unless `choices` says which there are. */
  readonly argument?: { readonly name: string; readonly does: string; readonly choices?: readonly string[] };
  /** One line, no full stop. */
  readonly does: string;
  /** What a person needs to know beyond that; paragraphs. */
  readonly more: readonly string[];
  readonly options: readonly OptionSpec[];
  /** Of these options at most one. */
  readonly exclusive?: readonly string[];
  /** Loaded only when the command is run. */
  readonly load: () => Promise<{ readonly run: Run }>;
}

/** Options by their long name in camel case, and the argument. */
export interface Invocation {
  readonly argument: string | undefined;
  readonly options: Readonly<Record<string, boolean | undefined>>;
  /** Those with a value, as they were given. */
  readonly values: Readonly<Record<string, string | undefined>>;
}

export type Run = (invocation: Invocation, output: Output) => Promise<ExitCode>;
