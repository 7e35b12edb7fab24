import { sha256 } from '../../platform/crypto.js';
import { findHome, type Home } from '../../platform/home.js';
import { readReport } from '../deliver/outbox.js';
import { type Receipt, readReceipt } from '../deliver/receipts.js';
import { listReceipts } from '../deliver/report-files.js';
import type { InspectOptions } from './local-state.js';

/** A report that will not be sent again: its receipt, and the bytes that were sent. */
export interface SentReport extends Receipt {
  readonly name: string;
  /** Null if the report was never sent, or the copy is gone. */
  readonly body: string | null;
  /** Whether the copy still has the hash of the receipt; null if there is no copy. */
  readonly isIntact: boolean | null;
}

/** What `sent --json` prints. */
export interface Sent {
  readonly version: 1;
  readonly reports: readonly SentReport[];
}

export interface SentOptions extends InspectOptions {
  /** Only the reports of this day. */
  readonly day?: string | undefined;
}

/** Reads the reports of the last 45 days that were delivered, rejected or dropped, oldest first. Never writes. */
export function readSent({ env = process.env, day }: SentOptions = {}): Sent {
  const home = findHome(env);
  return { version: 1, reports: home === undefined ? [] : settledReports(home, day) };
}

function settledReports(home: Home, day: string | undefined): SentReport[] {
  return listReceipts(home).flatMap((name) => {
    const receipt = readReceipt(home, name);
    if (receipt === undefined || (day !== undefined && receipt.day !== day)) return [];
    const body = readReport(home.sent, name)?.body ?? null;
    return [{ ...receipt, name, body, isIntact: body === null ? null : sha256(body) === receipt.sha256 }];
  });
}
