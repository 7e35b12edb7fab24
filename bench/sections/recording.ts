import { join } from 'node:path';
import { readSpoolFile } from '../../src/core/record/read-spool-file.js';
import { listSpool } from '../../src/core/record/spool-files.js';
import { homeIn } from '../../src/platform/home.js';
import { openDestination } from '../destination.js';
import { BASELINE, between, mediansOf, ns, spread, takeTurns, times } from '../measure.js';
import { IS_ALONE, PEERS } from '../peers.mjs';
import { type Choice, type Environment, environment, runSubject } from '../processes.js';
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
  const processor: Record<string, number[]> = {};
  const measure =
    ({ kind, choice, calls, writes }: Subject) =>
    async () => {
      const env = environment(choice);
      const args = [kind, destination.url, calls, ...(writes === undefined ? [] : [writes])];
      const { ns, cpu } = await runSubject<{ ns: number; cpu: number }>('record', args, { env });
      if (writes === 1) checkCounted(env, calls + calls / 10);
      const samples = processor[`${kind} ${choice}`] ?? [];
      processor[`${kind} ${choice}`] = [...samples, cpu];
      return ns;
    };
  const compared = Object.entries(SUBJECTS).filter(([name]) => !IS_ALONE || name.startsWith('dot-ai-analytics'));
  const subjects = Object.fromEntries(compared.map(([name, subject]) => [name, measure(subject)]));
  const { base, spreads, noise } = await takeTurns({ [BASELINE]: measure(BARE), ...subjects }, quick ? 3 : 11);
  await destination.close();
  const table = {
    title: 'Recording one call, above awaiting the function itself',
    exercises:
      'One tool call at the level of functions, nine tools in turn. Checked: each measured call of this library wrote exactly once (on disk), or not at all (off, in memory), and after the run the spool file on disk has exactly the calls that were made, so that no counter was full.',
    columns: ['how', 'median', 'half of the runs', 'processor time', '× a Map'],
    rows: Object.entries(spreads).map(([name, one]) => ({
      ours: name.startsWith('dot-ai-analytics'),
      cells: [
        name === BASELINE ? 'a Map is incremented' : name,
        ns(one.median),
        between(one, ns),
        ns(spread(processor[processorKey(name)] ?? []).median),
        times(one.median / base.median),
      ],
      value: one.median / 1000,
    })),
    noise: times(noise),
    chart: { title: 'Recording one call', unit: 'µs' },
  };
  return { tables: [table], figures: mediansOf(spreads) };
}

function processorKey(name: string): string {
  const { kind, choice } = SUBJECTS[name] ?? BARE;
  return `${kind} ${choice}`;
}

/** @throws unless exactly these calls are on disk */
function checkCounted({ HOME }: Environment, calls: number): void {
  const files = listSpool(homeIn(join(HOME, '.dot-ai')));
  const lines = files.flatMap((file) => [...(readSpoolFile(file)?.values() ?? [])]);
  const counted = lines.reduce((sum, cells) => sum + (cells.get('successes') ?? 0), 0);
  if (counted !== calls) throw new Error(`${counted} calls are on disk instead of ${calls}`);
}
