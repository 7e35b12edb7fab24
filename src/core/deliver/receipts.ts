import { tryReadObject } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { writeAtomically } from '../../platform/temporary-files.js';
import { dayOfReport, type ReportName } from '../report/closed-files.js';
import { receiptPath } from './report-files.js';
import { asStatedReason } from './stated-reason.js';

/** The outcome of a report. Kept beside its bytes in sent/ for 45 days. */
export interface Receipt {
  readonly day: string;
  /** `expired`: dropped after 21 days, or because too many waited. `rejected`: the destination never accepts it. */
  readonly outcome: 'delivered' | 'rejected' | 'expired';
  /** When that happened, ISO 8601 UTC. Never leaves this machine. */
  readonly at: string;
  /** Where it was sent; absent if it never was. */
  readonly url?: string;
  /** The HTTP status of the answer; absent if it was never sent. */
  readonly status?: number;
  /** Why it was rejected, in the destination's own words, or dropped: one line of at most 200 ASCII characters. */
  readonly reason?: string;
  readonly bytes: number;
  readonly sha256: string;
}

export function writeReceipt(home: Home, name: ReportName, receipt: Receipt): void {
  writeAtomically(receiptPath(home, name), `${JSON.stringify(receipt, null, 2)}\n`);
}

const MAX_BYTES = 4096;
/** Empty for a dropped report that could not be read. */
const SHA256 = /^(?:[0-9a-f]{64})?$/;
const OUTCOMES: readonly unknown[] = ['delivered', 'rejected', 'expired'] satisfies Receipt['outcome'][];
const isOutcome = (value: unknown): value is Receipt['outcome'] => OUTCOMES.includes(value);

/** Reads only the known fields. Undefined if there is no receipt, or if it is damaged. */
export function readReceipt(home: Home, name: ReportName): Receipt | undefined {
  const { outcome, at, url, status, reason, bytes, sha256 } = tryReadObject(receiptPath(home, name), MAX_BYTES) ?? {};
  if (
    !isOutcome(outcome) ||
    typeof at !== 'string' ||
    typeof sha256 !== 'string' ||
    !SHA256.test(sha256) ||
    typeof bytes !== 'number'
  )
    return undefined;
  const shown = normalizedUrl(url);
  const stated = asStatedReason(reason);
  return {
    day: dayOfReport(name),
    outcome,
    at,
    ...(shown !== undefined && { url: shown }),
    ...(Number.isSafeInteger(status) && { status: status as number }),
    ...(stated !== undefined && { reason: stated }),
    bytes,
    sha256,
  };
}

/** As the URL parser reads it, so that a host cannot look like another one to a reader of the receipt (P12). */
function normalizedUrl(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const { href, username, password } = new URL(url);
  return username || password ? undefined : href;
}
