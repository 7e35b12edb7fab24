import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import * as LIBRARY_ERRORS from './error-table/library.js';
import { AnalyticsError } from './errors.js';
import { entry, folderProblem, systemError } from './files.js';

/** Where everything lives. All paths are absolute: nothing is ever read relative to the current directory. */
export interface Home {
  /** `~/.dot-ai`, or what `DOT_AI_CONFIG_DIR` says. */
  readonly folder: string;
  /** `config.json`, shared with other programs. */
  readonly config: string;
  /** `analytics/`, ours alone: folders 0700, files 0600. */
  readonly data: string;
  readonly spool: string;
  readonly outbox: string;
  readonly sending: string;
  readonly sent: string;
  /** What the last server that recorded here declared: its destination and vocabulary, so that the CLI knows them too. */
  readonly server: string;
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
  };
}

/**
 * The home of this environment; undefined where there is none (a uid without a passwd entry) or where it is not an
 * absolute path, since a relative one would depend on whose checkout the server happens to run in.
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

/** Why there is no home, and what to do, without the last full stop; undefined if there is one. */
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
 * Looks at the data folder before anything in it is read, written or deleted: never through a symbolic link, never in
 * another user's folder. A missing one is fine.
 * @throws a system error
 */
export function assertOwnData({ data }: Home): void {
  const problem = folderProblem(data);
  if (problem !== undefined) throw systemError(problem, data);
}

/** True where a server could not keep its counts on disk: they are then in memory only, and can't be shown. */
export function isUnwritable({ data, folder }: Home): boolean {
  if (folderProblem(data) !== undefined) return true;
  let standing = entry(data) === undefined ? folder : data;
  while (entry(standing) === undefined && standing !== dirname(standing)) standing = dirname(standing);
  try {
    accessSync(standing, constants.W_OK);
    return false;
  } catch {
    return true;
  }
}
