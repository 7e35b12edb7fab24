import { DAYS_KEPT, MAX_DAYS_WAITING, MIN_CALLS_FOR_LATENCY } from '../schema/limits.js';

/*
 * The one table of commands. The parser, the help, the man pages, the completions and docs/cli.md are renderings of
 * it, and command.ts derives the types of options and arguments from it.
 */

export interface OptionSpec {
  /** `--json`, or with a value `--port <number>`. */
  readonly flag: string;
  readonly does: string;
}

/** Who reads about a command, and the heading above its commands in the help. */
export const READERS = {
  user: 'For everybody',
  maintainer: 'For those who maintain a server',
  operator: 'For those who receive reports',
} as const;

export interface CommandSpec {
  readonly name: string;
  readonly reader: keyof typeof READERS;
  /** It is required if it has `choices`, otherwise optional. */
  readonly argument?: { readonly name: string; readonly does: string; readonly choices?: readonly string[] };
  /** Follows the argument, and is optional. */
  readonly second?: { readonly name: string; readonly does: string };
  /** One line, without a full stop. */
  readonly does: string;
  /** Paragraphs with what else a person needs to know. */
  readonly more: readonly string[];
  readonly options: readonly OptionSpec[];
  /** Flags of which at most one may be given. */
  readonly exclusive?: readonly string[];
}

const JSON_OPTION = { flag: '--json', does: 'print one JSON object, with "version": 1' } as const;

export const COMMANDS = [
  {
    name: 'status',
    reader: 'user',
    does: 'show whether analytics is on, what decided that, and what is waiting',
    more: [
      'The command also shows who receives reports, what was sent last, and when the next attempt is made. Several layers can decide; the first one that says on or off does. Nothing is written.',
    ],
    options: [
      JSON_OPTION,
      { flag: '--verbose', does: 'also show each layer that can decide, and the settings' },
      { flag: '--exit-code', does: 'exit with 3 while analytics is off' },
    ],
  },
  {
    name: 'enable',
    reader: 'user',
    does: 'turn anonymous usage analytics on',
    more: [
      'The command shows what is collected and who receives it, and asks. If stdin or stderr is not a terminal, nobody can answer: it changes nothing and exits with 2. With --yes it does not ask, and prints what was accepted.',
      'It writes "analytics": true, the number of the accepted schema and the accepted recipient into config.json. If "analyticsDestination" is set, it becomes the accepted recipient. Other settings do not change.',
      'If you decline while analytics is off, "analytics": false is written, so that the hint is not shown again. If you decline while it is on, nothing changes. Ctrl-C never changes anything.',
      'A config.json that cannot be understood does not change, unless --replace is given; the message names the line and the column.',
      'If the policy, an environment variable or a CI service keeps analytics off, the opt-in is saved all the same, and the command exits with 1.',
    ],
    options: [
      { flag: '--yes', does: 'do not ask' },
      { flag: '--replace', does: 'replace a config.json that cannot be understood, and keep a copy' },
      JSON_OPTION,
    ],
  },
  {
    name: 'disable',
    reader: 'user',
    does: 'turn analytics off and delete everything that was not sent',
    more: [
      'When the command returns, running servers record and send nothing more. A server whose own environment has DOT_AI_ANALYTICS=true follows that variable: remove it there.',
      'A config.json that cannot be understood is replaced, and a copy of it is kept. On a full disk, unsent data is deleted first; if there is still no room, the value true is overwritten with null, which means off. The command prints what is in force before it deletes data, and exits with 1 if something could not be deleted.',
    ],
    options: [{ flag: '--purge', does: 'also delete the copies of what was sent' }, JSON_OPTION],
  },
  {
    name: 'preview',
    reader: 'user',
    does: 'show exactly what would be sent',
    more: [
      'A closed day is shown as the exact bytes that will be sent. A day that is still being counted is a draft: its random ids and its order are drawn when it closes, at 01:00 UTC of the next day. In a container whose folder is not kept, it closes when the server ends.',
      'While analytics is off, the same code shows invented example counts.',
    ],
    options: [
      { flag: '--json', does: 'print the requests as one JSON object, with "version": 1' },
      { flag: '--raw', does: 'print the exact bytes of the next request body' },
    ],
    exclusive: ['--json', '--raw'],
  },
  {
    name: 'history',
    reader: 'user',
    argument: { name: 'tool', does: 'the name of a tool, to show only its numbers; default: all tools' },
    does: 'show what was counted here: calls by day and tool, failures, latency and steps',
    more: [
      `Shows the last ${DAYS_KEPT} days: the open days, the reports that wait, and the intact copies of reports that were delivered or rejected. Numbers of dropped reports are gone, so without a destination the history covers ${MAX_DAYS_WAITING} days. What is left out is named in a warning. Never writes a file.`,
      'A number is what the report of its day says, or will say: from 100 up rounded to two digits, and the names that the report folds are "other". So it does not change when its day is closed. The numbers of several days are sums of these.',
      `Latency is what the histograms of the reports tell. A tool that is called fewer than ${MIN_CALLS_FOR_LATENCY} times on a day has no histogram of its own that day, so its latency is that of the other days; the command says of how many calls it is.`,
      'The columns of --csv are day, source, event, name, measure and value; docs/collected.md describes the events and measures.',
    ],
    options: [
      {
        flag: '--days <number>',
        does: `the number of days, the last of which is today, 1 to ${DAYS_KEPT}; default: ${DAYS_KEPT}`,
      },
      { flag: '--json', does: 'print the numbers by day as one JSON object, with "version": 1' },
      { flag: '--csv', does: 'print one line for each day, event, name and measure' },
    ],
    exclusive: ['--json', '--csv'],
  },
  {
    name: 'sent',
    reader: 'user',
    argument: { name: 'day', does: `a UTC day, such as 2026-11-23; default: all days of the last ${DAYS_KEPT}` },
    does: 'show what was sent: when, where to, and with which answer',
    more: [
      `Each request body is kept for ${DAYS_KEPT} days, byte for byte. A copy whose sha256 differs from that of its receipt is marked as altered, and a deleted one as missing. --raw prints neither.`,
    ],
    options: [
      JSON_OPTION,
      { flag: '--raw', does: 'print only the exact bytes of the last request body' },
      {
        flag: '--verify',
        does: 'hash each copy again and compare it with what was sent; exit with 1 if one is altered or missing',
      },
    ],
    exclusive: ['--json', '--raw', '--verify'],
  },
  {
    name: 'send',
    reader: 'user',
    does: 'send the waiting reports now',
    more: [
      'The command sends the reports of closed days. A server sends them by itself, hours apart; sent by this command, they arrive together. Days that are still being counted are not sent. If a destination asked to wait (Retry-After), nothing is sent to it before that time.',
      'For each report, the output says whether it was delivered, kept (why, what to do, and when a server tries again), rejected (the reason of the destination) or dropped (by which limit). The exit code is 0 if everything was delivered or nothing waited, 3 while analytics is off, and 1 otherwise. After Ctrl-C, reports that were not sent are kept.',
    ],
    options: [JSON_OPTION],
  },
  {
    name: 'hint',
    reader: 'maintainer',
    does: 'show or change whether the one-time hint was shown',
    more: [
      'A server that embeds the library mentions analytics once, in a tool result. A flag in config.json remembers that.',
    ],
    options: [
      { flag: '--reset', does: 'forget that the hint was shown, so that it is shown again' },
      { flag: '--mark-shown', does: 'record the hint as shown, so that it is never shown' },
      JSON_OPTION,
    ],
    exclusive: ['--reset', '--mark-shown'],
  },
  {
    name: 'schema',
    reader: 'user',
    does: 'show each field that can be recorded: what it is, what it is not, and why it is needed',
    more: ['The output comes from the table that the code uses to record and to validate.'],
    options: [{ flag: '--json', does: 'print a JSON Schema of a report' }],
  },
  {
    name: 'clear',
    reader: 'user',
    does: 'delete all local data, but keep the consent setting',
    more: [
      'The command deletes counts, waiting reports and the copies of sent reports. The recipient stays accepted. A running server counts on from zero.',
    ],
    options: [JSON_OPTION],
  },
  {
    name: 'collector',
    reader: 'operator',
    argument: {
      name: 'publish',
      does: 'write a static copy of the page and the published numbers, for anyone to host',
    },
    second: { name: 'folder', does: 'publish: the folder to write, which is created' },
    does: 'run your own destination, which receives, adds up and shows reports',
    more: [
      'The collector is one process with one SQLite file. It speaks the protocol of PostHog: a server sends to it if its own code, DOT_AI_ANALYTICS_HOST or config.json names it. The dashboard is at /, and the same numbers are at /api/v1 as JSON and CSV. The file holds sums by day and published numbers, and no body, address or header.',
      'If DOT_AI_COLLECTOR_TOKEN is set, reading needs this token. Without it, the collector listens on loopback only, and everyone who reaches it can read: users of the machine, and of a proxy in front. Behind a proxy, use --allow-host and --trust-proxy.',
      'The collector ends on SIGTERM and Ctrl-C. After a crash, start it again: it resumes.',
      '`collector publish FOLDER` writes files for any static web server. It reads the running collector at --url, or the file --db if none runs.',
    ],
    options: [
      { flag: '--host <address>', does: 'the address to listen on; default: 127.0.0.1' },
      { flag: '--port <number>', does: 'the port; default: 8377; 0: any free port' },
      { flag: '--db <file>', does: 'the SQLite file; default: collector.db in the folder of config.json' },
      {
        flag: '--min-installs <number>',
        does: 'pool numbers over time until they are from this many installs; default: 5; 1: show every day as it is',
      },
      { flag: '--rate <number>', does: 'accepted reports per minute and sender; default: 120; 0: no limit' },
      {
        flag: '--vocabulary <file...>',
        does: 'JSON files with "tools" and "features"; default: what the servers of this home declared, else dot-ai',
      },
      {
        flag: '--allow-host <name>',
        does: 'another host name to accept on loopback; separate several with commas',
      },
      { flag: '--trust-proxy', does: 'read the address of the sender from X-Forwarded-For' },
      { flag: '--releases <file>', does: 'a JSON list of {"date", "name"}, drawn into the charts over time' },
      { flag: '--url <address>', does: 'publish: the running collector to read, with DOT_AI_COLLECTOR_TOKEN' },
      { flag: '--demo', does: 'show an invented year, from a file of its own' },
      { flag: '--installs <number>', does: 'with --demo: the number of invented installs, 5 to 300; default: 300' },
    ],
  },
  {
    name: 'dashboard',
    reader: 'operator',
    argument: { name: 'service', does: 'posthog', choices: ['posthog'] },
    does: 'create or update the dashboard of a PostHog project',
    more: [
      'The dashboard answers the same questions as the one of the collector. The command creates what is missing, updates what differs, and deletes nothing. If it is interrupted, run it again: it resumes. The personal key is read from POSTHOG_PERSONAL_API_KEY.',
      '--check changes nothing. It shows whether rows arrived recently, how many are stored twice, and which settings of the project matter. It exits with 1 if no row arrived recently.',
    ],
    options: [
      { flag: '--project <number>', does: 'the number of the project' },
      { flag: '--host <address>', does: 'the address of the app; default: https://eu.posthog.com' },
      { flag: '--releases <file>', does: 'a JSON list of {"date", "name"}, each of which becomes an annotation' },
      { flag: '--check', does: 'show what arrived and which settings matter, and change nothing' },
      { flag: '--dry-run', does: 'print what would be created as JSON, without any request' },
      JSON_OPTION,
    ],
    exclusive: ['--check', '--dry-run'],
  },
  {
    name: 'completion',
    reader: 'user',
    argument: { name: 'shell', does: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] },
    does: 'print a script that completes commands and options in a shell',
    more: [
      'bash: add eval "$(dot-ai-analytics completion bash)" to ~/.bashrc.',
      'zsh: add eval "$(dot-ai-analytics completion zsh)" to ~/.zshrc, after compinit.',
      'fish: run dot-ai-analytics completion fish > ~/.config/fish/completions/dot-ai-analytics.fish',
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
