import { join } from 'node:path';
import type { Release } from '../../collector/api/source.js';
import { type Collector, type CollectorOptions, startCollector } from '../../collector/collector.js';
import * as COLLECTOR_ERRORS from '../../platform/error-table/collector.js';
import { AnalyticsError, messageOf } from '../../platform/errors.js';
import { makeFolder } from '../../platform/folders.js';
import { requireHome } from '../../platform/home.js';
import { isLoopback } from '../../platform/loopback.js';
import { packageRoot } from '../../platform/package-root.js';
import { dayOf } from '../../schema/calendar.js';
import type { Vocabulary } from '../../schema/vocabulary.js';
import { readReleases } from '../collector-releases.js';
import { findVocabulary } from '../collector-vocabulary.js';
import type { Invocation, Run } from '../command.js';
import { EXIT } from '../exit-code.js';
import { shortPath } from '../format.js';
import type { Output } from '../output.js';

export const run: Run<'collector'> = async (invocation, output) => {
  const { argument: action, second: folder } = invocation;
  const { vocabulary, told } = findVocabulary(invocation.options.vocabulary ?? [], process.env);
  if (action !== undefined) {
    if (action !== 'publish' || folder === undefined) throw new AnalyticsError(COLLECTOR_ERRORS.badAction, { action });
    const { publishCopy } = await import('../collector-copy.js');
    return publishCopy(folder, readOptions(invocation, vocabulary), invocation.options.url, output);
  }
  const options = readOptions(invocation, vocabulary);
  const releases = options.isInvented ? await invent(options.db, installsOf(invocation), output) : [];
  const readVocabulary = () => findVocabulary(invocation.options.vocabulary ?? [], process.env).vocabulary;
  const collector = await startCollector({
    ...options,
    releases: [...releases, ...(options.releases ?? [])],
    readVocabulary,
    log: (line) => output.remark(line),
  });
  const closed = closeOnSignal(collector);
  // A program that starts a collector reads the address from this line, and may end the collector at once.
  output.line(`The collector is ready: ${collector.url}`);
  tell(collector, options, told, output);
  await closed;
  return EXIT.done;
};

async function invent(db: string, installs: number, output: Output): Promise<Release[]> {
  const { fillYear, repairedOn } = await import('../../simulation/year.js');
  const what = `Inventing a year of ${installs} installs`;
  output.remark(`${what}. This takes up to a minute, and is done once.`);
  await fillYear({ db, installs, today: dayOf(Date.now()), onProgress: (part) => output.progress(what, part) });
  return [{ date: repairedOn(dayOf(Date.now())), name: 'invented 1.5' }];
}

function tell(
  { url }: Collector,
  { db, minInstalls, isInvented, host }: CollectorOptions,
  told: string,
  output: Output,
): void {
  if (isInvented) output.remark('It shows an invented year: nobody made these counts.');
  output.remark(`File: ${shortPath(db)}`);
  output.remark(
    minInstalls > 1
      ? `Numbers are shown once they are from at least ${minInstalls} installs.`
      : 'Numbers are not pooled: every day is shown as it is stored.',
  );
  output.remark(told);
  // Clients use http on loopback only.
  const address = isLoopback(host) ? url.replace(/\/$/, '') : 'https://THE-NAME-OF-YOUR-TLS-PROXY';
  output.remark('A server sends to it with these variables. Ctrl-C ends the collector.');
  output.remark(`DOT_AI_ANALYTICS_HOST=${address} DOT_AI_ANALYTICS_KEY=any`);
}

const INSTALLS = { min: 5, max: 300 };

function installsOf({ options }: Invocation<'collector'>): number {
  return parseNumber('--installs', options.installs, INSTALLS.max, INSTALLS.min, INSTALLS.max);
}

/** Closes the collector on SIGTERM and SIGINT. Resolves when everything it acknowledged is on disk. */
function closeOnSignal(collector: Collector): Promise<void> {
  return new Promise((resolve, reject) => {
    let isClosing = false;
    const stop = () => {
      if (isClosing) return;
      isClosing = true;
      collector.close().then(resolve, reject);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

const DEFAULT_PORT = 8377;
const DEFAULT_MIN_INSTALLS = 5;
const DEFAULT_RATE = 120;
const MIN_TOKEN_LENGTH = 16;

function readOptions({ options }: Invocation<'collector'>, vocabulary: Vocabulary): CollectorOptions {
  const { host = '127.0.0.1', db, allowHost } = options;
  const token = process.env.DOT_AI_COLLECTOR_TOKEN?.trim();
  if (token && token.length < MIN_TOKEN_LENGTH) {
    throw new AnalyticsError(COLLECTOR_ERRORS.tokenTooShort, { min: MIN_TOKEN_LENGTH });
  }
  return {
    host,
    port: parseNumber('--port', options.port, DEFAULT_PORT, 0, 65_535),
    minInstalls: parseNumber('--min-installs', options.minInstalls, DEFAULT_MIN_INSTALLS, 1, 1_000),
    rate: parseNumber('--rate', options.rate, DEFAULT_RATE, 0, 1_000_000),
    vocabulary,
    page: join(packageRoot(), 'dist', 'page'),
    allowHosts: allowHost?.toLowerCase().split(',') ?? [],
    trustProxy: options.trustProxy === true,
    isInvented: options.demo === true,
    ...(token ? { token } : {}),
    releases: readReleases(options.releases),
    db: db ?? defaultFile(options.demo === true ? installsOf({ options, argument: undefined }) : undefined), // last, because it creates a folder, and a wrong option must create nothing
  };
}

/** In the folder of config.json, which is created if it is missing. The folder of a file that the user names is not. */
function defaultFile(invented: number | undefined): string {
  const { folder } = requireHome(process.env);
  try {
    makeFolder(folder);
  } catch (error) {
    throw new AnalyticsError(COLLECTOR_ERRORS.folderNotCreated, { folder, cause: messageOf(error) });
  }
  return join(folder, invented === undefined ? 'collector.db' : `collector-demo-${invented}.db`);
}

function parseNumber(option: string, given: string | undefined, otherwise: number, min: number, max: number): number {
  const value = given === undefined ? otherwise : /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new AnalyticsError(COLLECTOR_ERRORS.invalidNumber, { option, min, max });
}
