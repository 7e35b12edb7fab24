import type { Output } from './output.js';

export const EXIT = { done: 0, failed: 1, usage: 2, off: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface OptionSpec {
  /** `--json` */
  readonly flag: string;
  readonly does: string;
}

export interface CommandSpec {
  readonly name: string;
  /** An optional argument, as the help shows it. */
  readonly argument?: { readonly name: string; readonly does: string };
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
}

export type Run = (invocation: Invocation, output: Output) => Promise<ExitCode>;
