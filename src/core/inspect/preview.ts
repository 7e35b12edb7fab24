import { isEphemeral } from '../../platform/ephemeral.js';
import { type Day, dayOf } from '../../schema/calendar.js';
import { openEnvelope } from '../../schema/envelope.js';
import { SCHEMA } from '../../schema/fields.js';
import { describe, type Stored } from '../deliver/outbox.js';
import { headersFor } from '../deliver/post.js';
import { seenBefore } from '../report/first-flags.js';
import { freeze } from '../report/freeze.js';
import type { Totals } from '../report/totals.js';
import { exampleTotals } from './example.js';
import { blindSpot, type InspectOptions, type Local, lookAt } from './local-state.js';
import { openDays } from './open-days.js';
import { waitingReports } from './waiting.js';

/** One request as it is, or would be, sent. */
export interface PreviewRequest {
  /** `final`: these bytes. `draft`: the day is not closed; its ids and order are drawn when it is. */
  readonly state: 'final' | 'draft';
  readonly day: Day;
  readonly method: 'POST';
  /** Null where there is no destination: then nothing is sent. */
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  /** Of the body, hex. */
  readonly sha256: string;
  readonly body: string;
}

/** `preview --json`. */
export interface Preview {
  readonly version: 1;
  readonly enabled: boolean;
  /** `example`: analytics is off, these counts are made up. */
  readonly kind: 'pending' | 'example';
  readonly requests: readonly PreviewRequest[];
}

/**
 * What would be sent, in the order of sending, made by the code that sends it. While off: the same code on example
 * counts. Reads, never writes.
 */
export async function readPreview(viewpoint: InspectOptions = {}): Promise<Preview> {
  return (await inspectPreview(viewpoint)).preview;
}

/** The preview, and what a person must know beside it. */
export async function inspectPreview(viewpoint: InspectOptions): Promise<{ preview: Preview; remarks: string[] }> {
  const local = lookAt(viewpoint);
  const { enabled } = local.consent;
  const waiting = waitingReports(local);
  const sendable = waiting.filter(({ body }) => 'report' in openEnvelope(body, local.vocabulary));
  const remarks = [blindSpot(local), unsendable(waiting.length - sendable.length)].filter(
    (remark) => remark !== undefined,
  );
  const finals = sendable.map((stored) => request(local, 'final', stored));
  const drafts = await Promise.all(openDays(local).map(({ day, totals }) => draft(local, day, totals)));
  const requests = [...finals, ...drafts];
  // Off here, and yet there is something: a server's own environment says yes, and that is what must be seen.
  if (enabled || requests.length > 0) return { preview: { version: 1, enabled, kind: 'pending', requests }, remarks };
  const example = await draft(local, dayOf(local.now), exampleTotals(local.vocabulary));
  return { preview: { version: 1, enabled, kind: 'example', requests: [example] }, remarks };
}

/** What is not of the closed world is never sent. */
function unsendable(count: number): string | undefined {
  return count === 0
    ? undefined
    : `files in the outbox that are no reports of the servers that recorded here, and are never sent: ${count}`;
}

async function draft(local: Local, day: Day, totals: Totals): Promise<PreviewRequest> {
  const { env, home, vocabulary, consent, resolved, declaration } = local;
  const schema = consent.acceptedSchema ?? SCHEMA;
  const isKept = home !== undefined && !(declaration?.ephemeral ?? isEphemeral(env, home));
  const seen = isKept ? seenBefore(home, day) : undefined;
  const body = await freeze(totals, { day, vocabulary, schema, seen, key: resolved.destination?.key ?? '' });
  return request(local, 'draft', describe(day, body));
}

function request({ resolved }: Local, state: 'final' | 'draft', { day, body, bytes, sha256 }: Stored): PreviewRequest {
  const url = resolved.destination?.url ?? null;
  return { state, day, method: 'POST', url, headers: url === null ? {} : headersFor(url, body), bytes, sha256, body };
}
