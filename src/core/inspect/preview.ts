import { isEphemeral } from '../../platform/ephemeral.js';
import { type Day, dayOf } from '../../schema/calendar.js';
import { openEnvelope } from '../../schema/envelope.js';
import { SCHEMA } from '../../schema/fields.js';
import type { Destination } from '../consent/destination.js';
import { describe, type Stored } from '../deliver/outbox.js';
import { headersFor } from '../deliver/post.js';
import { seenBefore } from '../report/first-flags.js';
import { freeze } from '../report/freeze.js';
import type { Totals } from '../report/totals.js';
import { NotFrozen, type Unfrozen } from '../report/unfrozen.js';
import { exampleTotals } from './example.js';
import {
  blindSpot,
  type InspectOptions,
  type Local,
  lookAt,
  pendingWarning,
  unfrozenWarning,
  type View,
} from './local-state.js';
import { openDays } from './open-days.js';
import { waitingReports } from './waiting.js';

/** One request that is waiting, or that would be sent if the day closed now. */
export interface PreviewRequest {
  /** `final`: exactly these bytes. `draft`: the day is still open; ids and order are drawn when it closes. */
  readonly state: 'final' | 'draft';
  readonly day: Day;
  readonly method: 'POST';
  /** Null if there is no destination; then nothing is sent. */
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  /** The SHA-256 of the body, in hexadecimal. */
  readonly sha256: string;
  readonly body: string;
}

/** What `preview --json` prints. */
export interface Preview {
  readonly version: 1;
  readonly enabled: boolean;
  /** `example`: analytics is off, and the counts are invented. */
  readonly kind: 'pending' | 'example';
  readonly requests: readonly PreviewRequest[];
}

/**
 * Reads what would be sent, in the order of sending. The code that sends also makes the preview. While analytics is
 * off, it runs on example counts. Never writes.
 */
export async function readPreview(options: InspectOptions = {}): Promise<Preview> {
  return (await viewPreview(options)).data;
}

export interface PreviewView extends View<Preview> {
  readonly recipient: Destination | null;
}

export async function viewPreview(options: InspectOptions = {}): Promise<PreviewView> {
  const local = lookAt(options);
  const { recipient } = local.resolved;
  const { enabled } = local.consent;
  const waiting = waitingReports(local);
  const schema = local.consent.acceptedSchema ?? SCHEMA;
  const sendable = waiting.filter(({ body }) => 'report' in openEnvelope(body, local.vocabulary, schema));
  const stopped = pendingWarning(local.resolved) ?? local.resolved.problem;
  const warnings = [blindSpot(local), unsendable(waiting.length - sendable.length), stopped].filter(
    (warning) => warning !== undefined,
  );
  const finals = sendable.map((stored) => request(local, 'final', stored));
  const drafts = await Promise.all(openDays(local).map(({ day, totals }) => draft(local, day, totals)));
  const requests = [...finals, ...drafts.filter(isRequest)];
  warnings.push(...drafts.flatMap((one) => (isRequest(one) ? [] : unfrozenWarning(one))));
  // Even while analytics is off here: a server whose own environment enables it will send these.
  if (enabled || requests.length > 0)
    return { data: { version: 1, enabled, kind: 'pending', requests }, warnings, recipient };
  const example = await draft(local, dayOf(local.now), exampleTotals(local.vocabulary));
  if (!isRequest(example)) warnings.push(`there is no example, because ${example.problem}`);
  const examples = [example].filter(isRequest);
  return { data: { version: 1, enabled, kind: 'example', requests: examples }, warnings, recipient };
}

/** A warning about reports whose names or fields may not be sent now. */
function unsendable(count: number): string | undefined {
  return count === 0
    ? undefined
    : `files in the outbox that are not sent, because the servers here did not record them, or they have fields of a schema later than the accepted one: ${count}`;
}

function isRequest(one: PreviewRequest | Unfrozen): one is PreviewRequest {
  return 'body' in one;
}

async function draft(local: Local, day: Day, totals: Totals): Promise<PreviewRequest | Unfrozen> {
  const { env, home, vocabulary, consent, resolved, declaration } = local;
  const schema = consent.acceptedSchema ?? SCHEMA;
  const isKept = home !== undefined && !(declaration?.ephemeral ?? isEphemeral(env, home));
  const seen = isKept ? seenBefore(home, day) : undefined;
  try {
    const body = await freeze(totals, { day, vocabulary, schema, seen, key: resolved.recipient?.key ?? '' });
    return request(local, 'draft', describe(day, body));
  } catch (error) {
    if (error instanceof NotFrozen) return { day, problem: error.message };
    throw error;
  }
}

function request({ resolved }: Local, state: 'final' | 'draft', { day, body, bytes, sha256 }: Stored): PreviewRequest {
  const url = resolved.recipient?.url ?? null;
  return { state, day, method: 'POST', url, headers: url === null ? {} : headersFor(url, body), bytes, sha256, body };
}
