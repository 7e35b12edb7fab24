import { connect } from '../client.js';
import { openDestination } from '../destination.js';
import { between, ns, spread, times } from '../measure.js';
import { PEERS } from '../peers.mjs';
import { environment } from '../processes.js';

const AGAIN = 'no analytics, again';
const WARM = 300;

/**
 * All servers at once, one call each in turn, in an order that moves. Where a process happens to lie in memory and on
 * the processor makes more of a difference than any of them: so this is done several times, with new processes.
 */
export async function calls({ quick }) {
  const kinds = ['none', AGAIN, ...Object.keys(PEERS).filter((name) => name !== 'none')];
  const medians = Object.fromEntries(kinds.map((kind) => [kind, []]));
  for (let set = 0; set < (quick ? 2 : 9); set += 1) {
    const taken = await oneSet(kinds, quick ? 300 : 1500);
    for (const kind of kinds) medians[kind].push(spread(taken[kind]).median);
  }
  const above = Object.fromEntries(
    kinds.map((kind) => [kind, spread(medians[kind].map((median, set) => median - medians.none[set]))]),
  );
  const base = spread(medians.none).median;
  const noise = Math.max(...above[AGAIN].samples.map(Math.abs));
  const table = {
    title: 'tools/call as the client sees it, over stdio',
    columns: ['server', 'median', 'above no analytics', 'half of the sets', '×'],
    rows: kinds
      .filter((kind) => kind !== AGAIN)
      .map((kind) => {
        const { median } = above[kind];
        const cells = [ns(base + median), ns(median), between(above[kind], ns), times(1 + median / base)];
        return { ours: PEERS[kind].ours, cells: [PEERS[kind].name, ...cells], value: median / 1000 };
      }),
    noise: `up to ${ns(noise)}`,
    chart: { title: 'What a tools/call takes longer', unit: 'µs' },
  };
  return {
    tables: [table],
    figures: { ...Object.fromEntries(kinds.map((kind) => [kind, above[kind].median])), base, noise },
  };
}

/** @returns ns of each call, by kind */
async function oneSet(kinds, rounds) {
  const destination = await openDestination();
  const clients = {};
  for (const kind of kinds) {
    const env = environment(kind === 'on' ? 'on' : 'off');
    clients[kind] = await connect(kind === AGAIN ? 'none' : kind, destination.url, env);
  }
  const taken = Object.fromEntries(kinds.map((kind) => [kind, []]));
  for (let round = -WARM; round < rounds; round += 1) {
    for (let at = 0; at < kinds.length; at += 1) {
      const kind = kinds[(at + round + WARM) % kinds.length];
      const from = process.hrtime.bigint();
      await clients[kind].call();
      if (round >= 0) taken[kind].push(Number(process.hrtime.bigint() - from));
    }
  }
  for (const client of Object.values(clients)) await client.close();
  await destination.close();
  return taken;
}
