import { tryReadObject, writeAtomically } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import type { ReportName } from '../report/closed-files.js';
import { receiptPath } from './report-files.js';

/** What became of a report; kept beside its bytes in sent/ for 45 days. */
export interface Receipt {
  readonly day: string;
  /** `expired`: after 21 days, or when too many waited. `rejected`: the destination will not take these bytes. */
  readonly outcome: 'delivered' | 'rejected' | 'expired';
  /** When it was settled, ISO 8601 UTC. Never leaves this machine. */
  readonly at: string;
  /** Where it went; absent where it was never sent. */
  readonly url?: string;
  /** The destination's answer; absent where there was none. */
  readonly status?: number;
  readonly bytes: number;
  readonly sha256: string;
}

export function writeReceipt(home: Home, name: ReportName, receipt: Receipt): void {
  writeAtomically(receiptPath(home, name), `${JSON.stringify(receipt, null, 2)}\n`);
}

const MAX_BYTES = 4096;
const OUTCOMES = ['delivered', 'rejected', 'expired'];

/** Undefined where there is none, or where it is damaged. */
export function readReceipt(home: Home, name: ReportName): Receipt | undefined {
  const value = tryReadObject(receiptPath(home, name), MAX_BYTES);
  const isWhole =
    value !== undefined &&
    OUTCOMES.includes(value.outcome as string) &&
    typeof value.at === 'string' &&
    typeof value.sha256 === 'string' &&
    typeof value.bytes === 'number';
  return isWhole ? (value as unknown as Receipt) : undefined;
}
