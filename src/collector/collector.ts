import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { type Clock, monotonicClock, systemClock } from '../platform/clock.js';
import * as COLLECTOR_ERRORS from '../platform/error-table/collector.js';
import { AnalyticsError, messageOf, systemCode } from '../platform/errors.js';
import { isLoopback } from '../platform/loopback.js';
import type { Vocabulary } from '../schema/vocabulary.js';
import { createGuessLimit, createReaders } from './api/access.js';
import { answerReport, isReport } from './api/receive.js';
import { refuse } from './api/refusal.js';
import { createApp } from './api/routes.js';
import type { Release } from './api/source.js';
import { limitConnections } from './intake/connections.js';
import { createLine } from './intake/line.js';
import { createNames } from './intake/names.js';
import { createRateLimit, senderOfRequest } from './intake/rate-limit.js';
import { createRefusals } from './intake/refusals.js';
import { createPublished } from './publish/published.js';
import { openStore } from './store/cell-store.js';
import { openIntervals } from './store/interval-store.js';
import { openDatabase } from './store/open.js';
import { createWriter } from './store/writer.js';

export interface CollectorOptions {
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
  /** The database's file. Created if it is missing. */
  readonly db: string;
  /** Numbers are pooled until they are from so many installs; 1 shows days as they are stored. */
  readonly minInstalls: number;
  /** Reports a minute from one sender; 0 means no limit. */
  readonly rate: number;
  readonly vocabulary: Vocabulary;
  /** Reads the vocabulary again, when a report holds a name that is not in it. */
  readonly readVocabulary?: () => Vocabulary;
  /** The folder of the dashboard's files. */
  readonly page: string;
  /** Readers must send it. Required unless the host is loopback. */
  readonly token?: string;
  /** Further host names that are accepted on loopback, for example that of a proxy. */
  readonly allowHosts?: readonly string[];
  /** Take the sender's address from X-Forwarded-For. */
  readonly trustProxy?: boolean;
  readonly releases?: readonly Release[];
  /** The file contains an invented year, and the dashboard says so. */
  readonly isInvented?: boolean;
  readonly clock?: Clock;
  /** Milliseconds since any moment, never set back: for rates and intervals. */
  readonly monotonic?: Clock;
  /** Is told, in whole sentences, what operators have to know. Never anything of a sender. */
  readonly log?: (line: string) => void;
}

export interface Collector {
  readonly url: string;
  /** Answers the requests it has received, writes the reports that wait, and closes the file. */
  close(): Promise<void>;
}

/** A report has a few kilobytes. A sender that needs longer is not sending a report. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 5_000;
const CHECK_INTERVAL_MS = 1_000;
const MAX_HEADER_BYTES = 8_192;
const MAX_CONNECTIONS_PER_SENDER = 100;
const MAX_QUESTIONS_WAITING = 100;
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * Starts a collector. One process uses one file.
 * @throws AnalyticsError `COLLECTOR` if the file or the address cannot be used, or a token is missing
 */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const {
    host,
    port,
    db,
    minInstalls,
    rate,
    vocabulary,
    readVocabulary = () => vocabulary,
    page,
    token,
    isInvented = false,
    releases = [],
    allowHosts = [],
    trustProxy = false,
    clock = systemClock,
    monotonic = monotonicClock,
    log = () => {},
  } = options;
  if (!isLoopback(host) && token === undefined) throw new AnalyticsError(COLLECTOR_ERRORS.tokenMissing, { host });
  const database = await openDatabase(db, log);
  const store = openStoreOrClose(database);
  const published = createPublished(store, openIntervals(database), minInstalls, clock);
  const writer = createWriter({ store, clock, monotonic, log, onChange: published.changed });
  const readers = createReaders(host, token, allowHosts);
  const parts = {
    names: createNames(vocabulary, readVocabulary, monotonic),
    minInstalls,
    isInvented,
    releases,
    writer,
    isOurs: database.isOurs,
    published,
    readers,
    page,
    trustProxy,
    clock,
    rate: createRateLimit(rate, monotonic),
    refusals: createRefusals(monotonic, log),
  };
  const app = createApp(parts);
  const guesses = token === undefined ? undefined : createGuessLimit(readers, monotonic, log);
  const questions = createLine(MAX_QUESTIONS_WAITING);
  const answer = getRequestListener(async (request, env) => {
    const { incoming } = env as HttpBindings;
    const { authorization } = incoming.headers;
    if (guesses !== undefined && authorization !== undefined) {
      const mayTry = await guesses.admit(senderOfRequest(incoming, trustProxy), authorization);
      if (!mayTry) return refuse(429, 'too many wrong tokens; try again later', { 'retry-after': '60' });
    }
    if (incoming.url === '/healthz') return app.fetch(request, env);
    const answerIt = () => (incoming.socket.destroyed ? refuse(503, 'nobody waits') : app.fetch(request, env));
    return questions(answerIt) ?? refuse(503, 'too many questions at once; try again later', { 'retry-after': '1' });
  });
  const serverOptions = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server = createServer(serverOptions, (incoming, outgoing) => {
    if (!connections.admit(incoming, outgoing)) return;
    if (isReport(incoming)) void answerReport(incoming, outgoing, parts);
    else void answer(incoming, outgoing);
  });
  const connections = limitConnections(server, {
    perSender: trustProxy ? 0 : MAX_CONNECTIONS_PER_SENDER,
    monotonic: monotonicClock,
  });
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  } catch (error) {
    connections.close();
    store.close();
    const isPort = ['EADDRINUSE', 'EACCES'].includes(systemCode(error) ?? '');
    const { portNotAvailable, hostNotAvailable } = COLLECTOR_ERRORS;
    throw new AnalyticsError(isPort ? portNotAvailable : hostNotAvailable, { host, port, cause: messageOf(error) });
  }
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A sender that keeps its connection is disconnected after its next answer.
      const idle = setInterval(() => server.closeIdleConnections(), 20);
      const late = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
      await closed;
      connections.close();
      clearTimeout(late);
      clearInterval(idle);
      await writer.close();
      store.close();
    },
  };
}

function openStoreOrClose(database: Awaited<ReturnType<typeof openDatabase>>) {
  try {
    return openStore(database);
  } catch (error) {
    database.close();
    throw error;
  }
}
