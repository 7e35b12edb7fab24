import type { ErrorDefinition } from './definition.js';

/** Errors of starting a collector. */
export const portNotAvailable = {
  code: 'COLLECTOR',
  message: 'Cannot listen on <host>, port <port>: <cause>. Choose another port with --port.',
  why: 'Another program listens there, or the port is reserved for root.',
  remedy: '`--port 0` takes any free port.',
} as const satisfies ErrorDefinition;

export const hostNotAvailable = {
  code: 'COLLECTOR',
  message: 'Cannot listen on <host>, port <port>: <cause>. Choose another address with --host.',
  why: 'The address does not belong to this machine.',
} as const satisfies ErrorDefinition;

export const tokenMissing = {
  code: 'COLLECTOR',
  message:
    '<host> can be reached from other machines, so reading needs a token. Set DOT_AI_COLLECTOR_TOKEN, or listen on 127.0.0.1.',
  why: 'On any address but loopback, the dashboard would be open to everyone.',
  remedy:
    'To create a token: `export DOT_AI_COLLECTOR_TOKEN=$(openssl rand -hex 16)`. Or put a proxy in front of loopback.',
} as const satisfies ErrorDefinition;

export const badReleases = {
  code: 'USAGE',
  message:
    '<file> cannot be used as a list of releases: <problem>. It must be a JSON list such as [{"date": "2026-11-23", "name": "2.3.0"}].',
  why: '`--releases` does not name a readable file with such a list. A name has at most 40 printable characters.',
} as const satisfies ErrorDefinition;

export const badAction = {
  code: 'USAGE',
  message: 'There is no action <action>. Write a static copy: dot-ai-analytics collector publish FOLDER',
  why: 'The only action of `collector` is `publish`, which needs a folder. Without one, the collector starts.',
} as const satisfies ErrorDefinition;

export const notPublished = {
  code: 'COLLECTOR',
  message: 'The numbers cannot be copied into <folder>: <cause>.',
  why: 'The folder cannot be written, the collector at --url does not answer, the file is missing, or numbers are not pooled (--min-installs 1).',
} as const satisfies ErrorDefinition;

export const databaseInUse = {
  code: 'COLLECTOR',
  message: 'Another collector, process <pid>, uses <file>. Stop it, or name another file with --db.',
  why: 'A database file belongs to one process.',
} as const satisfies ErrorDefinition;

export const databaseInUseElsewhere = {
  code: 'COLLECTOR',
  message:
    'Another collector, process <pid> on <host>, uses <file>, in another container or on another machine. Stop it, or name another file with --db.',
  why: 'A database file belongs to one process. While it runs, that process touches `FILE.owner` every two seconds.',
  remedy:
    'Stop the old collector before the new one starts (in Kubernetes `strategy: Recreate`). After a kill, the next one waits ten seconds.',
} as const satisfies ErrorDefinition;

export const ownerNotReadable = {
  code: 'COLLECTOR',
  message:
    '<file> says who uses the database, and it cannot be read. If no collector uses it, remove that file; or name another database with --db.',
  why: 'Another user owns it, it is not a file, or other processes keep changing it.',
} as const satisfies ErrorDefinition;

export const databaseNotUsable = {
  code: 'COLLECTOR',
  message: '<file> cannot be used as a database: <cause>. Name another file with --db.',
  why: 'The file is not an SQLite database, it is damaged or cut off, or it is a folder, a FIFO or a device.',
  remedy: 'To read what is left in a damaged file: `sqlite3 file .recover`.',
} as const satisfies ErrorDefinition;

export const databaseHasLinks = {
  code: 'COLLECTOR',
  message: '<file> has more than one name (hard links). Name a file that has only one with --db.',
  why: 'Two collectors that use different names would not notice that they use the same file.',
  remedy: 'Copy the file, and name the copy.',
} as const satisfies ErrorDefinition;

export const databaseIsForeign = {
  code: 'COLLECTOR',
  message: '<file> is a database of another program. Name another file with --db.',
  why: 'The database has tables that no collector created. It stays unchanged.',
} as const satisfies ErrorDefinition;

export const databaseIsNewer = {
  code: 'COLLECTOR',
  message:
    '<file> was written by a newer version of this program. Update this program, or name another file with --db.',
  why: 'A later version of this package wrote it.',
} as const satisfies ErrorDefinition;

export const ownerNotWritten = {
  code: 'COLLECTOR',
  message: '<file> cannot be written: <cause>. Name a database in another folder with --db.',
  why: 'The folder of the database is missing or read-only.',
} as const satisfies ErrorDefinition;

export const folderNotCreated = {
  code: 'COLLECTOR',
  message: '<folder> cannot be created: <cause>. Name a file in another folder with --db.',
  why: 'By default, the database is in the folder of config.json, and this folder cannot be created.',
} as const satisfies ErrorDefinition;

export const invalidNumber = {
  code: 'USAGE',
  message: '<option> takes a whole number from <min> to <max>.',
  why: '`--port`, `--min-installs`, `--rate` or `--installs` has another value.',
} as const satisfies ErrorDefinition;

export const tokenTooShort = {
  code: 'USAGE',
  message: 'DOT_AI_COLLECTOR_TOKEN must have at least <min> characters. To create one: openssl rand -hex 16',
  why: 'A short token can be guessed.',
} as const satisfies ErrorDefinition;

export const invalidVocabulary = {
  code: 'USAGE',
  message:
    '<file> cannot be used as a vocabulary: <problem>. It must be a JSON object such as {"tools": ["recommend"], "features": []}.',
  why: '`--vocabulary` does not name a readable file with such an object. The names follow the rules of `BAD_VOCABULARY`, and there may be up to {MAX_KNOWN_NAMES} of each list.',
} as const satisfies ErrorDefinition;
