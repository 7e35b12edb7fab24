import type { COMMANDS } from './command-table.js';
import type { ExitCode } from './exit-code.js';
import type { Output } from './output.js';

/*
 * What a command is given, derived from its entry in the table of commands: an option or an argument that the table
 * does not have does not compile.
 */

type Table = (typeof COMMANDS)[number];
export type CommandName = Table['name'];
type Spec<Name extends CommandName> = Extract<Table, { readonly name: Name }>;
type Flag<Name extends CommandName> = Spec<Name>['options'][number]['flag'];

type CamelCase<Words extends string> = Words extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Words;

/** The name that commander gives to an option: `--mark-shown` becomes `markShown`, `--port <number>` becomes `port`. */
type OptionName<Flag extends string> = Flag extends `--${infer Long} <${string}>`
  ? CamelCase<Long>
  : Flag extends `--${infer Long}`
    ? CamelCase<Long>
    : never;

/** The given options by name. An option that was not given is absent, so that `{}` is valid for every command. */
export type Options<Name extends CommandName> = {
  readonly [F in Flag<Name> as OptionName<F>]?: F extends `${string} <${string}...>`
    ? readonly string[]
    : F extends `${string} <${string}>`
      ? string
      : boolean;
};

export type Argument<Name extends CommandName> =
  Spec<Name> extends { readonly argument: infer Argument }
    ? Argument extends { readonly choices: readonly (infer Choice)[] }
      ? Choice
      : string | undefined
    : undefined;

export interface Invocation<Name extends CommandName> {
  readonly argument: Argument<Name>;
  readonly second?: string;
  readonly options: Options<Name>;
}

export type Run<Name extends CommandName> = (invocation: Invocation<Name>, output: Output) => Promise<ExitCode>;

/** A command to run, with what it was given. */
export type Call<Name extends CommandName = CommandName> = {
  [N in Name]: { readonly name: N; readonly invocation: Invocation<N> };
}[Name];

/** The commands that run without an argument. */
export type PlainCommand = {
  [Name in CommandName]: undefined extends Argument<Name> ? Name : never;
}[CommandName];
