import { tryReadText } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import type { Day } from '../../schema/calendar.js';
import { isName } from '../../schema/field.js';
import { kindOf, SCHEMA } from '../../schema/fields.js';
import { MAX_KNOWN_NAMES, MAX_REPORT_BYTES } from '../../schema/limits.js';
import { type Report, type Row, reportProblem } from '../../schema/report.js';
import { namesProblem, OTHER, START, type Vocabulary } from '../../schema/vocabulary.js';
import { listWaiting } from '../deliver/outbox.js';
import { listUnsent } from '../deliver/report-files.js';
import { closedPath, dayOfReport, listClosed, type ReportName } from '../report/closed-files.js';
import { decode } from '../report/decode.js';
import { rowsOf } from '../report/rows.js';
import type { Local } from './local-state.js';
import { openDays } from './open-days.js';
import { type SentReport, viewSent } from './sent.js';

/** Where the numbers of a report are: its day is open, it waits, or its copy is kept with this outcome. */
export type Source = 'open' | 'waiting' | 'delivered' | 'rejected';

/** Why a report has no numbers here. `unreadable`: it waits, but is not a report. */
export type Reason = 'dropped' | 'altered' | 'missing' | 'no receipt' | 'unreadable';

type Found = { readonly source: Source; readonly rows: readonly Row[] } | { readonly reason: Reason };

/** A report that was made of what this machine counted, or that will be. */
export type CountedReport = Found & { readonly day: Day };

/**
 * Reads the reports of all days, each once, oldest first. A report moves from the spool to the outbox and to sent/, and
 * is looked for in this order, so that one that moves meanwhile is found; the later place counts.
 */
export function countedReports(local: Local): CountedReport[] {
  const found = new Map<ReportName, Found>(openReports(local));
  const add = (name: ReportName, one: Found) => {
    // A process that was killed after it wrote the receipt has left the report itself in another folder.
    const isElsewhere = 'reason' in one && (one.reason === 'missing' || one.reason === 'no receipt');
    if (!isElsewhere || !found.has(name)) found.set(name, one);
  };
  for (const [name, one] of waitingOf(local.home)) add(name, one);
  const { data, unverifiable } = viewSent({ env: local.env });
  for (const one of data.reports) add(one.name, settled(one));
  for (const name of unverifiable) add(name, { reason: 'no receipt' });
  for (const [name, one] of closedOf(local.home, (name) => !found.has(name))) found.set(name, one);
  return [...found.entries()]
    .sort(([name], [other]) => (name < other ? -1 : 1))
    .map(([name, one]) => ({ day: dayOfReport(name), ...one }));
}

/** What the reports of the open days will say, so that no number changes because a day is closed. */
function openReports(local: Local): [ReportName, Found][] {
  const schema = local.consent.acceptedSchema ?? SCHEMA;
  return openDays(local).map(({ day, totals }) => [
    day,
    { source: 'open', rows: rowsOf(totals, { schema, seen: undefined }) },
  ]);
}

function waitingOf(home: Home | undefined): [ReportName, Found][] {
  if (home === undefined) return [];
  const names = listUnsent(home);
  const bodies = new Map(listWaiting(home).map(({ name, body }) => [name, body]));
  return names.map((name) => [name, read(name, bodies.get(name), 'waiting')]);
}

/** A report of which nothing else is left waits to be taken into the outbox. */
function closedOf(home: Home | undefined, isUnknown: (name: ReportName) => boolean): [ReportName, Found][] {
  if (home === undefined) return [];
  const body = (name: ReportName) => tryReadText(closedPath(home, name), MAX_REPORT_BYTES);
  return listClosed(home)
    .filter(isUnknown)
    .map((name) => [name, read(name, body(name), 'waiting')]);
}

function settled({ name, outcome, copy, body }: SentReport): Found {
  if (outcome === 'dropped') return { reason: 'dropped' };
  return copy === 'intact' ? read(name, body, outcome) : { reason: copy ?? 'missing' };
}

function read(name: ReportName, body: string | null | undefined, source: Source): Found {
  const report = decode(body ?? '');
  const isWhole = report?.day === dayOfReport(name) && reportProblem(report, namesIn(report)) === undefined;
  return isWhole ? { source, rows: report.rows } : { reason: 'unreadable' };
}

/** Its own names, if they can be names: those of a server that ran here long ago need not be known any more. */
function namesIn({ rows }: Report): Vocabulary {
  const values = rows.flatMap(({ event, properties }) =>
    kindOf(event)
      .fields.filter(isName)
      .map(({ name }) => properties[name] as string),
  );
  const names = [...new Set(values)].filter((name) => name !== OTHER && name !== START);
  const known = names.filter((name) => namesProblem([name], MAX_KNOWN_NAMES) === undefined);
  return { tools: known, features: known };
}
