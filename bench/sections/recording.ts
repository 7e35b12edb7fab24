import { openDestination } from '../destination.js';
import { BASELINE, between, mediansOf, ns, takeTurns, times } from '../measure.js';
import { PEERS } from '../peers.mjs';
import { type Choice, environment, runSubject } from '../processes.js';
import type { RunOptions, Section } from '../section.js';

interface Subject {
  readonly kind: string;
  readonly choice: Choice;
  /** In each round. */
  readonly calls: number;
}

const BARE: Subject = { kind: 'map', choice: 'off', calls: 300_000 };
const SUBJECTS: Readonly<Record<string, Subject>> = {
  'dot-ai-analytics, off': { kind: 'off', choice: 'off', calls: 300_000 },
  'dot-ai-analytics, on, in memory only': { kind: 'on', choice: 'not kept', calls: 100_000 },
  'dot-ai-analytics, on, on disk at once': { kind: 'on', choice: 'on', calls: 100_000 },
  [PEERS.otel.name]: { kind: 'otel', choice: 'off', calls: 100_000 },
  [PEERS.posthog.name]: { kind: 'posthog', choice: 'off', calls: 20_000 },
};

/** @returns figures: ns by subject */
export async function recording({ quick }: RunOptions): Promise<Section<Readonly<Record<string, number>>>> {
  const destination = await openDestination();
  const measure =
    ({ kind, choice, calls }: Subject) =>
    async () => {
      const env = environment(choice);
      return (await runSubject<{ ns: number }>('record', [kind, destination.url, calls], { env })).ns;
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
