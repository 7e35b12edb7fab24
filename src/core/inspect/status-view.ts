import { homeProblem } from '../../platform/home.js';
import { SCHEMA } from '../../schema/schema-number.js';
import type { ConfigState } from '../consent/config-file.js';
import type { Destination, Endpoint } from '../consent/destination.js';
import type { Layer, LayerName } from '../consent/layers.js';
import type { RecipientState } from '../consent/recipient.js';
import type { Receipt } from '../deliver/receipts.js';
import type { Unfrozen } from '../report/unfrozen.js';
import { blindSpot, dataWhileOff, type Local, pendingWarning, unfrozenWarning, type View } from './local-state.js';

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
  /** The recipient in force, and another one that waits to be accepted; null if no recipient is known. */
  readonly recipient: (Endpoint & { readonly accepted: boolean; readonly pending: Endpoint | null }) | null;
  /** The last attempt, if it failed. The reason is `HTTP 503` or a code such as `ECONNREFUSED`. */
  readonly lastFailure: { readonly at: string; readonly reason: string } | null;
  /**
   * Finished days of which no report may be made, and why. Their counts wait 21 days for a version that can make one.
   */
  readonly unfrozen: readonly Unfrozen[];
  /** The earliest time at which a running server sends the oldest report; null if none waits or none may be sent. */
  readonly nextTry: string | null;
  /** Warnings for people, each without the last full stop. */
  readonly warnings: readonly string[];
}

export interface StatusView extends View<Status> {
  /** Finished days that the next server start will close. */
  readonly unclosed: number;
}

/** What the folder of this package adds to the status. */
export interface LocalData
  extends Pick<Status, 'today' | 'waiting' | 'lastSent' | 'dropped' | 'lastFailure' | 'unfrozen' | 'nextTry'> {
  /** Days with counts, open and finished. */
  readonly openDays: number;
  readonly unclosed: number;
}

/** Where there is no folder, or nothing in it. */
export const NO_DATA: LocalData = {
  today: null,
  waiting: [],
  lastSent: null,
  dropped: 0,
  lastFailure: null,
  unfrozen: [],
  nextTry: null,
  openDays: 0,
  unclosed: 0,
};

export function viewStatus(local: Local, { openDays, unclosed, ...ofData }: LocalData): StatusView {
  const { config, consent, home, resolved } = local;
  const { recipient: destination } = resolved;
  const warnings = [
    ...warningsOf(local, openDays + ofData.waiting.length > 0),
    ...ofData.unfrozen.map(unfrozenWarning),
  ];
  const data: Status = {
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
    today: ofData.today,
    waiting: ofData.waiting,
    lastSent: ofData.lastSent,
    dropped: ofData.dropped,
    destination: destination && { host: destination.host, source: destination.source },
    recipient: recipientOf(resolved),
    lastFailure: ofData.lastFailure,
    unfrozen: ofData.unfrozen,
    nextTry: ofData.nextTry,
    warnings,
  };
  return { data, warnings, unclosed };
}

function recipientOf({ recipient, isAccepted, pending }: RecipientState): Status['recipient'] {
  if (recipient === null) return null;
  const { host, key } = recipient;
  return { host, key, accepted: isAccepted, pending: pending && { host: pending.host, key: pending.key } };
}

function warningsOf(local: Local, hasData: boolean): string[] {
  const { env, consent, resolved } = local;
  const warnings = [
    homeProblem(env),
    blindSpot(local),
    dataWhileOff(local, hasData),
    ...consent.layers.map(({ warning }) => warning),
    pendingWarning(resolved) ?? resolved.problem,
  ];
  return warnings.filter((warning) => warning !== undefined);
}
