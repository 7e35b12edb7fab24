import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../platform/clock.js';
import { debug } from '../../platform/debug.js';
import { messageOf } from '../../platform/errors.js';
import { discardRest, readBody } from '../intake/body.js';
import { MAX_BODY_BYTES, open } from '../intake/intake.js';
import type { Names } from '../intake/names.js';
import { type RateLimit, senderOfRequest } from '../intake/rate-limit.js';
import type { Refusals } from '../intake/refusals.js';
import type { Writer } from '../store/writer.js';
import type { Readers } from './access.js';
import { type Answer, NOT_A_NAME, refusal, send } from './refusal.js';

/** What receiving a report takes. */
export interface Receiving {
  readonly readers: Readers;
  readonly names: Names;
  readonly writer: Writer;
  readonly rate: RateLimit;
  readonly refusals: Refusals;
  readonly clock: Clock;
  /** Take the sender's address from the header that a proxy adds. */
  readonly trustProxy: boolean;
}

/** A refused report takes this much of the allowance. No real client sends one, and checking it costs as much. */
const REFUSED_COSTS = 10;

const TAKEN: Answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"status":1}' };

/** Reports need no token, and come thousands of times a second: they are answered without the routes. */
export const isReport = ({ method, url }: IncomingMessage) => method === 'POST' && url === '/batch/';

export async function answerReport(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  receiving: Receiving,
): Promise<void> {
  const answer = await receive(incoming, receiving).catch((error) => {
    debug('collector: %s', error instanceof Error ? error.stack : error);
    return refusal(500, messageOf(error));
  });
  send(answer, outgoing);
  if (!incoming.complete) discardRest(incoming);
}

/** Answers 200 only when the report is on disk, or was there before. */
export async function receive(
  incoming: IncomingMessage,
  { readers, rate, trustProxy, names, writer, refusals, clock }: Receiving,
): Promise<Answer> {
  const { host, origin, 'content-encoding': encoding } = incoming.headers;
  if (!readers.isKnownHost(host)) return refusal(421, NOT_A_NAME);
  // No client of this package is a browser, so that a page that posts here is of another site.
  if (origin !== undefined) return refusal(403, 'reports from browsers are not accepted');
  const sender = senderOfRequest(incoming, trustProxy);
  if (!rate.take(sender)) {
    return refusal(429, 'too many reports from one sender', { 'retry-after': '60' });
  }
  const body = await readBody(incoming, MAX_BODY_BYTES);
  if (body === undefined) {
    // The rest of the body is not read.
    return refusal(413, `body: expected at most ${MAX_BODY_BYTES} bytes`, { connection: 'close' });
  }
  const check = () => open(body, encoding, names.now(), clock());
  let arrival = check();
  // A server may have declared more names since.
  if ('problem' in arrival && arrival.rule === 'unknown name' && names.refresh()) arrival = check();
  if ('problem' in arrival) {
    rate.take(sender, REFUSED_COSTS - 1);
    refusals.add(arrival);
    // 422: the value may be known later, so the sender keeps the report. 400: malformed, so it is never sent again.
    return refusal(arrival.rule === 'malformed' ? 400 : 422, arrival.problem);
  }
  try {
    await writer.write(arrival);
  } catch (error) {
    debug('collector: %s', messageOf(error));
    return refusal(503, 'the report could not be written; send it again later');
  }
  refusals.accept();
  return TAKEN;
}
