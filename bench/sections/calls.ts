import { type Connected, connect } from '../client.js';
import { openDestination } from '../destination.js';
import { between, ns, spread, times } from '../measure.js';
import { KINDS, type Kind, PEERS } from '../peers.mjs';
import { environment } from '../processes.js';
import type { RunOptions, Section } from '../section.js';

const AGAIN = 'no analytics, again';
const WARM = 300;

type Subject = Kind | typeof AGAIN;
const SUBJECTS: readonly Subject[] = ['none', AGAIN, ...KINDS.filter((kind) => kind !== 'none')];

export interface CallsFigures {
  /** ns above no analytics. */
  readonly above: Readonly<Record<Subject, number>>;
  readonly base: number;
  readonly noise: number;
}

/**
 * All servers at once, one call each in turn, in an order that moves. Where a process happens to lie in memory and on
 * the processor makes more of a difference than any of them. So this is done several times, with new processes.
 */
export async function calls({ quick }: RunOptions): Promise<Section<CallsFigures>> {
  const medians = bySubject<number[]>(() => []);
  for (let set = 0; set < (quick ? 2 : 9); set += 1) {
    const taken = await oneSet(quick ? 300 : 1500);
    for (const subject of SUBJECTS) medians[subject].push(spread(taken[subject]).median);
  }
  const above = bySubject((subject) =>
    spread(medians[subject].map((median, set) => median - (medians.none[set] ?? Number.NaN))),
  );
  const base = spread(medians.none).median;
  const noise = Math.max(...above[AGAIN].samples.map(Math.abs));
  const table = {
    title: 'tools/call as the client sees it, over stdio',
    columns: ['server', 'median', 'above no analytics', 'half of the sets', '×'],
    rows: KINDS.map((kind) => {
      const { median } = above[kind];
      const cells = [ns(base + median), ns(median), between(above[kind], ns), times(1 + median / base)];
      return { ours: PEERS[kind].ours ?? false, cells: [PEERS[kind].name, ...cells], value: median / 1000 };
    }),
    noise: `up to ${ns(noise)}`,
    chart: { title: 'What a tools/call takes longer', unit: 'µs' },
  };
  return { tables: [table], figures: { above: bySubject((subject) => above[subject].median), base, noise } };
}

/** @returns ns of each call */
async function oneSet(rounds: number): Promise<Readonly<Record<Subject, readonly number[]>>> {
  const destination = await openDestination();
  const clients: { readonly subject: Subject; readonly client: Connected }[] = [];
  for (const subject of SUBJECTS) {
    const env = environment(subject === 'on' ? 'on' : 'off');
    clients.push({ subject, client: await connect(subject === AGAIN ? 'none' : subject, destination.url, env) });
  }
  const taken = bySubject<number[]>(() => []);
  for (let round = -WARM; round < rounds; round += 1) {
    const first = (round + WARM) % clients.length;
    for (const { subject, client } of [...clients.slice(first), ...clients.slice(0, first)]) {
      const from = process.hrtime.bigint();
      await client.call();
      if (round >= 0) taken[subject].push(Number(process.hrtime.bigint() - from));
    }
  }
  for (const { client } of clients) await client.close();
  await destination.close();
  return taken;
}

function bySubject<Value>(make: (subject: Subject) => Value): Record<Subject, Value> {
  return Object.fromEntries(SUBJECTS.map((subject) => [subject, make(subject)])) as Record<Subject, Value>;
}
