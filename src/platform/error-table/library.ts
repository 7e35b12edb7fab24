import type { ErrorDefinition } from './definition.js';

/** Errors of the functions that a server embeds and that the command line shares. */
export const badVocabulary = {
  code: 'BAD_VOCABULARY',
  message: 'The declared <list> cannot be used: <problem>.',
  why: 'A server declares names that break the rules: at most {MAX_NAMES} names, each of at most {MAX_NAME_LENGTH} characters: a lower-case letter, then letters, digits, `_` or `-`, no name twice (`-` counts as `_`), and neither `other` nor `start`. `createAnalytics` throws this the first time the server starts.',
  remedy: 'Correct the declared names.',
} as const satisfies ErrorDefinition;

export const noHome = {
  code: 'NO_HOME',
  message:
    '<variable> is not an absolute path, so there is no folder for settings and counts. Set DOT_AI_CONFIG_DIR to an absolute path.',
  why: '`HOME` is not set, or `DOT_AI_CONFIG_DIR` is relative. A relative path would depend on the directory in which a server happens to run.',
  remedy: 'Use the same `DOT_AI_CONFIG_DIR` for servers and for the command.',
} as const satisfies ErrorDefinition;

export const configNotWritten = {
  code: 'CONFIG_NOT_WRITTEN',
  message:
    '<file> could not be written: <cause>. Nothing was changed. Make the file writable, or decide with the environment variable DOT_AI_ANALYTICS=true or =false.',
  why: 'The file or its folder is read-only, the disk is full, the file is a mount point, or it belongs to another user.',
  remedy: 'In a container with a read-only root, mount a folder and name it with `DOT_AI_CONFIG_DIR`.',
} as const satisfies ErrorDefinition;

export const configLocked = {
  code: 'CONFIG_NOT_WRITTEN',
  message:
    '<file> could not be written, because another process holds <lock>. Nothing was changed. Try again in a few seconds.',
  why: 'Another process is changing the file. If a process was killed, its lock is removed after three seconds.',
  remedy: 'If it happens again and no process is changing the file, delete the lock.',
} as const satisfies ErrorDefinition;

export const configNotUnderstood = {
  code: 'CONFIG_NOT_WRITTEN',
  message:
    '<problem>. Nothing was changed. Repair the file, or decide anew with dot-ai-analytics enable --replace or disable, which keep a copy.',
  why: '`enable` and `hint` do not change a config.json that is not JSON, that has a key of this package twice or with a value of another type, that a later version wrote, that another user owns, or that other users can write. Only `enable --replace` and `disable` replace such a file.',
} as const satisfies ErrorDefinition;

export const dataNotDeleted = {
  code: 'DATA_NOT_DELETED',
  message: '<path> could not be deleted: <cause>. Delete it by hand.',
  why: 'The data folder is a symbolic link, another user owns it or the folder above it, other users can write one of them, or the file system refuses. After `disable` the opt-out is saved and in effect all the same.',
} as const satisfies ErrorDefinition;

export const senderNotStopped = {
  code: 'DATA_NOT_DELETED',
  message:
    'Process <pid> is sending a report and does not stop. All files are deleted, but what it holds in memory may still leave. End that process, then run the command again.',
  why: 'A server that sends gives up within a moment. This one is suspended (Ctrl-Z, a debugger), or it cannot be seen from here, because it runs in another container or as another user, for example root. A sender that cannot be seen counts as alive for ten minutes. After `disable` the opt-out is saved and in effect all the same.',
} as const satisfies ErrorDefinition;
