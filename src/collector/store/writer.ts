import type { Clock } from '../../platform/clock.js';
import type { Day } from '../../schema/calendar.js';
import type { Arrival } from '../intake/arrival.js';
import type { Store } from './cell-store.js';
import { causeOf } from './database.js';

/** Makes arrivals durable. Those that arrive together share a transaction. */
export interface Writer {
  /** Resolves when the arrival is on disk. Rejects if it could not be written; then nothing of it is on disk. */
  write(arrival: Arrival): Promise<void>;
  /** Writes the arrivals that wait. */
  close(): Promise<void>;
}

/** Arrivals are gathered for as long as the last transaction took, within these bounds, and then share one. */
const MIN_GATHER_MS = 2;
const MAX_GATHER_MS = 20;
/** As many do not wait: rows take much more memory than the bodies they came in. */
const MAX_ROWS = 20_000;

/** So often the log tells that reports cannot be written, ms. */
const LOG_INTERVAL_MS = 60_000;

export interface WriterOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** For the log's interval, ms. It is never set back. */
  readonly monotonic: Clock;
  readonly log: (line: string) => void;
  readonly onChange: (days: Iterable<Day>) => void;
}

export function createWriter({ store, clock, monotonic, log, onChange }: WriterOptions): Writer {
  let waiting: { arrival: Arrival; done: () => void; failed: (error: unknown) => void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let rows = 0;
  let gather = MIN_GATHER_MS;
  let toldAt = Number.NEGATIVE_INFINITY;

  function tell(error: unknown): void {
    if (monotonic() - toldAt < LOG_INTERVAL_MS) return;
    toldAt = monotonic();
    log(
      `Reports cannot be written: ${causeOf(error)}. They are answered 503, and senders keep them. Repair the cause, then restart the collector.`,
    );
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const together = waiting;
    waiting = [];
    rows = 0;
    if (together.length === 0) return;
    const from = performance.now();
    try {
      onChange(
        store.record(
          together.map(({ arrival }) => arrival),
          clock(),
        ),
      );
      gather = Math.min(MAX_GATHER_MS, Math.max(MIN_GATHER_MS, performance.now() - from));
      for (const { done } of together) done();
    } catch (error) {
      tell(error);
      for (const { failed } of together) failed(error);
    }
  }

  return {
    write: (arrival) =>
      new Promise((done, failed) => {
        waiting.push({ arrival, done, failed });
        rows += arrival.reports.reduce((sum, report) => sum + report.rows.length, 0);
        if (rows < MAX_ROWS) timer ??= setTimeout(flush, gather);
        else flush();
      }),
    async close() {
      flush();
    },
  };
}
