import type { Clock } from '../../platform/clock.js';
import { debug } from '../../platform/debug.js';
import { isEphemeral } from '../../platform/ephemeral.js';
import { causeOf } from '../../platform/errors.js';
import { entry, folderProblem } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { isFinished } from '../../schema/calendar.js';
import { readConfig } from '../consent/config-file.js';
import { type Destination, resolveDestination } from '../consent/destination.js';
import type { Gate } from '../consent/gate.js';
import { knownVocabulary, readDeclaration, writeDeclaration } from '../consent/server-declaration.js';
import { deliver } from '../deliver/delivery.js';
import { takeClosed } from '../deliver/outbox.js';
import { tidy } from '../deliver/retention.js';
import { forgetPages, type Spool, type Unclosed, unclosedPages } from '../record/spool.js';
import { type Closing, closeFinishedDays, closeOwn } from '../report/close-day.js';
import { createUnwritten } from './memory-outbox.js';
import type { AnalyticsOptions } from './options.js';
import type { Chores } from './scheduler.js';

export interface Parts {
  readonly home: Home | undefined;
  readonly gate: Gate;
  readonly spool: Spool;
  readonly options: AnalyticsOptions;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  isOn(): boolean;
}

/** `close()` answers within a second (P6); this much of it is for sending. */
const FINISH_MS = 950;

/** What a server does beside counting. */
export interface ServerChores extends Chores {
  /** Tells the command line what this server declares, if there is a data folder already. */
  declare(): void;
  /** On shutdown: what can't wait. At most a second. */
  finish(): Promise<void>;
  /** Drops what is only in memory. */
  forget(): void;
}

export function createChores({ home, gate, spool, options, env, clock, isOn }: Parts): ServerChores {
  const unwritten = createUnwritten();
  const isKept = () => home !== undefined && !(options.ephemeral ?? isEphemeral(env, home));

  /** What the server declares comes from the file where there is one: it is what `preview` shows (P5). */
  function destination(): Destination | null {
    const configured = home === undefined ? undefined : readConfig(home.config).destination;
    const declared = (home === undefined ? undefined : readDeclaration(home))?.posthog ?? options.posthog;
    return resolveDestination(env, configured, declared).destination;
  }

  function closing(): Closing {
    return { gate, vocabulary: knownVocabulary(home, options), key: destination()?.key ?? '' };
  }

  /** Freezes pages of this process. They are let go first, so that a call meanwhile is counted on a new one. */
  async function closeMine(own: readonly Unclosed[]): Promise<void> {
    const pages = own.map(({ page }) => page);
    forgetPages(spool, pages);
    await unwritten.add(() => closeOwn(closing(), home, own, clock()));
  }

  /** Finished days of all processes. A folder that is not ours to use keeps nobody from sending what is in memory. */
  async function closeHome(): Promise<void> {
    if (home === undefined) return;
    try {
      await closeFinishedDays({ ...closing(), home, isKept: isKept() }, clock());
      takeClosed(home, gate, clock());
      tidy(home, clock()); // also where there is no destination, and nothing is ever delivered
    } catch (error) {
      debug('close: %s', causeOf(error));
    }
  }

  async function send(signal: AbortSignal, background: boolean): Promise<void> {
    const to = destination();
    if (to === null) return;
    // On shutdown a back-off is not waited for: there may be no later.
    const ignoreBackOff = !background;
    const terms = { gate, destination: to, signal, background, ignoreBackOff, lookup: 'cancellable' } as const;
    await unwritten.send(terms);
    if (home !== undefined) await deliver({ ...terms, home, vocabulary: knownVocabulary(home, options), clock });
  }

  return {
    isOn,
    declare() {
      if (home !== undefined && folderProblem(home.data) === undefined && entry(home.data) !== undefined) {
        writeDeclaration(home, options);
      }
    },
    async closeDays() {
      const isOver = ({ page }: Unclosed) => isFinished(page.day, clock());
      const unwritable = unclosedPages(spool).filter((one) => one.file === undefined && isOver(one));
      if (unwritable.length > 0) await closeMine(unwritable);
      await closeHome();
    },
    deliver: (signal) => send(signal, true),
    async finish() {
      if (!isOn()) return;
      const kept = isKept();
      const mine = () => unclosedPages(spool).filter(({ file }) => file === undefined || !kept);
      if (kept && mine().length === 0 && unwritten.isEmpty()) return;
      await withDeadline(FINISH_MS, async (signal) => {
        if (!kept) await closeHome();
        do {
          await closeMine(mine());
          await send(signal, false);
        } while (mine().length > 0 && !signal.aborted); // calls that ended meanwhile
      });
    },
    forget: unwritten.forget,
  };
}

/** Ends when the work does, or in time; the work is told by its signal. */
async function withDeadline(ms: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const deadline = new AbortController();
  const isOver = new Promise<void>((resolve) => deadline.signal.addEventListener('abort', () => resolve()));
  const timer = setTimeout(() => deadline.abort(), ms);
  await Promise.race([work(deadline.signal), isOver]).finally(() => clearTimeout(timer));
}
