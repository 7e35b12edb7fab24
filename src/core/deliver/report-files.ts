import { join } from 'node:path';
import { isThere } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { listNames, type ReportName } from '../report/closed-files.js';

/*
 * Names in outbox/, sending/ and sent/:
 *     2026-11-23.json             the request body
 *     2026-11-23.receipt.json     in sent/ only: what became of it, even if the body is gone
 */

const BODY = '.json';
const RECEIPT = '.receipt.json';

export function reportPath(folder: string, name: ReportName): string {
  return join(folder, `${name}${BODY}`);
}

/** The reports in outbox/, sending/ or sent/, oldest day first. */
export function listReports(folder: string): ReportName[] {
  return listNames(folder, BODY);
}

/** The reports in outbox/ and sending/, oldest day first. */
export function listUnsent(home: Home): ReportName[] {
  return [...new Set([...listReports(home.sending), ...listReports(home.outbox)])].sort();
}

export function receiptPath(home: Home, name: ReportName): string {
  return join(home.sent, `${name}${RECEIPT}`);
}

/** The reports that have a receipt, oldest day first. */
export function listReceipts(home: Home): ReportName[] {
  return listNames(home.sent, RECEIPT);
}

/**
 * True if the outbox has taken the report before. Looks in the order in which a report moves, so that none is missed.
 */
export function wasTaken(home: Home, name: ReportName): boolean {
  const places = [home.outbox, home.sending, home.sent].map((folder) => reportPath(folder, name));
  return [...places, receiptPath(home, name)].some(isThere);
}
