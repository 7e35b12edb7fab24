import { entry } from '../../platform/files.js';
import { findHome, type Home } from '../../platform/home.js';
import { readReport } from '../deliver/outbox.js';
import { type Receipt, readReceipt } from '../deliver/receipts.js';
import { listReceipts, listReports, reportPath } from '../deliver/report-files.js';
import type { ReportName } from '../report/closed-files.js';
import { dayOfReport } from '../report/closed-files.js';
import type { InspectOptions, View } from './local-state.js';

/** `altered`: its sha256 is not that of the receipt, or it cannot be read. */
type CopyState = 'intact' | 'altered' | 'missing';

/** A report that will not be sent again: its receipt, and the copy of what was sent. */
export interface SentReport {
  readonly name: string;
  readonly day: string;
  readonly outcome: 'delivered' | 'rejected' | 'dropped';
  /** When it was settled, ISO 8601 UTC. */
  readonly at: string;
  /** Where it was sent; null if it never was. */
  readonly url: string | null;
  /** The HTTP status of the answer; null if it was never sent. */
  readonly status: number | null;
  /** Why it was rejected, in the destination's own words, or dropped. Printable ASCII. */
  readonly reason: string | null;
  readonly bytes: number;
  /** Of the bytes that were sent. */
  readonly sha256: string;
  /** Null for a dropped report, of which no copy is kept. */
  readonly copy: CopyState | null;
  /** The copy as it is now, altered or not; null if there is none that can be read. */
  readonly body: string | null;
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

export interface SentView extends View<Sent> {
  /** Copies without a readable receipt. Nothing proves what was sent. */
  readonly unverifiable: readonly ReportName[];
}

/** Reads the reports of the last 45 days that were delivered, rejected or dropped, oldest first. Never writes. */
export function readSent(options: SentOptions = {}): Sent {
  return viewSent(options).data;
}

export function viewSent({ env = process.env, day }: SentOptions = {}): SentView {
  const home = findHome(env);
  const isAsked = (name: ReportName) => day === undefined || dayOfReport(name) === day;
  const reports = home === undefined ? [] : settledReports(home, isAsked);
  const known = new Set(reports.map(({ name }) => name));
  const unverifiable =
    home === undefined ? [] : listReports(home.sent).filter((one) => isAsked(one) && !known.has(one));
  return { data: { version: 1, reports }, warnings: warningsOf(unverifiable), unverifiable };
}

function warningsOf({ length }: readonly ReportName[]): string[] {
  if (length === 0) return [];
  const copies = length === 1 ? '1 copy has' : `${length} copies have`;
  return [`${copies} no receipt that can be read, so nothing tells whether the bytes were sent`];
}

function settledReports(home: Home, isAsked: (name: ReportName) => boolean): SentReport[] {
  return listReceipts(home)
    .filter(isAsked)
    .flatMap((name) => {
      const receipt = readReceipt(home, name);
      return receipt === undefined ? [] : settledReport(home, name, receipt);
    });
}

function settledReport(home: Home, name: ReportName, receipt: Receipt): SentReport {
  const { day, outcome, at, url = null, status = null, reason = null, bytes, sha256 } = receipt;
  const stored = readReport(home.sent, name);
  const isThere = entry(reportPath(home.sent, name)) !== undefined;
  const copy = !isThere ? 'missing' : stored?.sha256 === sha256 ? 'intact' : 'altered';
  const base = { name, day, at, url, status, reason, bytes, sha256 };
  return outcome === 'expired'
    ? { ...base, outcome: 'dropped', copy: null, body: null }
    : { ...base, outcome, copy, body: stored?.body ?? null };
}
