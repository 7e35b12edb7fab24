import { openDestination } from '../destination.js';
import { BASELINE, between, mediansOf, ns, takeTurns, times } from '../measure.js';
import { PEERS } from '../peers.mjs';
import { type Choice, environment, runSubject } from '../processes.js';
import type { RunOptions, Section } from '../section.js';

interface Subject {
  readonly kind: string;
  readonly choice: Choice;
  /** In each round; with a tenth more to warm up, no counter of nine tools reaches its end. */
  readonly calls: number;
  /** Writes to the disk that each call must make. */
  readonly writes?: number;
}

const BARE: Subject = { kind: 'map', choice: 'off', calls: 300_000 };
const SUBJECTS: Readonly<Record<string, Subject>> = {
  'dot-ai-analytics, off': { kind: 'off', choice: 'off', calls: 300_000, writes: 0 },
  'dot-ai-analytics, on, in memory only': { kind: 'on', choice: 'not kept', calls: 80_000, writes: 0 },
  'dot-ai-analytics, on, on disk at once': { kind: 'on', choice: 'on', calls: 80_000, writes: 1 },
  [PEERS.otel.name]: { kind: 'otel', choice: 'off', calls: 100_000 },
  [PEERS.posthog.name]: { kind: 'posthog', choice: 'off', calls: 20_000 },
};

/** @returns figures: ns by subject */
export async function recording({ quick }: RunOptions): Promise<Section<Readonly<Record<string, number>>>> {
  const destination = await openDestination();
  const measure =
    ({ kind, choice, calls, writes }: Subject) =>
    async () => {
      const env = environment(choice);
      return (
        await runSubject<{ ns: number }>(
          'record',
          [kind, destination.url, calls, ...(writes === undefined ? [] : [writes])],
          { env },
        )
      ).ns;
    };
  const subjects = Object.fromEntries(Object.entries(SUBJECTS).map(([name, subject]) => [name, measure(subject)]));
  const { base, spreads, noise } = await takeTurns({ [BASELINE]: measure(BARE), ...subjects }, quick ? 3 : 11);
  await destination.close();
  const table = {
    title: 'Recording one call, above awaiting the function itself',
    columns: ['how', 'median', 'half of the runs', '× a Map'],
    rows: Object.entries(spreads).map(([name, one]) => ({
      ours: name.startsWith('dot-ai-analytics'),
      cells: [
        name === BASELINE ? 'a Map is incremented' : name,
        ns(one.median),
        between(one, ns),
        times(one.median / base.median),
      ],
      value: one.median / 1000,
    })),
    noise: times(noise),
    chart: { title: 'Recording one call', unit: 'µs' },
  };
  return { tables: [table], figures: mediansOf(spreads) };
}
