import { EXIT, type ExitCode } from './exit-code.js';

/*
 * The one table of commands. The parser, the help, the man pages, the completions and docs/cli.md are renderings of
 * it, and command.ts derives the types of options and arguments from it.
 */

export interface OptionSpec {
  /** `--json`, or with a value `--port <number>`. */
  readonly flag: string;
  readonly does: string;
}

export interface CommandSpec {
  readonly name: string;
  /** One argument, as the help shows it. It is required if it has `choices`, otherwise optional. */
  readonly argument?: { readonly name: string; readonly does: string; readonly choices?: readonly string[] };
  /** One line, no full stop. */
  readonly does: string;
  /** What a person needs to know beyond that; paragraphs. */
  readonly more: readonly string[];
  readonly options: readonly OptionSpec[];
  /** Flags of which at most one may be given. */
  readonly exclusive?: readonly string[];
}

const JSON_OPTION = { flag: '--json', does: 'print one JSON object, with "version": 1' } as const;

export const COMMANDS = [
  {
    name: 'status',
    does: 'show whether analytics is on, who decided that, and what is waiting',
    more: ['Shows what every layer of the decision says, the first that says anything decides. Never writes a file.'],
    options: [JSON_OPTION, { flag: '--exit-code', does: 'exit with 3 while analytics is off' }],
  },
  {
    name: 'enable',
    does: 'turn anonymous usage analytics on',
    more: [
      'First shows what is collected and where it goes, and asks; where nobody can be asked, as in a script, it goes on, and with --yes at once. Writes "analytics": true and the number of the schema you accept into config.json; other settings stay as they are. A file that can not be understood is replaced, and a copy of it kept.',
      'Fails if an environment variable keeps analytics off all the same.',
    ],
    options: [{ flag: '--yes', does: 'do not ask' }],
  },
  {
    name: 'disable',
    does: 'turn analytics off and delete everything unsent',
    more: [
      'When it returns, running servers record and send nothing more. A server that was started with DOT_AI_ANALYTICS=true in its own environment follows that variable: remove it there.',
    ],
    options: [{ flag: '--purge', does: 'also delete the copies of what was sent' }],
  },
  {
    name: 'preview',
    does: 'show exactly what would be sent',
    more: [
      'Closed days are shown as the bytes that will be sent. Days that are still counted are drafts: their random ids and their order are drawn when the day closes, at 01:00 UTC of the next, or, in a container whose folder is not kept, when the server ends. While analytics is off, the same code shows made-up example counts.',
    ],
    options: [
      { flag: '--json', does: 'print the requests as one JSON object, with "version": 1' },
      { flag: '--raw', does: 'print the exact bytes of the next request body' },
    ],
    exclusive: ['--json', '--raw'],
  },
  {
    name: 'sent',
    argument: { name: 'day', does: 'a UTC day, such as 2026-11-23; default: all of the last 45 days' },
    does: 'show what was sent: when, where, and with which answer',
    more: ['Every request body is kept for 45 days, byte for byte.'],
    options: [
      JSON_OPTION,
      { flag: '--raw', does: 'print the exact bytes of the last request body, and nothing else' },
      { flag: '--verify', does: 'hash every copy again and compare with what was sent' },
    ],
    exclusive: ['--json', '--raw', '--verify'],
  },
  {
    name: 'send',
    does: 'deliver what is waiting, now',
    more: [
      'Sends the closed reports that a server would send by itself sooner or later. Days that are not closed stay.',
    ],
    options: [],
  },
  {
    name: 'hint',
    does: 'show whether the one-time hint was shown',
    more: [
      'A server that embeds the library mentions once, in a tool result, that analytics exists. The flag in config.json is all that is kept of it.',
    ],
    options: [
      { flag: '--reset', does: 'forget that it was shown, so that it is shown once more' },
      { flag: '--mark-shown', does: 'never show it' },
    ],
    exclusive: ['--reset', '--mark-shown'],
  },
  {
    name: 'schema',
    does: 'show every field that is ever recorded: what it is, what it is not, and why',
    more: ['The command renders the table that the code itself uses to record and to validate.'],
    options: [{ flag: '--json', does: 'print a JSON Schema of a report' }],
  },
  {
    name: 'clear',
    does: 'delete all local data, keep the choice',
    more: ['Counts, waiting reports and the copies of sent ones. A running server begins counting anew.'],
    options: [],
  },
  {
    name: 'collector',
    does: 'run a destination of your own: it receives, adds up and shows reports',
    more: [
      'One process, one SQLite file. It speaks the protocol of PostHog, so a server is pointed at it with DOT_AI_POSTHOG_HOST, or in config.json, and does not know the difference. The dashboard is at /, the same numbers as JSON and CSV at /api/v1. It keeps sums by day: no body, no address, no header.',
      'On loopback whoever is on the machine may read. On any other address reading needs the token that DOT_AI_COLLECTOR_TOKEN holds; behind a proxy use --allow-host and --trust-proxy. Ends on SIGTERM and Ctrl-C; after a kill it goes on where it was.',
    ],
    options: [
      { flag: '--host <address>', does: 'the address to listen on; default: 127.0.0.1' },
      { flag: '--port <number>', does: 'the port; default: 8377; 0: any that is free' },
      { flag: '--db <file>', does: 'the SQLite file; default: collector.db in the folder of config.json' },
      { flag: '--min-rows <number>', does: 'show nothing that fewer installs reported on a day; default: 5' },
      { flag: '--rate <number>', does: 'reports a minute from one sender; default: 120; 0: no limit' },
      { flag: '--vocabulary <file>', does: 'JSON with "tools" and "features", instead of those of dot-ai' },
      {
        flag: '--allow-host <name>',
        does: 'another name under which it may be reached on loopback; several with commas',
      },
      { flag: '--trust-proxy', does: 'take the address of the sender from X-Forwarded-For' },
      { flag: '--demo', does: 'fill a file of its own with an invented year of 300 installs, and show that' },
    ],
  },
  {
    name: 'dashboard',
    argument: { name: 'service', does: 'posthog', choices: ['posthog'] },
    does: 'create or update the dashboard of a PostHog project, from a table in this package',
    more: [
      'The same answers as on the dashboard of the collector. What is there and right stays as it is, what differs is changed, nothing is deleted; a run that stopped half-way is finished by the next. The personal key comes from POSTHOG_PERSONAL_API_KEY.',
    ],
    options: [
      { flag: '--project <number>', does: 'the number of the project' },
      { flag: '--host <address>', does: 'the address of the app; default: https://eu.posthog.com' },
      { flag: '--dry-run', does: 'print the dashboard and its insights as JSON; no request is made' },
    ],
  },
  {
    name: 'completion',
    argument: { name: 'shell', does: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] },
    does: 'print a script with which the shell completes commands and options',
    more: [
      'For bash put eval "$(dot-ai-analytics completion bash)" into ~/.bashrc; for zsh the same with zsh into ~/.zshrc, after compinit; for fish: dot-ai-analytics completion fish > ~/.config/fish/completions/dot-ai-analytics.fish',
    ],
    options: [],
  },
] as const satisfies readonly CommandSpec[];

/** Compiles only if every `exclusive` flag is an option of its command. */
COMMANDS satisfies ExclusiveFlagsExist<typeof COMMANDS>;
type ExclusiveFlagsExist<Table extends readonly CommandSpec[]> = {
  readonly [Index in keyof Table]: CommandSpec & {
    readonly exclusive?: readonly Table[Index]['options'][number]['flag'][];
  };
};

export const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['DO_NOT_TRACK', 'any value but empty, 0 or false: off'],
  ['DOT_AI_TELEMETRY', 'false, 0, no or off: off. Anything else: ignored, with a warning'],
  ['DOT_AI_ANALYTICS', 'true, 1, yes or on: on. false, 0, no or off: off. Anything else: off, with a warning'],
  ['CI', 'in a CI service, a yes in config.json does not count'],
  ['DOT_AI_CONFIG_DIR', 'the folder to use instead of ~/.dot-ai, an absolute path'],
  ['DOT_AI_POSTHOG_HOST', 'where reports go, with DOT_AI_POSTHOG_KEY; before config.json and the server'],
  ['DOT_AI_POSTHOG_KEY', "PostHog's public project key"],
  ['DOT_AI_COLLECTOR_TOKEN', 'collector: what whoever reads has to know; needed unless it listens on loopback'],
  ['POSTHOG_PERSONAL_API_KEY', 'dashboard posthog: a personal key with the scopes dashboard:write and insight:write'],
  ['DOT_AI_FEEDBACK_URL', 'server: a link that is shown now and then when a workflow has completed; default: none'],
  ['DOT_AI_FEEDBACK_ENABLED', 'server: false: no link is shown; default: true'],
  ['DOT_AI_FEEDBACK_PROBABILITY', 'server: how often the link is shown, 0 to 1; default: 0.05'],
  ['NODE_DEBUG', 'dot-ai-analytics: explain on stderr what is otherwise silent'],
  ['NO_COLOR', 'any value but empty: no colours'],
  ['FORCE_COLOR', 'colours even into a pipe; 0: none'],
];

/** The day on which what is said here last changed; manual pages carry it. */
export const DOCUMENTED = '2026-11-23';

export const FILES: readonly (readonly [string, string])[] = [
  ['~/.dot-ai/config.json', "the choice, beside other programs' settings"],
  ['~/.dot-ai/analytics/', 'counts, waiting reports and copies of what was sent; text, for reading'],
];

export const EXIT_CODES: readonly (readonly [ExitCode, string])[] = [
  [EXIT.done, 'done'],
  [EXIT.failed, 'failed'],
  [EXIT.usage, 'usage'],
  [EXIT.off, 'off (status --exit-code)'],
];
