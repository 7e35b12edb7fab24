import { type Clock, systemClock } from '../../platform/clock.js';
import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import { guard } from '../../platform/guard.js';
import { findHome } from '../../platform/home.js';
import { DAY_MS, type Day, dayOf, endOf } from '../../schema/calendar.js';
import { checkVocabulary, foldInto, foldProvider } from '../../schema/vocabulary.js';
import type { Consent } from '../consent/decide.js';
import { createGate } from '../consent/gate.js';
import { acceptedCells, featureLine, providerLine, USES } from '../record/cells.js';
import { countOn, createSpool, forgetAllPages, openPage, peekPage } from '../record/spool.js';
import { createChores } from './background.js';
import { createFeedback } from './feedback.js';
import { createHint, type Hint } from './hint.js';
import type { Analytics, AnalyticsOptions } from './options.js';
import { createUpkeep, TIMING, type Timing } from './scheduler.js';
import { createSession, type Recorder } from './session.js';

/** What comes from outside. Tests give their own; a server never needs to. */
export interface Environment {
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  readonly timing?: Partial<Timing>;
  /** From 0 up to 1; draws whether the feedback link is shown. Nothing that leaves depends on it. */
  readonly random?: () => number;
}

/** Where the adapters find what the public interface does not show, also across two copies of this package. */
export const INTERNALS = Symbol.for('dot-ai-analytics.internals');

export interface Internals {
  readonly hint: Hint;
  readonly classify: AnalyticsOptions['classify'];
  /** What the host was told already. */
  readonly warned: Set<string>;
}

/** While off, a change to on is noticed at the first call after this many ms. While on, at every call. */
const LOOK_AGAIN_AFTER_MS = 1_000;

/**
 * Creates a server's tracker. Does nothing while off: no file, no timer, no socket, no module for sending.
 *
 * @param options the server's names, spread `dotAiVocabulary` for dot-ai's
 * @throws AnalyticsError `BAD_VOCABULARY` where the declared names break the bounds: a mistake of the programmer's,
 *   found the first time the server starts
 */
export function createAnalytics<const Tool extends string, const Feature extends string>(
  options: AnalyticsOptions<Tool, Feature>,
  { env = process.env, clock = systemClock, timing, random = Math.random }: Environment = {},
): Analytics<Tool, Feature> {
  checkVocabulary(options);
  const home = findHome(env);
  const gate = createGate(env, home);
  const spool = createSpool(home, gate, options);
  const hint = createHint(home, gate, options.hint !== false);
  const feedback = createFeedback(env, hint, random);
  const chores = createChores({ home, gate, spool, options, env, clock, isOn });
  const upkeep = createUpkeep(chores, clock, { ...TIMING, ...timing });
  const today = cachedDay(clock);
  const tool = foldInto(options.tools);
  const feature = foldInto(options.features);
  let on = false;
  let accepted = 0;
  let closing: Promise<void> | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  /** Asks the gate; per record, and again before each send. */
  function isOn(): boolean {
    const consent = gate.check();
    accepted = consent.acceptedSchema ?? 0;
    if (consent.enabled && !on) turnOn();
    if (!consent.enabled && on) turnOff(consent);
    return on;
  }

  /** Whether timing a call is worth it. Costs nothing while on, and next to nothing while off. */
  function mayRecord(): boolean {
    if (on || gate.isFixed) return on;
    const now = performance.now();
    if (now - lookedAt < LOOK_AGAIN_AFTER_MS) return false;
    lookedAt = now;
    return guard(isOn, 'consent') ?? false;
  }

  function turnOn(): void {
    on = true;
    if (closing === undefined) upkeep.start();
    guard(chores.declare, 'server.json');
  }

  function turnOff(consent: Consent): void {
    on = false;
    upkeep.stop();
    // A file that says no deletes what was counted; one that can't be understood must not destroy anything.
    forgetAllPages(spool, { erase: saysNo(consent) });
    chores.forget();
  }

  const recorder: Recorder = {
    mayRecord,
    generation: () => peekPage(spool, today()).generation,
    page: () => (isOn() ? openPage(spool, today()) : undefined),
    count: (page, line, cells) => countOn(spool, page, line, acceptedCells(cells, accepted)),
  };
  const countUse = (line: string) => {
    const page = recorder.page();
    if (page !== undefined) recorder.count(page, line, [USES]);
  };
  const count = (line: string) => mayRecord() && guard(() => countUse(line), 'count');

  guard(isOn, 'consent');
  const internals: Internals = { hint, classify: options.classify, warned: new Set() };
  const analytics: Analytics<Tool, Feature> = {
    session: () => createSession(recorder, tool, options.classify),
    run: createSession<Tool>(recorder, tool, options.classify, false).run,
    tool: (name) => tool(name) as Tool | 'other',
    feature: (name) => void count(lineOf('feature', feature(name))),
    provider: (name) => void count(lineOf('provider', foldProvider(name))),
    hint: () => guard(hint.claim, 'hint'),
    feedback: () => guard(feedback.claim, 'feedback'),
    statusLine: () =>
      guard(() => gate.check().enabled, 'consent')
        ? 'Analytics: enabled (anonymous usage data)'
        : 'Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true)',
    close() {
      closing ??= Promise.resolve()
        .then(() => upkeep.stop())
        .then(() => chores.finish())
        .catch((error: unknown) => debug('close: %s', causeOf(error)));
      return closing;
    },
  };
  return Object.defineProperty(analytics, INTERNALS, { value: internals });
}

function saysNo({ layers }: Consent): boolean {
  return layers.some(({ layer, verdict, warning }) => layer === 'config' && verdict === 'off' && warning === undefined);
}

/** The current UTC day, formatted once a day. */
function cachedDay(clock: Clock): () => Day {
  let day = '';
  let from = 0;
  let to = 0;
  return () => {
    const now = clock();
    if (now < from || now >= to) {
      day = dayOf(now);
      to = endOf(day);
      from = to - DAY_MS;
    }
    return day;
  };
}
