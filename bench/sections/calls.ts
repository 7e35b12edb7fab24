import { arrivedOf } from '../arrived.js';
import { connectPair } from '../client.js';
import { openDestination } from '../destination.js';
import { between, ns, type Spread, spread, times } from '../measure.js';
import { KINDS, type Kind, PEERS } from '../peers.mjs';
import { environment, runSubject } from '../processes.js';
import type { RunOptions, Section } from '../section.js';
import type { Row, Table } from '../table.js';
import { mostOtherWrites } from '../writes.mjs';

/** What a call of the control computes, µs. A run that cannot see it cannot judge. */
const CONTROL_US = 5;

/** ns that a call of the instrumented server takes more than one of its plain neighbor. */
export interface Added {
  readonly above: Readonly<Partial<Record<Kind, Spread>>> & { readonly on: Spread };
  /** A plain call. */
  readonly base: number;
  /** What two plain neighbors differ by. */
  readonly noise: number;
}

export interface CallsFigures {
  readonly inProcess: Added;
  readonly client: Added & {
    /** What was seen of `CONTROL_US`, ns. */
    readonly control: number;
  };
}

export async function calls({ quick, say }: RunOptions): Promise<Section<CallsFigures>> {
  const inProcess = await inOneProcess(quick ? 200 : 1_000);
  say('over stdio …');
  const client = await overStdio(quick ? 20 : 150, quick ? 2 : 5);
  return { tables: [inProcess.table, client.table], figures: { inProcess: inProcess.added, client: client.added } };
}

/* ---- in one process ---- */

/** What `subjects/in-process.mjs` prints: µs of processor time of a call by batch. */
interface Batches {
  readonly above: readonly number[];
  readonly base: readonly number[];
  readonly calls: number;
  readonly writes: number;
}

async function inOneProcess(rounds: number): Promise<{ table: Table; added: Added }> {
  const rows: Row[] = [];
  const above: Partial<Record<Kind, Spread>> = {};
  let base = Number.NaN;
  for (const kind of KINDS) {
    const destination = await openDestination();
    const env = environment(kind === 'on' ? 'on' : 'off');
    const batches = await runSubject<Batches>('in-process', [kind, destination.url, rounds], { env });
    await destination.close();
    checkWrites(kind, batches);
    const added = spread(batches.above.map((microseconds) => microseconds * 1000));
    above[kind] = added;
    const own = spread(batches.base).median * 1000;
    if (kind === 'none') base = own;
    rows.push({
      ours: PEERS[kind].ours ?? false,
      cells: [
        kind === 'none' ? 'no analytics, again' : PEERS[kind].name,
        ns(added.median),
        between(added, ns),
        times(1 + added.median / own),
        `${batches.calls.toLocaleString('en')}`,
        arrivedOf(kind, batches.calls, destination.bodies),
      ],
      value: added.median / 1000,
    });
  }
  const added = { above: above as Added['above'], base, noise: Math.abs(above.none?.median ?? Number.NaN) };
  const table = {
    title: 'Processor time that is added to a tools/call, in process',
    exercises: `A client and two servers of the MCP SDK in one process, with dot-ai's nine tools in turn. The plain and the instrumented server take turns every 63 calls; a plain call takes ${ns(base)}. Checked: each call of this library wrote once, no counter was full, and its report has all calls.`,
    columns: ['server', 'added', 'half of the batches', '×', 'calls', 'calls that arrived'],
    rows,
    noise: ns(added.noise),
    chart: { title: 'Processor time that is added to a tools/call', unit: 'µs' },
  };
  return { table, added };
}

/** @throws unless each call, and nothing else but the start of the file, was written */
function checkWrites(kind: Kind, { calls: made, writes }: Batches): void {
  if (kind === 'off' && writes > mostOtherWrites(made)) throw new Error(`${writes} writes while off`);
  if (kind === 'on' && (writes < made || writes > made + mostOtherWrites(made)))
    throw new Error(`${made} calls were written in ${writes} writes`);
}

/* ---- as a client sees it ---- */

/**
 * A client and, as its child, one process with two servers on two sockets. Where a process happens to lie in memory and
 * on the processor makes more of a difference than any analytics, and these two share it.
 */
async function overStdio(blocks: number, sets: number): Promise<{ table: Table; added: CallsFigures['client'] }> {
  const rows: Row[] = [];
  const above: Partial<Record<Kind, Spread>> = {};
  const bases: number[] = [];
  for (const kind of KINDS) {
    const { table, added, base } = await pairs(kind, blocks, sets);
    above[kind] = added;
    bases.push(base);
    rows.push({ ...table, ours: PEERS[kind].ours ?? false });
  }
  const { added: control } = await pairs('none', blocks, sets, CONTROL_US);
  rows.push({ cells: [`${CONTROL_US} µs of work (control)`, ns(control.median), between(control, ns), '', ''] });
  const base = spread(bases).median;
  const noise = Math.abs(above.none?.median ?? Number.NaN);
  const table = {
    title: 'tools/call as the client sees it, over stdio',
    exercises: `A client, and as its child a process with two servers, plain and instrumented, on a socket each. They answer in turn; ${(sets * blocks * BLOCK).toLocaleString('en')} calls each, in ${sets} new processes; a plain call takes ${ns(base)}. Checked: every call was answered, and the report of this library has all of them. The control shows what this run can see. What a peer does in the background delays both servers of its process.`,
    columns: ['server', 'above its plain neighbor', 'half of the blocks', '×', 'calls that arrived'],
    rows,
    noise: ns(noise),
    chart: { title: 'What a tools/call takes longer', unit: 'µs' },
  };
  return { table, added: { above: above as Added['above'], base, noise, control: control.median } };
}

/** Calls of each server in a block, whose medians are compared. */
const BLOCK = 54;
const WARM_BLOCKS = 10;

async function pairs(
  kind: Kind,
  blocks: number,
  sets: number,
  work = 0,
): Promise<{ table: Row; added: Spread; base: number }> {
  const differences: number[] = [];
  const bases: number[] = [];
  let arrived = '';
  for (let set = 0; set < sets; set += 1) {
    const destination = await openDestination();
    const pair = await connectPair(kind, destination.url, environment(kind === 'on' ? 'on' : 'off'), work);
    for (let block = -WARM_BLOCKS; block < blocks; block += 1) {
      const { plain, instrumented } = await oneBlock(pair);
      if (block < 0) continue;
      bases.push(plain);
      differences.push(instrumented - plain);
    }
    await pair.close();
    await destination.close();
    arrived = arrivedOf(kind, (blocks + WARM_BLOCKS) * BLOCK, destination.bodies);
  }
  const added = spread(differences);
  const base = spread(bases).median;
  const name = kind === 'none' ? 'no analytics, again' : PEERS[kind].name;
  const cells = [name, ns(added.median), between(added, ns), times(1 + added.median / base), arrived];
  return { table: { cells, value: added.median / 1000 }, added, base };
}

/** Medians of both, in ns. They take turns in being first. */
async function oneBlock(
  pair: Awaited<ReturnType<typeof connectPair>>,
): Promise<{ plain: number; instrumented: number }> {
  const taken = { plain: [] as number[], instrumented: [] as number[] };
  for (let call = 0; call < BLOCK; call += 1) {
    for (const server of call % 2 === 0 ? (['plain', 'instrumented'] as const) : (['instrumented', 'plain'] as const)) {
      const from = process.hrtime.bigint();
      await pair[server](call);
      taken[server].push(Number(process.hrtime.bigint() - from));
    }
  }
  return { plain: spread(taken.plain).median, instrumented: spread(taken.instrumented).median };
}
