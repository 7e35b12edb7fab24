import { tryReadObject, writeAtomically } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import type { ReportName } from '../report/closed-files.js';
import { receiptPath } from './report-files.js';

/** What became of a report. Kept beside its bytes in sent/ for 45 days. */
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
  readonly bytes: number;
  readonly sha256: string;
}

export function writeReceipt(home: Home, name: ReportName, receipt: Receipt): void {
  writeAtomically(receiptPath(home, name), `${JSON.stringify(receipt, null, 2)}\n`);
}

const MAX_BYTES = 4096;
const OUTCOMES = ['delivered', 'rejected', 'expired'];

/** Undefined if there is none, or if it is damaged. */
export function readReceipt(home: Home, name: ReportName): Receipt | undefined {
  const value = tryReadObject(receiptPath(home, name), MAX_BYTES);
  const isComplete =
    value !== undefined &&
    OUTCOMES.includes(value.outcome as string) &&
    typeof value.at === 'string' &&
    typeof value.sha256 === 'string' &&
    typeof value.bytes === 'number';
  return isComplete ? (value as unknown as Receipt) : undefined;
}
