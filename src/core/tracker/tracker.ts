import { type Clock, systemClock } from '../../platform/clock.js';
import { findHome, type Home } from '../../platform/home.js';
import type { Day } from '../../schema/calendar.js';
import { type Fold, foldInto } from '../../schema/vocabulary.js';
import { createGate, type Gate } from '../consent/gate.js';
import { lookUpRecipient } from '../consent/look-up.js';
import { makeNames } from '../record/cells.js';
import { createSpool, type Spool } from '../record/spool.js';
import { createHint, type Hint } from './hint.js';
import { createMemoryOutbox, type MemoryOutbox } from './memory-outbox.js';
import type { AnalyticsOptions, Environment } from './options.js';
import { createSchedule, type Schedule, TIMING } from './scheduler.js';

/** The whole state of one tracker. The other files of this folder are functions over it. */
export interface Tracker {
  readonly options: AnalyticsOptions;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Undefined if the environment has no absolute path to a home. */
  readonly home: Home | undefined;
  readonly gate: Gate;
  readonly foldTool: Fold;
  readonly foldFeature: Fold;
  readonly spool: Spool;
  readonly memoryOutbox: MemoryOutbox;
  readonly hint: Hint;
  readonly schedule: Schedule;
  /** The current day, from its beginning up to its end, ms since the epoch. */
  today: { readonly day: Day; readonly from: number; readonly to: number };
  /** The answer of the gate when it was last asked: true for on. */
  isOn: boolean;
  /** `changes()` of the gate when it was last asked. */
  configChanges: number;
  /** The schema that the user accepted, 0 while off. */
  acceptedSchema: number;
  /** When config.json and the spool file were last looked at, ms of the monotonic clock. */
  lookedAt: number;
  /** The host was told that no report can be made. */
  hasWarned: boolean;
  /** The days of which this process alone has made a report. */
  readonly reportedDays: Set<Day>;
  /** How long `close()` has waited, ms. */
  msFinishing: number;
  /** When the last `close()` that had something to do ended, ms of the monotonic clock. */
  finishedAt: number;
  /** The last `close()`. From the first one on, the background work does not start again. */
  closing: Promise<void> | undefined;
}

export function createTracker(
  options: AnalyticsOptions,
  { env = process.env, clock = systemClock, timing }: Environment,
): Tracker {
  const home = findHome(env);
  const gate = createGate(env, home);
  makeNames(options);
  const findRecipient = () => lookUpRecipient(home, env, options.posthog).recipient;
  return {
    options,
    env,
    clock,
    home,
    gate,
    foldTool: foldInto(options.tools),
    foldFeature: foldInto(options.features),
    spool: createSpool(home, gate, options),
    memoryOutbox: createMemoryOutbox(),
    hint: createHint(home, gate, options.hint ?? true, findRecipient),
    schedule: createSchedule({ ...TIMING, ...timing }),
    today: { day: '', from: 0, to: 0 },
    isOn: false,
    configChanges: gate.changes(),
    acceptedSchema: 0,
    lookedAt: Number.NEGATIVE_INFINITY,
    hasWarned: false,
    reportedDays: new Set(),
    msFinishing: 0,
    finishedAt: Number.NEGATIVE_INFINITY,
    closing: undefined,
  };
}
