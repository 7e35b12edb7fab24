import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Clock } from '../../platform/clock.js';
import { debug } from '../../platform/debug.js';
import { messageOf } from '../../platform/errors.js';
import { readBody } from '../intake/body.js';
import { MAX_BODY_BYTES, open } from '../intake/intake.js';
import type { Names } from '../intake/names.js';
import { type RateLimit, senderOfRequest } from '../intake/rate-limit.js';
import type { Refusals } from '../intake/refusals.js';
import type { Writer } from '../store/writer.js';
import { refuse } from './refusal.js';

export type Env = { Bindings: HttpBindings };

/** What receiving a report takes. */
export interface Receiving {
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

/** Answers 200 only when the report is on disk, or was there before. */
export async function receive(
  c: Context<Env>,
  { rate, trustProxy, names, writer, refusals, clock }: Receiving,
): Promise<Response> {
  // No client of this package is a browser, so that a page that posts here is of another site.
  if (c.req.header('origin') !== undefined) return refuse(403, 'reports from browsers are not accepted');
  const sender = senderOfRequest(c.env.incoming, trustProxy);
  if (!rate.take(sender)) {
    return refuse(429, 'too many reports from one sender', { 'retry-after': '60' });
  }
  const body = await readBody(c.env.incoming, MAX_BODY_BYTES);
  if (body === undefined) {
    // The rest of the body is not read.
    return refuse(413, `body: expected at most ${MAX_BODY_BYTES} bytes`, { connection: 'close' });
  }
  const check = () => open(body, c.req.header('content-encoding'), names.now(), clock());
  let arrival = await check();
  // A server may have declared more names since.
  if ('problem' in arrival && arrival.rule === 'unknown name' && names.refresh()) arrival = await check();
  if ('problem' in arrival) {
    rate.take(sender, REFUSED_COSTS - 1);
    refusals.add(arrival);
    // What may be known later is kept by its sender (422); what is malformed is not sent again (400).
    return refuse(arrival.rule === 'malformed' ? 400 : 422, arrival.problem);
  }
  try {
    await writer.write(arrival);
  } catch (error) {
    debug('collector: %s', messageOf(error));
    return refuse(503, 'the report could not be written; send it again later');
  }
  refusals.accept();
  return c.json({ status: 1 });
}
