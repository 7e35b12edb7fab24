import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock.js';
import { isLoopback } from '../../platform/loopback.js';
import { createRateLimit } from '../intake/rate-limit.js';

/** Decides which requests may be answered. */
export interface Readers {
  /** Whether the request uses a name of this collector. A page of another site may have pointed its name here. */
  isKnownHost(host: string | undefined): boolean;
  /** Whether the sender may read the counts. */
  mayRead(authorization: string | undefined): boolean;
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * @param host the address on which the collector listens. On loopback everybody on the machine may read, under a name
 *   of the machine only. On other addresses a reader needs the token, which no other site has.
 */
export function createReaders(host: string, token: string | undefined, names: readonly string[]): Readers {
  const known = new Set([...LOOPBACK_NAMES, host.includes(':') ? `[${host}]` : host, ...names]);
  return {
    isKnownHost: (header) => !isLoopback(host) || known.has((header ?? '').toLowerCase().replace(/:\d+$/, '')),
    mayRead: (authorization) => token === undefined || isToken(authorization, token),
  };
}

/** Limits how often tokens can be guessed. */
export interface GuessLimit {
  /** Whether a sender's token may be compared. May let it wait for its turn. */
  admit(sender: string, authorization: string): Promise<boolean>;
}

const GUESSES_PER_MINUTE = 10;
const ALL_GUESSES_PER_MINUTE = 300;
const TURN_MS = 250;
const MAX_WAITING = 20;
const MAX_KNOWN = 1_000;
const LOG_INTERVAL_MS = 60_000;

/**
 * A sender has GUESSES_PER_MINUTE wrong tokens. After that not even the right one is compared, so that nothing can be
 * learned. If all senders together guess more than ALL_GUESSES_PER_MINUTE, those that have not shown the right token
 * yet stand in line, however many addresses there are.
 *
 * @param clock a monotonic one
 * @param log is told how many wrong tokens there were, at most once a minute
 */
export function createGuessLimit(readers: Readers, clock: Clock, log: (line: string) => void): GuessLimit {
  const ofSender = createRateLimit(GUESSES_PER_MINUTE, clock);
  const ofAll = createRateLimit(ALL_GUESSES_PER_MINUTE, clock);
  const known = new Set<string>();
  let waiting = 0;
  let wrong = 0;
  let toldAt = Number.NEGATIVE_INFINITY;

  async function turn(): Promise<boolean> {
    if (waiting >= MAX_WAITING) return false;
    waiting += 1;
    await new Promise((resolve) => setTimeout(resolve, waiting * TURN_MS));
    waiting -= 1;
    return true;
  }

  function count(sender: string): void {
    ofSender.take(sender);
    ofAll.take('');
    wrong += 1;
    if (clock() - toldAt < LOG_INTERVAL_MS) return;
    toldAt = clock();
    log(`Wrong tokens so far: ${wrong}. Senders of more than ${GUESSES_PER_MINUTE} a minute are answered 429.`);
  }

  return {
    async admit(sender, authorization) {
      if (!known.has(sender) && !ofAll.take('', 0) && !(await turn())) return false;
      if (!ofSender.take(sender, 0)) return false;
      if (!readers.mayRead(authorization)) count(sender);
      else if (known.size < MAX_KNOWN) known.add(sender);
      return true;
    },
  };
}

/** Programs send a bearer token. Browsers send the token as the password of any user, and remember it. */
function isToken(authorization: string | undefined, token: string): boolean {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer') return isSame(credentials, token);
  if (scheme.toLowerCase() !== 'basic') return false;
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  return isSame(text.slice(text.indexOf(':') + 1), token);
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
