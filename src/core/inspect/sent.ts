import { sha256 } from '../../platform/crypto.js';
import { findHome } from '../../platform/home.js';
import { readReport } from '../deliver/outbox.js';
import { type Receipt, readReceipt } from '../deliver/receipts.js';
import { listReceipts } from '../deliver/report-files.js';

/** A report that is settled: its receipt, and its bytes as they were sent. */
export interface SentReport extends Receipt {
  readonly name: string;
  /** Null where it was never sent, or the copy is gone. */
  readonly body: string | null;
  /** Whether the kept bytes are those that were sent; null where none are kept. */
  readonly isIntact: boolean | null;
}

/** What was sent, or given up, in the last 45 days, oldest first. With `day` only that day's. */
export function readSent(env: NodeJS.ProcessEnv, day?: string): SentReport[] {
  const home = findHome(env);
  if (home === undefined) return [];
  return listReceipts(home).flatMap((name) => {
    const receipt = readReceipt(home, name);
    if (receipt === undefined || (day !== undefined && receipt.day !== day)) return [];
    const body = readReport(home.sent, name)?.body ?? null;
    return [{ ...receipt, name, body, isIntact: body === null ? null : sha256(body) === receipt.sha256 }];
  });
}
