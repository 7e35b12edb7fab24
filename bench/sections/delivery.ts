import { arrivedOf } from '../arrived.js';
import { connect } from '../client.js';
import { DESTINATIONS, type DestinationKind, openDestination } from '../destination.js';
import { BASELINE, bytes, mediansOf, takeTurns } from '../measure.js';
import { KINDS, type Kind, PEERS } from '../peers.mjs';
import { environment, runSubject } from '../processes.js';
import type { RunOptions, Section } from '../section.js';
import type { Row, Table } from '../table.js';

const SENDING = KINDS.filter((kind) => kind !== 'none' && kind !== 'off');

const DAY = 10_000;
/** How long a peer may send what it has before its process is ended. */
const MAX_SENDING_MS = 60_000;

/** What `subjects/server.mjs` prints: seconds of processor time, bytes of resident memory. */
interface Delivered {
  readonly cpu: number;
  readonly rss: number;
}

interface Sent {
  readonly requests: number;
  readonly bytes: number;
}

/** After a day's calls, and after `most`. */
interface Wire {
  readonly few: Sent;
  readonly many: Sent;
  readonly most: number;
}

export interface DeliveryFigures {
  readonly wire: Wire;
  /** CPU seconds of 100 thousand calls above no analytics, by kind. */
  readonly processor: Readonly<Record<string, number>>;
}

export async function delivery({ quick, say }: RunOptions): Promise<Section<DeliveryFigures>> {
  const calls = quick ? 2_000 : 20_000;
  const { table, processor } = await processorTime(quick ? [900, 1_800] : [4_500, 22_500], quick ? 1 : 2);
  say('bytes on the wire …');
  const rows: Row[] = [];
  for (const kind of SENDING) if (kind !== 'on') rows.push(await wireRow(kind));
  const wire = await manyCalls(quick ? 100_000 : 10_000_000);
  say('memory …');
  return { tables: [table, wireTable(rows, wire), await memory(calls, say)], figures: { wire, processor } };
}

/** Calls a server over stdio, and waits until it has sent what it has. */
async function deliver(kind: Kind, url: string, calls: number, patience: number): Promise<Delivered> {
  const client = await connect(kind, url, environment(kind === 'on' ? 'on' : 'off'), patience);
  for (let call = 0; call < calls; call += 1) await client.call(call);
  return JSON.parse((await client.close()).trim().split('\n').at(-1) ?? '');
}

/**
 * Seconds of processor time of 100 thousand calls, delivery included, above the same server without analytics. So many
 * would fill a counter, and take hours for some peers. So a short and a longer run tell what a call takes, and the short
 * one what comes once: compiling, and what is sent at the end.
 */
async function processorTime(
  [few, many]: readonly [few: number, many: number],
  rounds: number,
): Promise<{ table: Table; processor: DeliveryFigures['processor'] }> {
  const arrived: Record<string, string> = {};
  const cpuOf = async (kind: Kind, calls: number) => {
    const destination = await openDestination();
    const { cpu } = await deliver(kind, destination.url, calls, MAX_SENDING_MS);
    await destination.close();
    arrived[kind] = arrivedOf(kind, calls, destination.bodies);
    return cpu;
  };
  const run = (kind: Kind) => async () => {
    const [short, long] = [await cpuOf(kind, few), await cpuOf(kind, many)];
    return short + ((long - short) * (100_000 - few)) / (many - few);
  };
  const subjects = Object.fromEntries(SENDING.map((kind) => [kind, run(kind)]));
  const { base, spreads, noise } = await takeTurns({ [BASELINE]: run('none'), ...subjects }, rounds);
  const row = (kind: Kind, median: number): Row => ({
    ours: PEERS[kind].ours ?? false,
    cells: [
      PEERS[kind].name,
      seconds(median),
      seconds(median - base.median),
      `${(median / base.median).toFixed(2)} ×`,
      arrived[kind] ?? '',
    ],
    value: median - base.median,
  });
  const table = {
    title: 'Processor time of 100 thousand tools/call over stdio, delivery included',
    exercises: `The time of the server's process from the first call until it has ended by itself, in runs of ${few.toLocaleString('en')} and ${many.toLocaleString('en')} calls of nine tools in turn, which fill no counter: the difference tells what a call takes. Checked: each report of this library has all calls.`,
    columns: ['server', 'median', 'above no analytics', '×', 'calls that arrived'],
    rows: [row('none', base.median), ...SENDING.map((kind) => row(kind, spreads[kind]?.median ?? Number.NaN))],
    noise: `${noise.toFixed(2)} ×`,
    chart: { title: 'Processor time of 100 thousand calls, above no analytics', unit: 's' },
  };
  return { table, processor: mediansOf(spreads, (median) => median - base.median) };
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

/** A peer gets all the time that it needs to send what it has. */
async function wireRow(kind: Kind): Promise<Row> {
  const destination = await openDestination();
  await deliver(kind, destination.url, DAY, MAX_SENDING_MS);
  await destination.close();
  const arrived = arrivedOf(kind, DAY, destination.bodies);
  return {
    cells: [PEERS[kind].name, `${destination.requests}`, bytes(destination.bytes), '', arrived],
    value: destination.bytes / 1024,
  };
}

/** Nine tools, folded, one report: what leaves after a day's calls, and after `most`. */
async function manyCalls(most: number): Promise<Wire> {
  return { few: await sentAfter(DAY), many: await sentAfter(most), most };
}

async function sentAfter(calls: number): Promise<Sent> {
  const destination = await openDestination();
  await runSubject('many', [calls, destination.url], { env: environment('on') });
  await destination.close();
  if (destination.requests !== 1) throw new Error(`${destination.requests} requests instead of one`);
  return { requests: destination.requests, bytes: destination.bytes };
}

function wireTable(rows: readonly Row[], { few, many, most }: Wire): Table {
  const ours = {
    ours: true,
    cells: [
      `${PEERS.on.name}, nine tools`,
      `${few.requests}`,
      bytes(few.bytes),
      `${bytes(many.bytes)} for ${most.toLocaleString('en')}`,
      'all',
    ],
    value: few.bytes / 1024,
  };
  return {
    title: 'On the wire, for 10 thousand calls of a day',
    exercises:
      'Calls of nine tools in turn, over stdio; of this library at the level of functions, with one failure in twenty, 10 thousand and 10 million. Checked: it sent one request.',
    columns: ['server', 'requests', 'bytes', 'and for more', 'calls that arrived'],
    rows: [ours, ...rows],
    note: 'Calls follow each other without a pause; with pauses the batches of peers are smaller and their requests more. OpenTelemetry sends its sums once a minute, and here once, at the end; what a peer drops because its queue is full is missing in the last column.',
    chart: { title: 'Bytes on the wire for 10 thousand calls', unit: 'KiB' },
  };
}

/** Resident memory at the end of the calls, above the same server without analytics. */
async function memory(calls: number, say: RunOptions['say']): Promise<Table> {
  const columns: (readonly string[])[] = [];
  for (const where of DESTINATIONS) columns.push(await memoryAt(where, calls, say));
  const names = [...SENDING.map((kind) => PEERS[kind].name), 'no analytics, against itself'];
  return {
    title: `Resident memory after ${calls.toLocaleString('en')} calls, above no analytics, MiB`,
    exercises:
      'The same calls over stdio, to a destination that answers, one that refuses, and one that never answers. Checked: every call was answered.',
    columns: ['server', ...DESTINATIONS],
    rows: names.map((name, at) => {
      const kind = SENDING[at];
      const ours = kind !== undefined && PEERS[kind].ours === true;
      return { ours, cells: [name, ...columns.map((cells) => cells[at] ?? '')] };
    }),
  };
}

/** @returns a cell for each of `SENDING`, and one for no analytics */
async function memoryAt(where: DestinationKind, calls: number, say: RunOptions['say']): Promise<readonly string[]> {
  const destination = await openDestination(where);
  const rss = async (kind: Kind) => (await deliver(kind, destination.url, calls, 1_000)).rss;
  const bases = [await rss('none'), await rss('none'), await rss('none')].sort((a, b) => a - b);
  const [least = 0, base = 0, most = 0] = bases;
  const cells: string[] = [];
  for (const kind of SENDING) {
    cells.push(
      await rss(kind).then(
        (value) => mib(value - base),
        (error: Error) => died(error, say),
      ),
    );
  }
  await destination.close();
  return [...cells, `${mib(least - base)} to ${mib(most - base)}`];
}

function mib(value: number): string {
  return (value / 1024 ** 2).toFixed(0);
}

function died(error: Error, say: RunOptions['say']): string {
  say(error.message.split('\n')[0] ?? '');
  return 'the server died';
}
