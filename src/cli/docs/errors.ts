import type { ErrorCode, ErrorDefinition } from '../../platform/error-table/definition.js';
import { ERROR_TABLE } from '../../platform/error-table/table.js';
import { fillLimits } from './limit-numbers.js';
import { wrapProse } from './wrap-prose.js';

type Entry = Pick<ErrorDefinition, 'message' | 'why' | 'remedy'>;

/** What commander says about the words of a command line. The texts are commander's own. */
export const COMMANDER_ERRORS = {
  unknownCommand: {
    message: "unknown command '<word>'",
    why: 'There is no such command. The most similar one is suggested.',
    remedy: '`dot-ai-analytics --help` lists the commands.',
  },
  unknownOption: {
    message: "unknown option '<word>'",
    why: 'The command has no such option. The most similar one is suggested.',
    remedy: 'The help of the command lists its options.',
  },
  exclusiveOptions: {
    message: "option '<option>' cannot be used with option '<other>'",
    why: 'Each of the two options selects another output or action.',
    remedy: 'Choose one of them.',
  },
  valueMissing: {
    message: "option '<option>' argument missing",
    why: 'The option takes a value.',
  },
  argumentMissing: {
    message: "missing required argument '<name>'",
    why: 'The command needs an argument.',
    remedy: 'The help of the command lists the choices.',
  },
  invalidChoice: {
    message: "command-argument value '<word>' is invalid for argument '<name>'. Allowed choices are <choices>.",
    why: 'The argument is not one of its choices.',
  },
  tooManyArguments: {
    message: 'too many arguments<command>. Expected <count> but got <number>.',
    why: 'The command takes fewer words.',
  },
} as const satisfies Readonly<Record<string, Entry>>;

const TITLES: Readonly<Record<ErrorCode, string>> = {
  BAD_VOCABULARY: 'A server’s declaration',
  NO_HOME: 'No folder',
  CONFIG_NOT_WRITTEN: 'config.json',
  DATA_NOT_DELETED: 'Data that could not be deleted',
  NOT_DONE: 'Not done, or without effect',
  OFF: 'Off',
  COLLECTOR: 'The collector',
  POSTHOG: 'PostHog’s API',
  USAGE: 'Values',
};

/** docs/errors.md. */
export function errorsMarkdown(): string {
  // By id: loaders differ in the order of a module's exports.
  const listed = Object.entries<ErrorDefinition>(ERROR_TABLE).sort(([a], [b]) => (a < b ? -1 : 1));
  const sections = Object.entries(TITLES).map(([code, title]) =>
    section(
      `${title} (\`${code}\`)`,
      listed.flatMap(([, one]) => (one.code === code ? [one] : [])),
    ),
  );
  return wrapProse(
    `${[
      '# Errors',
      'Generated from `src/platform/error-table/` by `npm run docs`. A test provokes each error.',
      'On stderr, an error begins with `Error: `. `<…>` stands for a value. Below each message, the first part says when it happens, and the part in italics what to do if the message does not say it. The exit code is 2 for a wrong call (`USAGE`, and the last part of this page), 3 while analytics is off (`OFF`), otherwise 1. In a program, each error is an `AnalyticsError` with the `code` in the heading.',
      'In a server, recording and sending never throw and never print. `NODE_DEBUG=dot-ai-analytics` explains on stderr what happens there.',
      ...sections,
      section('The command line', Object.values(COMMANDER_ERRORS)),
    ].join('\n\n')}\n`,
  );
}

function section(title: string, entries: readonly Entry[]): string {
  return fillLimits([`## ${title}`, ...entries.map(toMarkdown)].join('\n\n'));
}

function toMarkdown({ message, why, remedy }: Entry): string {
  return [`**\`${message}\`**`, why, ...(remedy === undefined ? [] : [`*${remedy}*`])].join('\\\n');
}
