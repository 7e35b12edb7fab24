import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import * as LIBRARY_ERRORS from './error-table/library.js';
import { AnalyticsError } from './errors.js';
import { entry } from './files.js';
import { folderProblem } from './folders.js';

/** The paths of all files. They are absolute: nothing is ever read relative to the current directory. */
export interface Home {
  /** `~/.dot-ai`, or the value of `DOT_AI_CONFIG_DIR`. */
  readonly folder: string;
  /** `config.json`, shared with other programs. */
  readonly config: string;
  /** `analytics/`, which only this package uses. Folders are 0700, files 0600. */
  readonly data: string;
  readonly spool: string;
  readonly outbox: string;
  readonly sending: string;
  readonly sent: string;
  /** The declaration of the last server that recorded here (destination, vocabulary), so that the CLI knows it. */
  readonly server: string;
  /** The recipient that was used last, and another one that waits to be accepted. */
  readonly recipient: string;
}

export function homeIn(folder: string): Home {
  const data = join(folder, 'analytics');
  return {
    folder,
    config: join(folder, 'config.json'),
    data,
    spool: join(data, 'spool'),
    outbox: join(data, 'outbox'),
    sending: join(data, 'sending'),
    sent: join(data, 'sent'),
    server: join(data, 'server.json'),
    recipient: join(data, 'recipient.json'),
  };
}

/**
 * The home of this environment. Undefined if there is none (a uid without a passwd entry), or if its path is relative:
 * such a path would depend on the folder in which the server was started.
 */
export function findHome(env: NodeJS.ProcessEnv): Home | undefined {
  const folder = env.DOT_AI_CONFIG_DIR || defaultFolder(env);
  return folder !== undefined && isAbsolute(folder) ? homeIn(folder) : undefined;
}

function defaultFolder(env: NodeJS.ProcessEnv): string | undefined {
  const home = process.platform === 'win32' ? env.USERPROFILE : env.HOME;
  if (home) return join(home, '.dot-ai');
  try {
    return join(homedir(), '.dot-ai');
  } catch {
    return undefined; // os.homedir() throws for a uid that the system does not know
  }
}

/** Why there is no home and what to do, without the last full stop; undefined if there is a home. */
export function homeProblem(env: NodeJS.ProcessEnv): string | undefined {
  return findHome(env) === undefined ? noHome(env).message.slice(0, -1) : undefined;
}

/** @throws AnalyticsError `NO_HOME` */
export function requireHome(env: NodeJS.ProcessEnv): Home {
  const home = findHome(env);
  if (home === undefined) throw noHome(env);
  return home;
}

function noHome(env: NodeJS.ProcessEnv): AnalyticsError {
  return new AnalyticsError(LIBRARY_ERRORS.noHome, { variable: env.DOT_AI_CONFIG_DIR ? 'DOT_AI_CONFIG_DIR' : 'HOME' });
}

/**
 * Looks at the data folder before anything in it is read, written or deleted: never through a symbolic link, never
 * where another user can exchange files. A missing one is fine.
 * @throws a system error
 */
export function assertOwnData({ data }: Home): void {
  const problem = entry(data) && folderProblem(data);
  if (problem !== undefined) throw problem;
}

/** True if a server cannot write its counts to disk. It keeps them in memory, where no view can read them. */
export function isUnwritable({ data, folder }: Home): boolean {
  if (folderProblem(data) !== undefined) return true;
  let existing = entry(data) === undefined ? folder : data;
  while (entry(existing) === undefined && existing !== dirname(existing)) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK);
    return false;
  } catch {
    return true;
  }
}
