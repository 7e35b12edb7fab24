import { homeProblem } from '../../platform/home.js';
import { isFinished } from '../../schema/calendar.js';
import { SCHEMA } from '../../schema/fields.js';
import type { ConfigState } from '../consent/config-file.js';
import type { Destination } from '../consent/destination.js';
import type { Layer, LayerName } from '../consent/layers.js';
import { type Pause, readPause } from '../deliver/back-off.js';
import { type Receipt, readReceipt } from '../deliver/receipts.js';
import { listReceipts } from '../deliver/report-files.js';
import { decode } from '../report/decode.js';
import { rowsOf } from '../report/rows.js';
import { blindSpot, type InspectOptions, type Local, lookAt } from './local-state.js';
import { isToday, openDays } from './open-days.js';
import { waitingReports } from './waiting.js';

/** `status --json`. */
export interface Status {
  readonly version: 1;
  readonly enabled: boolean;
  readonly decidedBy: LayerName;
  readonly layers: readonly Pick<Layer, 'layer' | 'value' | 'verdict'>[];
  readonly config: {
    readonly path: string | null;
    readonly state: ConfigState['state'];
    /** The value as it stands, of whatever type; null where there is none. */
    readonly analytics: unknown;
    readonly acceptedSchema: number | null;
  };
  /** The schema of this version. */
  readonly schema: number;
  readonly hintShown: boolean;
  /** What is counted today; null while nothing is. */
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
}

/** What a person should be told beside the status. */
export interface Remarks {
  readonly warnings: readonly string[];
  readonly pause: Pause | undefined;
  /** Finished days that the next server start will close. */
  readonly unclosed: number;
}

/** Reads, never writes, never throws for anything that is on disk. */
export function readStatus(viewpoint: InspectOptions = {}): Status {
  return inspect(viewpoint).status;
}

/** The status, and what a person should be told beside it. */
export function inspect(viewpoint: InspectOptions): { readonly status: Status; readonly remarks: Remarks } {
  const local = lookAt(viewpoint);
  const { config, consent, home, resolved, env, now } = local;
  const { destination } = resolved;
  const days = openDays(local);
  const today = days.find(({ day }) => isToday(local, day));
  const receipts = receiptsOf(local);
  const isDelivered = ({ outcome }: Receipt) => outcome === 'delivered';
  const status: Status = {
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
    today: today
      ? {
          day: today.day,
          rows: rowsOf(today.totals, { schema: consent.acceptedSchema ?? SCHEMA, seen: undefined }).length,
        }
      : null,
    waiting: waitingReports(local).map(({ day, body, bytes, sha256 }) => {
      return { day, rows: decode(body)?.rows.length ?? 0, bytes, sha256 };
    }),
    lastSent: receipts.filter(isDelivered).sort(byTime).at(-1) ?? null,
    dropped: receipts.filter((receipt) => !isDelivered(receipt)).length,
    destination: destination && { host: destination.host, source: destination.source },
  };
  const hasData = days.length + status.waiting.length > 0;
  const warnings = [
    homeProblem(env),
    blindSpot(local),
    !consent.enabled && hasData ? LEFT : undefined,
    ...consent.layers.map(({ warning }) => warning),
    resolved.problem,
  ];
  const remarks: Remarks = {
    warnings: warnings.filter((warning) => warning !== undefined),
    pause: home && destination ? readPause(home, destination, now) : undefined,
    unclosed: days.filter(({ day }) => isFinished(day, now)).length,
  };
  return { status, remarks };
}

const LEFT =
  'counts exist although analytics is off here: a server was started with DOT_AI_ANALYTICS=true in its own environment, or they are from before; dot-ai-analytics disable deletes them';

function receiptsOf({ home }: Local): Receipt[] {
  if (home === undefined) return [];
  return listReceipts(home).flatMap((name) => readReceipt(home, name) ?? []);
}

function byTime(a: Receipt, b: Receipt): number {
  return a.at < b.at ? -1 : 1;
}
