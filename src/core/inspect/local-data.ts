import { isFinished } from '../../schema/calendar.js';
import { SCHEMA } from '../../schema/fields.js';
import type { Stored } from '../deliver/outbox.js';
import { nextTry, readFailure } from '../deliver/pace.js';
import { type Receipt, readReceipt } from '../deliver/receipts.js';
import { listReceipts, reportPath } from '../deliver/report-files.js';
import { decode } from '../report/decode.js';
import { rowsOf } from '../report/rows.js';
import { listUnfrozen } from '../report/unfrozen.js';
import type { Local } from './local-state.js';
import { isToday, type OpenDay, openDays } from './open-days.js';
import type { LocalData } from './status-view.js';
import { waitingReports } from './waiting.js';

/** Reads what the status says of counts, waiting reports and receipts. Never throws, whatever is on disk. */
export function readLocalData(local: Local): LocalData {
  const days = openDays(local);
  const receipts = receiptsOf(local);
  const isDelivered = ({ outcome }: Receipt) => outcome === 'delivered';
  const reports = waitingReports(local);
  return {
    today: todayOf(local, days),
    waiting: reports.map(({ day, body, bytes, sha256 }) => {
      return { day, rows: decode(body)?.rows.length ?? 0, bytes, sha256 };
    }),
    lastSent: receipts.filter(isDelivered).sort(byTime).at(-1) ?? null,
    dropped: receipts.filter((receipt) => !isDelivered(receipt)).length,
    lastFailure: lastFailureOf(local),
    unfrozen: local.home === undefined ? [] : listUnfrozen(local.home),
    nextTry: nextTryOf(local, reports),
    openDays: days.length,
    unclosed: days.filter(({ day }) => isFinished(day, local.now)).length,
  };
}

function todayOf(local: Local, days: readonly OpenDay[]): LocalData['today'] {
  const today = days.find(({ day }) => isToday(local, day));
  if (today === undefined) return null;
  const schema = local.consent.acceptedSchema ?? SCHEMA;
  return { day: today.day, rows: rowsOf(today.totals, { schema, seen: undefined }).length };
}

function receiptsOf({ home }: Local): Receipt[] {
  if (home === undefined) return [];
  return listReceipts(home).flatMap((name) => readReceipt(home, name) ?? []);
}

function byTime(a: Receipt, b: Receipt): number {
  return a.at < b.at ? -1 : 1;
}

function lastFailureOf({ home, resolved: { recipient } }: Local): LocalData['lastFailure'] {
  const failure = home && recipient ? readFailure(home, recipient) : undefined;
  return failure === undefined ? null : { at: new Date(failure.at).toISOString(), reason: failure.reason };
}

function nextTryOf({ home, resolved: { destination }, consent, now }: Local, [oldest]: Stored[]): string | null {
  if (home === undefined || destination === null || oldest === undefined || !consent.enabled) return null;
  return new Date(nextTry(home, destination, reportPath(home.outbox, oldest.name), now)).toISOString();
}
