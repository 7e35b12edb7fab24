import type { ErrorCode } from '../../platform/errors.js';

/*
 * Every error that a person can meet, for docs/errors.md. A test brings each about and compares what is printed with
 * the message here, in which `<…>` stands for what differs; and it finds each place in the code that makes one.
 */

export interface ErrorEntry {
  /** A coded error of the library, or the command line's own. */
  readonly code: ErrorCode | 'COMMAND' | 'NOT DONE';
  readonly message: string;
  readonly why: string;
  readonly remedy: string;
}

const READ_ONLY =
  'The file or its folder is read-only, the disk is full, it is mounted singly, or it belongs to another user.';

export const ERRORS: readonly ErrorEntry[] = [
  /* ---- construction ---- */
  {
    code: 'BAD_VOCABULARY',
    message: '<tools or features>: <problem>',
    why: 'A server declares names that break the bounds: at most 64, each a lower-case letter and then up to 39 letters, digits and `_`, none twice, none of `other` and `start`. `createAnalytics` throws this, the first time the server starts.',
    remedy: 'Correct the declared names.',
  },
  {
    code: 'NO_HOME',
    message:
      '<variable> is not an absolute path, so there is no folder for settings and counts. Set DOT_AI_CONFIG_DIR to an absolute path.',
    why: 'There is no `HOME`, or `DOT_AI_CONFIG_DIR` is relative: it would depend on the directory a server happens to run in.',
    remedy: 'Set `DOT_AI_CONFIG_DIR` to an absolute path, the same for servers and the command.',
  },
  /* ---- deciding ---- */
  {
    code: 'CONFIG_NOT_WRITTEN',
    message:
      '<file> could not be written: <cause>. Nothing was changed. Make the file writable, or decide with the environment variable DOT_AI_ANALYTICS=true or =false.',
    why: `${READ_ONLY} Or another process keeps the lock beside it; that of a killed one is taken over after three seconds.`,
    remedy:
      'As it says. In a container with a read-only root, mount a folder and name it with `DOT_AI_CONFIG_DIR`, or decide by the environment.',
  },
  {
    code: 'CONFIG_NOT_WRITTEN',
    message:
      '<file>: <problem>. That means off. Repair it, or decide anew with dot-ai-analytics enable or disable, which keep a copy. Nothing was changed.',
    why: '`hint --reset` or `--mark-shown` would have to change a file that can not be understood; only a yes or a no replaces such a file.',
    remedy: 'Repair the file, or run `enable` or `disable`: both keep a copy beside it.',
  },
  {
    code: 'NOT DONE',
    message: 'what you saved has no effect here. Remove what keeps it off, then look at: dot-ai-analytics status',
    why: '`enable` wrote the yes, but an environment variable or a CI service says no, and comes first.',
    remedy: '`dot-ai-analytics status` names the layer that decides.',
  },
  {
    code: 'NOT DONE',
    message: '<layer> keeps it on. Remove it there, then look at: dot-ai-analytics status',
    why: '`disable` wrote the no, but `DOT_AI_ANALYTICS` says yes in this environment, and comes first.',
    remedy: 'Remove the variable, also where servers are started.',
  },
  {
    code: 'DATA_NOT_DELETED',
    message: '<path> could not be deleted: <cause>. Delete it by hand.',
    why: 'The no is written and in effect. A file or folder of the data could not be removed: it is no folder of ours (a symbolic link, another user’s), or the file system refuses.',
    remedy: 'Delete the path it names by hand.',
  },
  /* ---- looking and sending ---- */
  {
    code: 'USAGE',
    message: 'This is not a day of the calendar, written as YYYY-MM-DD, such as 2026-11-23.',
    why: '`sent` takes a UTC day.',
    remedy: 'Days that are kept: `dot-ai-analytics sent`.',
  },
  {
    code: 'NOT DONE',
    message: 'no such copy is kept. The days that are: dot-ai-analytics sent',
    why: '`sent --raw` found no body: nothing was sent on that day, or more than 45 days ago.',
    remedy: 'As it says.',
  },
  {
    code: 'NOT DONE',
    message: 'analytics is off: <who decided>. Nothing is sent. What decides: dot-ai-analytics status',
    why: '`send` sends only with consent, asked for again before each report.',
    remedy: 'As it says; or leave it off.',
  },
  {
    code: 'NOT DONE',
    message:
      'no destination is known. Set DOT_AI_POSTHOG_HOST and DOT_AI_POSTHOG_KEY, or "analyticsDestination" in config.json',
    why: 'Neither the environment, nor config.json, nor a server that ran here says where reports go. They are kept for 21 days.',
    remedy: 'Set one of the two.',
  },
  {
    code: 'NOT DONE',
    message: '<where>: <problem>',
    why: 'The configured destination is unusable: no host, no key, not a URL, or not https (http is allowed for loopback alone). It is not replaced by another.',
    remedy: 'Correct it where it says.',
  },
  {
    code: 'NOT DONE',
    message: '<count> could not be delivered and <are> kept',
    why: 'No connection, no answer within 3 s, or an answer that does not say that it was taken. The line above says which, for each report. 401 and 403: the key is refused.',
    remedy:
      'A refused key has to be corrected. Else nothing: running servers try again, with growing pauses, for 21 days.',
  },
  {
    code: 'NOT DONE',
    message: '<count> will not be taken, nor sent again. A copy is kept: dot-ai-analytics sent',
    why: 'The destination answered 400 or 413: these bytes are refused for good, perhaps by a collector with another vocabulary.',
    remedy: 'Nothing can be sent again; `dot-ai-analytics sent` has what it was.',
  },
  {
    code: 'NOT DONE',
    message: '<host> answered <status> and asked not to be sent anything before <time>. Reports are kept',
    why: 'The destination was too busy the last time: it answered 429 or 503 with a time before which not to come back.',
    remedy: 'Wait; running servers do so by themselves.',
  },
  {
    code: 'NOT DONE',
    message: 'the output could not be written: <cause>',
    why: 'stdout goes to a full disk or a broken device. A pipe that is closed early, as by `head`, is no error.',
    remedy: 'Write it elsewhere.',
  },
  /* ---- collector ---- */
  {
    code: 'COLLECTOR',
    message: "<host> port <port> can't be listened on: <cause>. Choose another with <option>.",
    why: 'Another program listens there, or the address is not one of this machine.',
    remedy: 'Another `--port`, or `--port 0` for any that is free.',
  },
  {
    code: 'COLLECTOR',
    message:
      '<host> can be reached from elsewhere, so reading needs a token. Set DOT_AI_COLLECTOR_TOKEN, or listen on 127.0.0.1.',
    why: 'On anything but loopback the dashboard would be open to everybody.',
    remedy: '`DOT_AI_COLLECTOR_TOKEN=$(openssl rand -hex 16)`, or a proxy in front of loopback.',
  },
  {
    code: 'COLLECTOR',
    message: 'Another collector, process <number>, uses <file>. Stop it, or name another file with --db.',
    why: 'A file belongs to one process.',
    remedy: 'As it says.',
  },
  {
    code: 'COLLECTOR',
    message: "<file> can't be used as a database: <cause>. Name another with --db.",
    why: 'It is no SQLite file, or damaged.',
    remedy: 'Name another; a damaged one can be opened with `sqlite3 FILE .recover`.'.replace('FILE', 'file'),
  },
  {
    code: 'COLLECTOR',
    message: '<file> has more than one name (hard links). Name a file of its own with --db.',
    why: 'Two collectors could not see that they use the same file.',
    remedy: 'Copy it, and name the copy.',
  },
  {
    code: 'COLLECTOR',
    message: 'The file is a database of another program. Name a file of its own with --db.',
    why: 'It has tables that are not ours; somebody else’s database stays as it is.',
    remedy: 'As it says.',
  },
  {
    code: 'COLLECTOR',
    message: 'The database is of a newer version of this program. Update it, or name another file with --db.',
    why: 'A later version wrote it.',
    remedy: 'Update this package.',
  },
  {
    code: 'COLLECTOR',
    message: "<path> can't be written: <cause>. Name another place with --db.",
    why: 'The folder is missing or read-only.',
    remedy: 'As it says.',
  },
  {
    code: 'COLLECTOR',
    message: "<folder> can't be made: <cause>. Name a file with --db.",
    why: 'The default place, beside config.json, can not be made.',
    remedy: 'As it says.',
  },
  {
    code: 'USAGE',
    message: '<option> takes a whole number from <least> to <most>.',
    why: '`--port`, `--min-rows` or `--rate` got something else.',
    remedy: 'As it says.',
  },
  {
    code: 'USAGE',
    message: 'DOT_AI_COLLECTOR_TOKEN has to have at least <number> characters, such as those of: openssl rand -hex 16',
    why: 'A short token can be guessed.',
    remedy: 'As it says.',
  },
  {
    code: 'USAGE',
    message:
      '<file> can\'t be used as a vocabulary: <problem>. It has to be a JSON object such as {"tools": ["recommend"], "features": []}.',
    why: '`--vocabulary` names no readable file with such an object.',
    remedy: 'As it says; bounds as for BAD_VOCABULARY.',
  },
  /* ---- dashboard posthog ---- */
  {
    code: 'USAGE',
    message:
      'POSTHOG_PERSONAL_API_KEY has to hold a personal key of PostHog with the scopes dashboard:write and insight:write. It is never taken from an argument, which other users of the machine could read.',
    why: '`dashboard posthog` changes a project of yours.',
    remedy: 'Make a key in the settings of your PostHog account; `--dry-run` needs none.',
  },
  {
    code: 'USAGE',
    message: '--project takes the number of the project, which is in the address of the app: /project/12345.',
    why: 'It is missing, or no number.',
    remedy: 'As it says.',
  },
  {
    code: 'USAGE',
    message:
      '--host takes the address of the app, such as https://eu.posthog.com or https://us.posthog.com; https only, but for loopback.',
    why: 'The personal key would travel in the clear.',
    remedy: 'As it says.',
  },
  {
    code: 'POSTHOG',
    message:
      "<host> can't be reached: <cause>. Check --host and the network; running the command again goes on where it stopped.",
    why: 'No connection, or no answer in time.',
    remedy: 'As it says.',
  },
  {
    code: 'POSTHOG',
    message: 'PostHog answered <status>: <what to do>.',
    why: 'The key, its scopes or the number of the project is wrong, PostHog is too busy, or an old self-hosted version does not know what is asked for.',
    remedy: 'The message says which.',
  },
  /* ---- the command line itself ---- */
  {
    code: 'COMMAND',
    message: "unknown command '<word>'",
    why: 'There is no such command; the nearest is suggested.',
    remedy: '`dot-ai-analytics --help` lists them.',
  },
  {
    code: 'COMMAND',
    message: "unknown option '<word>'",
    why: 'The command has no such option; the nearest is suggested.',
    remedy: 'The help of the command lists them.',
  },
  {
    code: 'COMMAND',
    message: "option '<option>' cannot be used with option '<other>'",
    why: 'Each asks for another form of the output.',
    remedy: 'Choose one.',
  },
  {
    code: 'COMMAND',
    message: "option '<option>' argument missing",
    why: 'The option takes a value.',
    remedy: 'Give it one.',
  },
  {
    code: 'COMMAND',
    message: "missing required argument '<name>'",
    why: 'The command needs to know what it is about.',
    remedy: 'The help of the command says what there is.',
  },
  {
    code: 'COMMAND',
    message: "command-argument value '<word>' is invalid for argument '<name>'. Allowed choices are <choices>.",
    why: 'There is no such choice.',
    remedy: 'One of those.',
  },
  {
    code: 'COMMAND',
    message: 'too many arguments<for whom>. Expected <count> but got <count>.',
    why: 'A word more than the command takes.',
    remedy: 'Leave it out.',
  },
];

const TITLES: Readonly<Record<ErrorEntry['code'], string>> = {
  BAD_VOCABULARY: 'A server’s declaration',
  NO_HOME: 'No folder',
  CONFIG_NOT_WRITTEN: 'config.json',
  DATA_NOT_DELETED: 'Data that stays',
  'NOT DONE': 'What was asked for did not come about',
  COLLECTOR: 'The collector',
  POSTHOG: 'PostHog’s API',
  USAGE: 'Values',
  COMMAND: 'The command line',
};

export function errorsMarkdown(): string {
  const codes = Object.keys(TITLES) as ErrorEntry['code'][];
  const sections = codes.map((code) => {
    const isCoded = code !== 'NOT DONE' && code !== 'COMMAND';
    const entries = ERRORS.filter((entry) => entry.code === code).map(
      ({ message, why, remedy }) => `**\`${message.replaceAll('`', "'")}\`**\\\n${why}\\\n*${remedy}*`,
    );
    const title = isCoded ? `${TITLES[code]} (\`${code}\`)` : TITLES[code];
    return `## ${title}\n\n${entries.join('\n\n')}`;
  });
  return `${[
    '# Errors',
    'Generated from `src/cli/docs/errors.ts` by `npm run docs`; a test brings each about. On stderr they begin with `Error: ` (`error: ` where it is about the words of the command line); `<…>` stands for what differs. The exit code is 2 for how the command was called (`USAGE`, and the last part of this page), else 1. In a program it is an `AnalyticsError` with the `code` shown.',
    'Recording and sending in a server never throw or print: `NODE_DEBUG=dot-ai-analytics` explains on stderr what happens there.',
    ...sections,
  ].join('\n\n')}\n`;
}
