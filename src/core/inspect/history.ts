import { addDays, type Day, dayOf } from '../../schema/calendar.js';
import type { EventName } from '../../schema/field.js';
import { EVENTS } from '../../schema/fields.js';
import { DAYS_KEPT } from '../../schema/limits.js';
import type { Row } from '../../schema/report.js';
import { foldInto, OTHER } from '../../schema/vocabulary.js';
import type { Consent } from '../consent/decide.js';
import { listUnfrozen } from '../report/unfrozen.js';
import { addUp, type Properties, rowsAbout } from './add-up.js';
import { type CountedReport, countedReports, type Reason, type Source } from './counted-reports.js';
import {
  blindSpot,
  dataWhileOff,
  type InspectOptions,
  type Local,
  lookAt,
  unfrozenWarning,
  type View,
} from './local-state.js';

/** The events that count something. */
type CountedEvent = Exclude<EventName, 'active_install'>;

/**
 * The reports of one day, added up. The rows are named as in the report, and without flags; a count of zero is absent.
 */
export interface HistoryDay extends Readonly<Record<CountedEvent, readonly Properties[]>> {
  readonly day: Day;
  /** Of its reports. Most days have one. */
  readonly sources: readonly Source[];
}

/** A report whose numbers are not in the history. */
interface LeftOut {
  readonly day: Day;
  readonly reason: Reason;
}

/** What `history --json` prints. */
export interface History {
  readonly version: 1;
  readonly enabled: boolean;
  readonly from: Day;
  /** Today. */
  readonly to: Day;
  /** The only tool that is shown; null for all. */
  readonly tool: string | null;
  /** Only days with numbers, oldest first. */
  readonly days: readonly HistoryDay[];
  readonly leftOut: readonly LeftOut[];
  /** What people must know beside the data, each without the last full stop. */
  readonly warnings: readonly string[];
}

export interface HistoryOptions extends InspectOptions {
  /** So many days, of which the last is today. Default: as long as copies are kept. */
  readonly days?: number | undefined;
  readonly tool?: string | undefined;
}

export interface HistoryView extends View<History> {
  readonly consent: Consent;
  /** The tools that servers declared, or that were counted. Without the one asked for, `data.tool` is null. */
  readonly tools: readonly string[];
}

/** Reads what this machine counted, as the reports say it or will say it. Never writes. */
export function viewHistory(options: HistoryOptions = {}): HistoryView {
  const local = lookAt(options);
  const to = dayOf(local.now);
  const from = addDays(to, 1 - (options.days ?? DAYS_KEPT));
  const all = countedReports(local).filter(({ day }) => from <= day && day <= to);
  const tools = toolsOf(local, all);
  const tool = options.tool === undefined ? null : (knownName(tools, options.tool) ?? null);
  const leftOut = all.flatMap((one) => ('reason' in one ? [{ day: one.day, reason: one.reason }] : []));
  const warnings = warningsOf(local, all, leftOut);
  const days = daysOf(all, tool);
  const { consent } = local;
  const data = { version: 1, enabled: consent.enabled, from, to, tool, days, leftOut, warnings } as const;
  return { data, warnings, consent, tools };
}

/** The rows of these days, as they are in reports. */
export function rowsIn(days: readonly HistoryDay[]): Row[] {
  return days.flatMap((day) =>
    COUNTED.flatMap((event) => day[event].map((properties): Row => ({ event, properties }))),
  );
}

const COUNTED = EVENTS.map(({ event }) => event).filter((event) => event !== 'active_install');

function daysOf(all: readonly CountedReport[], tool: string | null): HistoryDay[] {
  const reports = all.filter((one) => 'rows' in one);
  return [...new Set(reports.map(({ day }) => day))].map((day) => {
    const own = reports.filter((one) => one.day === day);
    const rows = own.flatMap((one) => one.rows);
    const sums = addUp(tool === null ? rows : rowsAbout(tool, rows));
    const byEvent = COUNTED.map((event) => [event, propertiesOf(sums, event)]);
    return { day, sources: [...new Set(own.map(({ source }) => source))], ...Object.fromEntries(byEvent) };
  });
}

function propertiesOf(rows: readonly Row[], event: EventName): Properties[] {
  return rows.filter((row) => row.event === event).map(({ properties }) => properties);
}

function toolsOf({ vocabulary }: Local, all: readonly CountedReport[]): string[] {
  const rows = all.flatMap((one) => ('rows' in one ? one.rows : []));
  const counted = propertiesOf(rows, 'tool_usage').map(({ tool }) => String(tool));
  return [...new Set([...vocabulary.tools, ...counted])].filter((name) => name !== OTHER);
}

/** As servers read a name, so `-` may stand for `_`. */
function knownName(tools: readonly string[], tool: string): string | undefined {
  const name = foldInto(tools)(tool);
  return name === OTHER && tool !== OTHER ? undefined : name;
}

function warningsOf(local: Local, all: readonly CountedReport[], leftOut: readonly LeftOut[]): string[] {
  const isUnsent = (one: CountedReport) => 'source' in one && (one.source === 'open' || one.source === 'waiting');
  const unfrozen = local.home === undefined ? [] : listUnfrozen(local.home);
  const warnings = [blindSpot(local), dataWhileOff(local, all.some(isUnsent)), ...unfrozen.map(unfrozenWarning)];
  return [...warnings.filter((warning) => warning !== undefined), ...leftOutWarnings(leftOut)];
}

const LEFT_OUT: Readonly<Record<Reason, string>> = {
  dropped: 'the report was dropped',
  altered: 'the copy is altered',
  missing: 'the copy is missing',
  'no receipt': 'the copy has no receipt that can be read',
  unreadable: 'the report cannot be read',
};

function leftOutWarnings(leftOut: readonly LeftOut[]): string[] {
  return Object.entries(LEFT_OUT).flatMap(([reason, why]) => {
    const days = leftOut.filter((one) => one.reason === reason).map(({ day }) => day);
    return days.length === 0 ? [] : `the numbers of ${listed([...new Set(days)])} are left out: ${why}`;
  });
}

/** All days, in one line where they are many. */
function listed(days: readonly Day[]): string {
  return days.length <= 3 ? days.join(', ') : `${days.length} days between ${days[0]} and ${days.at(-1)}`;
}
