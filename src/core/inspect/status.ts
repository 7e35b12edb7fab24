import { homeProblem } from '../../platform/home.js';
import { isFinished } from '../../schema/calendar.js';
import { SCHEMA } from '../../schema/fields.js';
import type { ConfigState } from '../consent/config-file.js';
import type { Destination, Endpoint } from '../consent/destination.js';
import type { Layer, LayerName } from '../consent/layers.js';
import type { RecipientState } from '../consent/recipient.js';
import type { Stored } from '../deliver/outbox.js';
import { nextTry, readFailure } from '../deliver/pace.js';
import { type Receipt, readReceipt } from '../deliver/receipts.js';
import { listReceipts, reportPath } from '../deliver/report-files.js';
import { decode } from '../report/decode.js';
import { rowsOf } from '../report/rows.js';
import { listUnfrozen, type Unfrozen } from '../report/unfrozen.js';
import {
  blindSpot,
  type InspectOptions,
  type Local,
  lookAt,
  pendingWarning,
  unfrozenWarning,
  type View,
} from './local-state.js';
import { isToday, type OpenDay, openDays } from './open-days.js';
import { waitingReports } from './waiting.js';

/** What `status --json` prints. */
export interface Status {
  readonly version: 1;
  readonly enabled: boolean;
  readonly decidedBy: LayerName;
  readonly layers: readonly Pick<Layer, 'layer' | 'value' | 'verdict'>[];
  readonly config: {
    readonly path: string | null;
    readonly state: ConfigState['state'];
    /** The value of `"analytics"`, of any type; null if the key is missing. */
    readonly analytics: unknown;
    readonly acceptedSchema: number | null;
  };
  /** The newest schema that this version knows. */
  readonly schema: number;
  readonly hintShown: boolean;
  /** The rows that today's counts make so far; null if nothing was counted. */
  readonly today: { readonly day: string; readonly rows: number } | null;
  /** Closed reports that are not delivered yet, oldest first. */
  readonly waiting: readonly {
    readonly day: string;
    readonly rows: number;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly lastSent: Receipt | null;
  /** Reports dropped in the last 45 days: undeliverable after 21 days, or rejected by the destination. */
  readonly dropped: number;
  readonly destination: Pick<Destination, 'host' | 'source'> | null;
  /** Who receives the reports, and who waits to be accepted instead; null if nobody is known. */
  readonly recipient: (Endpoint & { readonly accepted: boolean; readonly pending: Endpoint | null }) | null;
  /** The last attempt, if it failed. The reason is `HTTP 503` or a code such as `ECONNREFUSED`. */
  readonly lastFailure: { readonly at: string; readonly reason: string } | null;
  /** Finished days of which no report may be made, and why. Their counts wait 21 days for a version that can. */
  readonly unfrozen: readonly Unfrozen[];
  /** From when a running server tries to send the oldest report; null if none waits or none may be sent. */
  readonly nextTry: string | null;
  /** What people must know beside the data, each without the last full stop. */
  readonly warnings: readonly string[];
}

export interface StatusView extends View<Status> {
  /** Finished days that the next server start will close. */
  readonly unclosed: number;
}

/** Reads the status. Never writes, and never throws, whatever is on disk. */
export function readStatus(options: InspectOptions = {}): Status {
  return viewStatus(options).data;
}

export function viewStatus(options: InspectOptions = {}): StatusView {
  const local = lookAt(options);
  const days = openDays(local);
  const data = statusOf(local, days);
  return {
    data,
    warnings: data.warnings,
    unclosed: days.filter(({ day }) => isFinished(day, local.now)).length,
  };
}

function statusOf(local: Local, days: readonly OpenDay[]): Status {
  const { config, consent, home, resolved } = local;
  const { recipient: destination } = resolved;
  const receipts = receiptsOf(local);
  const unfrozen = home === undefined ? [] : listUnfrozen(home);
  const isDelivered = ({ outcome }: Receipt) => outcome === 'delivered';
  const reports = waitingReports(local);
  const waiting = reports.map(({ day, body, bytes, sha256 }) => {
    return { day, rows: decode(body)?.rows.length ?? 0, bytes, sha256 };
  });
  return {
    version: 1,
    enabled: consent.enabled,
    decidedBy: consent.decidedBy,
    layers: consent.layers.map(({ layer, value, verdict }) => ({ layer, value, verdict })),
    config: {
      path: home?.config ?? null,
      state: config.state,
      analytics: config.analytics ?? null,
      acceptedSchema: config.acceptedSchema ?? null,
    },
    schema: SCHEMA,
    hintShown: config.hintShown,
    today: todayOf(local, days),
    waiting,
    lastSent: receipts.filter(isDelivered).sort(byTime).at(-1) ?? null,
    dropped: receipts.filter((receipt) => !isDelivered(receipt)).length,
    destination: destination && { host: destination.host, source: destination.source },
    recipient: recipientOf(resolved),
    lastFailure: lastFailureOf(local),
    unfrozen,
    nextTry: nextTryOf(local, reports),
    warnings: [...warningsOf(local, days.length + waiting.length > 0), ...unfrozen.map(unfrozenWarning)],
  };
}

function recipientOf({ recipient, isAccepted, pending }: RecipientState): Status['recipient'] {
  if (recipient === null) return null;
  const { host, key } = recipient;
  return { host, key, accepted: isAccepted, pending: pending && { host: pending.host, key: pending.key } };
}

function todayOf(local: Local, days: readonly OpenDay[]): Status['today'] {
  const today = days.find(({ day }) => isToday(local, day));
  if (today === undefined) return null;
  const schema = local.consent.acceptedSchema ?? SCHEMA;
  return { day: today.day, rows: rowsOf(today.totals, { schema, seen: undefined }).length };
}

function warningsOf(local: Local, hasData: boolean): string[] {
  const { env, consent, resolved } = local;
  const warnings = [
    homeProblem(env),
    blindSpot(local),
    !consent.enabled && hasData ? DATA_WHILE_OFF : undefined,
    ...consent.layers.map(({ warning }) => warning),
    pendingWarning(resolved) ?? resolved.problem,
  ];
  return warnings.filter((warning) => warning !== undefined);
}

const DATA_WHILE_OFF =
  'counts exist although analytics is off here: a server was started with DOT_AI_ANALYTICS=true in its own environment, or they are from before; dot-ai-analytics disable deletes them';

function receiptsOf({ home }: Local): Receipt[] {
  if (home === undefined) return [];
  return listReceipts(home).flatMap((name) => readReceipt(home, name) ?? []);
}

function byTime(a: Receipt, b: Receipt): number {
  return a.at < b.at ? -1 : 1;
}

function lastFailureOf({ home, resolved: { recipient } }: Local): Status['lastFailure'] {
  const failure = home && recipient ? readFailure(home, recipient) : undefined;
  return failure === undefined ? null : { at: new Date(failure.at).toISOString(), reason: failure.reason };
}

function nextTryOf({ home, resolved: { destination }, consent, now }: Local, [oldest]: Stored[]): string | null {
  if (home === undefined || destination === null || oldest === undefined || !consent.enabled) return null;
  return new Date(nextTry(home, destination, reportPath(home.outbox, oldest.name), now)).toISOString();
}
