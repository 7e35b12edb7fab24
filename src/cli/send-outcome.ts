import type { Result } from '../core/deliver/attempt.js';
import type { Holder } from '../core/deliver/holder.js';
import type { Receipt } from '../core/deliver/receipts.js';
import { DROPPED_BECAUSE, type Dropped } from '../core/deliver/retention.js';
import { statedReason } from '../core/deliver/stated-reason.js';
import { dayOfReport, type ReportName } from '../core/report/closed-files.js';
import { failureInWords, type Words } from './failure-words.js';
import { minute } from './format.js';

/** What became of a report, as `send --json` prints it. */
export interface SendOutcome {
  readonly name: string;
  readonly day: string;
  readonly outcome: 'delivered' | 'kept' | 'rejected' | 'dropped';
  /** Why, in words of this program; null if it was delivered, with a receipt. */
  readonly reason: string | null;
  /** What can be done. */
  readonly remedy: string | null;
  /** The HTTP status of the answer; null without one. */
  readonly status: number | null;
  /** Why the destination rejected it, in its own words, as printable ASCII. */
  readonly stated: string | null;
  /** Kept: not sent again before, ISO 8601 UTC. Null if that is not known. */
  readonly until: string | null;
  /** Whether what became of it is kept: its receipt, and the copy of what was sent. */
  readonly receipt: boolean;
}

const EMPTY = { reason: null, remedy: null, status: null, stated: null, until: null, receipt: false };

function outcome(name: ReportName, what: SendOutcome['outcome'], rest: Partial<SendOutcome>): SendOutcome {
  return { name, day: dayOfReport(name), outcome: what, ...EMPTY, ...rest };
}

export function droppedOutcome({ name, limit }: Dropped): SendOutcome {
  return outcome(name, 'dropped', { reason: DROPPED_BECAUSE[limit], receipt: true });
}

export function keptOutcome(name: ReportName, words: Words, until: number | null = null): SendOutcome {
  return outcome(name, 'kept', { ...words, until: until === null ? null : new Date(until).toISOString() });
}

/** @param until when it is sent again at the earliest, ms since the epoch */
export function triedOutcome(name: ReportName, result: Result, until: number | null): SendOutcome {
  const { verdict, answer, unkept, obstacle } = result;
  const status = answer?.status ?? null;
  const lost = unkept === undefined ? null : `its receipt or copy could not be kept: ${unkept}`;
  const remedy = lost && 'It stays in the outbox and is sent again; the destination recognizes it';
  const receipt = lost === null;
  if (verdict === 'delivered') return outcome(name, verdict, { reason: lost, remedy, status, receipt });
  if (verdict === 'rejected') {
    const stated = (answer && statedReason(answer)) ?? null;
    const reason = `the destination answered ${status}${lost === null ? '' : `; ${lost}`}`;
    return outcome(name, verdict, { reason, remedy, status, stated, receipt });
  }
  const isRetried = verdict !== 'skipped' || obstacle === 'stopped';
  return { ...keptOutcome(name, failureInWords(result), isRetried ? until : null), status };
}

/** A report that another process has. */
export function heldOutcome(name: ReportName, holder: Holder): SendOutcome {
  return keptOutcome(name, holderInWords(holder), holder.until);
}

/** A report without a receipt that is nowhere any more. */
export function deletedOutcome(name: ReportName): SendOutcome {
  return outcome(name, 'dropped', { reason: 'it was deleted meanwhile, as disable and clear do' });
}

/** Another process was faster. */
export function settledOutcome(name: ReportName, receipt: Receipt): SendOutcome {
  const { status = null, reason = null } = receipt;
  if (receipt.outcome === 'delivered') return outcome(name, 'delivered', { status, receipt: true });
  if (receipt.outcome === 'expired') return outcome(name, 'dropped', { reason, receipt: true });
  const why = `the destination answered ${status ?? 'another process'}`;
  return outcome(name, 'rejected', { reason: why, status, stated: reason, receipt: true });
}

function holderInWords({ pid, presence, until }: Holder): Words {
  if (presence === 'alive') return { reason: `process ${pid} is sending it`, remedy: null };
  if (presence === 'dead')
    return { reason: `process ${pid}, which has ended, was sending it`, remedy: 'Send again in a few seconds' };
  const who = pid === null ? 'a process that cannot be named' : `process ${pid} of another container or machine`;
  const end = until === null ? '' : `; if that one has ended, until ${minute(until)}`;
  return { reason: `${who} has it${end}`, remedy: null };
}
