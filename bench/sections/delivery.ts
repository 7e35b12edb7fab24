import { KINDS, openDestination } from '../destination.js';
import { BASELINE, bytes, takeTurns } from '../measure.js';
import { PEERS } from '../peers.mjs';
import { environment, runSubject } from '../processes.js';

const SENDING = Object.keys(PEERS).filter((kind) => !['none', 'off'].includes(kind));

const DAY = 10_000;
/** What a peer gets to send what it has, before its process is ended. */
const PATIENCE_MS = 60_000;

export async function delivery({ quick, say }) {
  const calls = quick ? 2_000 : 20_000;
  const { table, figures } = await processorTime(calls, quick ? 1 : 3);
  say('bytes on the wire …');
  const wire = {};
  for (const kind of SENDING) if (kind !== 'on') wire[kind] = await wireOf(kind);
  const many = await manyCalls(quick ? 100_000 : 10_000_000);
  say('memory …');
  return { tables: [table, wireTable(wire, many), await memory(calls, say)], figures: { ...figures, wire: many } };
}

const choiceOf = (kind) => (kind === 'on' ? 'on' : 'off');

/** CPU seconds of 100 thousand calls, delivery included, above the same server without analytics. */
async function processorTime(calls, rounds) {
  const run = (kind) => async () => {
    const destination = await openDestination();
    const { cpu } = await runSubject('deliver', [kind, destination.url, calls, PATIENCE_MS], {
      env: environment(choiceOf(kind)),
    });
    await destination.close();
    return cpu * (100_000 / calls);
  };
  const subjects = { [BASELINE]: run('none'), ...Object.fromEntries(SENDING.map((kind) => [kind, run(kind)])) };
  const { spreads, noise } = await takeTurns(subjects, rounds);
  const base = spreads[BASELINE].median;
  const seconds = (value) => `${value.toFixed(2)} s`;
  const table = {
    title: 'Processor time of 100 thousand tools/call, delivery included',
    columns: ['server', 'median', 'above no analytics', '×'],
    rows: Object.entries(spreads).map(([kind, { median }]) => ({
      ours: PEERS[kind]?.ours,
      cells: [
        PEERS[kind]?.name ?? 'no analytics',
        seconds(median),
        seconds(median - base),
        `${(median / base).toFixed(2)} ×`,
      ],
      value: median - base,
    })),
    noise: `${noise.toFixed(2)} ×`,
    chart: { title: 'Processor time of 100 thousand calls, above no analytics', unit: 's' },
  };
  return {
    table,
    figures: Object.fromEntries(Object.entries(spreads).map(([kind, { median }]) => [kind, median - base])),
  };
}

/** A peer gets all the time it wants to send what it has. */
async function wireOf(kind) {
  const destination = await openDestination();
  await runSubject('deliver', [kind, destination.url, DAY, PATIENCE_MS], { env: environment() });
  await destination.close();
  return { requests: destination.requests, bytes: destination.bytes, arrived: PEERS[kind].counted(destination.bodies) };
}

/** Nine tools, folded, one report: what leaves after ten thousand calls, and after so many more. */
async function manyCalls(most) {
  const sizes = {};
  for (const calls of [DAY, most]) {
    const destination = await openDestination();
    await runSubject('many', [calls, destination.url], { env: environment('on') });
    sizes[calls] = { requests: destination.requests, bytes: destination.bytes };
    await destination.close();
  }
  return { few: sizes[DAY], many: sizes[most], most };
}

function wireTable(wire, { few, many, most }) {
  const rows = Object.entries(wire).map(([kind, { requests, bytes: sent, arrived }]) => ({
    cells: [PEERS[kind].name, `${requests}`, bytes(sent), '', `${arrived}`],
    value: sent / 1024,
  }));
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
    columns: ['server', 'requests', 'bytes', 'and for more', 'calls that arrived'],
    rows: [ours, ...rows],
    note: 'Calls follow each other without a pause; with pauses the batches of peers are smaller and their requests more. OpenTelemetry sends its sums once a minute, and here once, at the end; what a peer drops because its queue is full is missing in the last column.',
    chart: { title: 'Bytes on the wire for 10 thousand calls', unit: 'KiB' },
  };
}

/** Resident memory at the end of the calls, above the same server without analytics. */
async function memory(calls, say) {
  const rows = {};
  for (const kind of KINDS) {
    const destination = await openDestination(kind);
    const rss = async (peer) =>
      (await runSubject('deliver', [peer, destination.url, calls, 1_000], { env: environment(choiceOf(peer)) })).rss;
    const bases = [await rss('none'), await rss('none'), await rss('none')].sort((a, b) => a - b);
    for (const peer of SENDING) {
      rows[peer] ??= [];
      rows[peer].push(
        await rss(peer).then(
          (value) => `${mib(value - bases[1])}`,
          (error) => died(error, say),
        ),
      );
    }
    rows.none ??= [];
    rows.none.push(`${mib(bases[0] - bases[1])} to ${mib(bases[2] - bases[1])}`);
    await destination.close();
  }
  return {
    title: `Resident memory after ${calls.toLocaleString('en')} calls, above no analytics, MiB`,
    columns: ['server', ...KINDS],
    rows: Object.entries(rows).map(([peer, cells]) => ({
      ours: PEERS[peer].ours,
      cells: [peer === 'none' ? 'no analytics, against itself' : PEERS[peer].name, ...cells],
    })),
  };
}

const mib = (value) => (value / 1024 ** 2).toFixed(0);

function died(error, say) {
  say(error.message.split('\n')[0]);
  return 'the server died';
}
