import { readConfig } from '../consent/config-file.js';
import type { Gate } from '../consent/gate.js';
import { deliver } from '../delivery/deliver.js';
import { type Destination, resolveDestination } from '../delivery/destination.js';
import { tidy } from '../outbox/retention.js';
import type { Clock } from '../platform/clock.js';
import { isEphemeral } from '../platform/ephemeral.js';
import type { Home } from '../platform/home.js';
import { type Closing, closeFinishedDays, closeOwn } from '../report/close.js';
import { isFinished } from '../schema/calendar.js';
import type { Spool, Unclosed } from '../spool/spool.js';
import type { AnalyticsOptions } from './types.js';
import { createUnwritten } from './unwritten.js';
import type { Chores } from './upkeep.js';

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

/** What a server does beside counting: close days, send reports, and on shutdown what can't wait. */
export function createChores(parts: Parts): Chores & { finish(): Promise<void>; forget(): void } {
  const { home, gate, spool, options, env, clock, isOn } = parts;
  const unwritten = createUnwritten();
  const isKept = () => home !== undefined && !(options.ephemeral ?? isEphemeral(env, home));

  function destination(): Destination | null {
    const configured = home === undefined ? undefined : readConfig(home.config).destination;
    return resolveDestination(env, configured, options.posthog).destination;
  }

  function closing(): Closing {
    return { gate, vocabulary: options, key: destination()?.key ?? '' };
  }

  /** Freezes what this process holds; what has a file is then in the outbox. */
  async function closeMine(own: readonly Unclosed[]): Promise<void> {
    unwritten.add(await closeOwn(closing(), home, own));
    spool.forget(
      own.map(({ page }) => page),
      false,
    );
  }

  async function send(signal: AbortSignal, background: boolean): Promise<void> {
    const to = destination();
    if (to === null) return;
    const terms = { gate, destination: to, signal, background, lookup: 'cancellable' } as const;
    await unwritten.send(terms);
    if (home !== undefined) await deliver({ ...terms, home, vocabulary: options, clock });
  }

  return {
    isOn,
    async closeDays() {
      const unwritable = spool
        .unclosed()
        .filter(({ page, file }) => file === undefined && isFinished(page.day, clock()));
      if (unwritable.length > 0) await closeMine(unwritable);
      if (home === undefined) return;
      await closeFinishedDays({ ...closing(), home, isKept: isKept() }, clock());
      tidy(home, clock()); // also where there is no destination, and nothing is ever delivered
    },
    deliver: (signal) => send(signal, true),
    async finish() {
      if (!isOn()) return;
      const kept = isKept();
      const own = spool.unclosed().filter(({ file }) => file === undefined || !kept);
      if (kept && own.length === 0) return;
      const deadline = new AbortController();
      const isOver = new Promise<void>((resolve) => deadline.signal.addEventListener('abort', () => resolve()));
      const timer = setTimeout(() => deadline.abort(), FINISH_MS);
      const work = closeMine(own).then(() => send(deadline.signal, false));
      await Promise.race([work, isOver]).finally(() => clearTimeout(timer));
    },
    forget: unwritten.forget,
  };
}
