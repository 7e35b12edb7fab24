import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Argument, CommandName, Options, PlainCommand, Run } from '../../src/cli/command.js';
import { COMMANDS } from '../../src/cli/command-table.js';
import { EXIT } from '../../src/cli/exit-code.js';
import { testHome } from '../support/home.js';
import { cli } from '../support/processes.js';

/*
 * Types are checked by tsc, in `npm test` too. A line below `@ts-expect-error` fails there as soon as it compiles.
 */

describe('the table of commands types what a command is given', () => {
  test('a flag is a boolean, a flag with a value a string, a dash a capital letter', () => {
    expectTypeOf<Options<'status'>>().toEqualTypeOf<{
      readonly json?: boolean;
      readonly verbose?: boolean;
      readonly exitCode?: boolean;
    }>();
    expectTypeOf<Options<'dashboard'>>().toEqualTypeOf<{
      readonly project?: string;
      readonly host?: string;
      readonly releases?: string;
      readonly check?: boolean;
      readonly dryRun?: boolean;
      readonly json?: boolean;
    }>();
    expectTypeOf<keyof Options<'hint'>>().toEqualTypeOf<'reset' | 'markShown' | 'json'>();
    expectTypeOf<keyof Options<'completion'>>().toEqualTypeOf<never>();
  });

  test('an argument is optional, one of its choices, or does not exist', () => {
    expectTypeOf<Argument<'sent'>>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Argument<'completion'>>().toEqualTypeOf<'bash' | 'zsh' | 'fish'>();
    expectTypeOf<Argument<'status'>>().toEqualTypeOf<undefined>();
    expectTypeOf<Exclude<CommandName, PlainCommand>>().toEqualTypeOf<'completion' | 'dashboard'>();
  });

  test('what the table does not have does not compile', () => {
    const run: Run<'status'> = async ({ argument, options }) => {
      // @ts-expect-error the flag is --json
      options.jsn;
      // @ts-expect-error a flag of another command
      options.purge;
      // @ts-expect-error `status` takes no argument
      argument?.length;
      return options.json ? EXIT.done : EXIT.off;
    };
    expectTypeOf(run).not.toExtend<Run<'sent'>>();
    expectTypeOf<'statsu'>().not.toExtend<CommandName>();
    expectTypeOf<'tcsh'>().not.toExtend<Argument<'completion'>>();
    expectTypeOf<undefined>().not.toExtend<Argument<'completion'>>();
  });
});

describe('every command of the table', () => {
  test.each(COMMANDS.map(({ name }) => name))('%s has a help text', async (name) => {
    const { code, stdout, stderr } = await cli([name, '--help'], { env: testHome().env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: dot-ai-analytics ${name} [options]`);
    // The second is parsed by commander, which the others need not load.
    for (const args of [
      ['help', name],
      [name, '--help', '--help'],
    ])
      expect((await cli(args, { env: testHome().env })).stdout).toBe(stdout);
  });

  test('of exclusive flags only one is accepted', async () => {
    for (const { name, exclusive = [] } of COMMANDS as readonly { name: string; exclusive?: readonly string[] }[]) {
      for (const [at, flag] of exclusive.entries()) {
        for (const other of exclusive.slice(at + 1)) {
          const { code, stderr } = await cli([name, flag, other], { env: testHome().env });
          expect(code, `${name} ${flag} ${other}`).toBe(2);
          expect(stderr).toContain('cannot be used with');
        }
      }
    }
  });
});
