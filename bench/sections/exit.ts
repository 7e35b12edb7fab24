import { execFileSync } from 'node:child_process';
import { connect } from '../client.js';
import { KINDS, openDestination } from '../destination.js';
import { ms } from '../measure.js';
import { PEERS } from '../peers.mjs';
import { CLI, environment, startSubject } from '../processes.js';

/** Kubernetes waits so long before it kills. */
const PATIENCE_MS = 30_000;
const CALLS = 50;

export async function exit({ say }) {
  const figures = {};
  const kinds = Object.keys(PEERS).filter((kind) => kind !== 'off');
  for (const where of KINDS) {
    say(`destination ${where} …`);
    const destination = await openDestination(where);
    // Together: they wait, and hardly compute.
    const all = await Promise.all(kinds.map(async (kind) => [kind, await timeToEnd(kind, destination.url)]));
    figures[where] = Object.fromEntries(all);
    await destination.close();
  }
  const counted = {};
  for (const kind of kinds) if (kind !== 'none') counted[kind] = await afterKill(kind);
  const shown = (value) => (value === undefined ? `> ${PATIENCE_MS / 1000} s` : ms(value));
  const ending = {
    title: 'From the answer of the last call to the end of the process, by itself',
    columns: ['server', ...KINDS],
    rows: kinds.map((kind) => ({
      ours: PEERS[kind].ours,
      cells: [PEERS[kind].name, ...KINDS.map((where) => shown(figures[where][kind]))],
      value: (figures['black hole'][kind] ?? PATIENCE_MS) / 1000,
    })),
    note: `On: the folder is one that is not kept, so that close() has to send. After ${PATIENCE_MS / 1000} s it is killed, as Kubernetes would.`,
    chart: { title: 'Until the process ends, in front of a black hole', unit: 's' },
  };
  const killed = {
    title: `kill -9 right after the answer to call ${CALLS}: how many are counted`,
    columns: ['server', 'counted'],
    rows: Object.entries(counted).map(([kind, count]) => ({
      ours: PEERS[kind].ours,
      cells: [PEERS[kind].name, `${count}`],
      value: count,
    })),
    chart: { title: `Counted of ${CALLS} calls after kill -9`, unit: 'calls' },
  };
  return { tables: [ending, killed], figures: { ...figures, counted } };
}

/** @returns ms; undefined where patience ended first */
async function timeToEnd(kind, url) {
  const child = startSubject('end', [kind, url], { env: environment(kind === 'on' ? 'not kept' : 'off') });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const from = performance.now();
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  clearTimeout(timer);
  return signal === null ? performance.now() - from : undefined;
}

async function afterKill(kind) {
  const destination = await openDestination();
  const env = environment(kind === 'on' ? 'on' : 'off');
  const client = await connect(kind, destination.url, env);
  for (let call = 0; call < CALLS; call += 1) await client.call();
  process.kill(client.pid, 'SIGKILL');
  await client.close();
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // what is under way arrives
  const bodies = kind === 'on' ? [draftOf(env)] : destination.bodies;
  const counted = PEERS[kind].counted(bodies);
  await destination.close();
  return counted;
}

/** What the user would see: today's counts, not sent before the day is over. */
function draftOf(env) {
  const preview = execFileSync(process.execPath, [CLI, 'preview', '--json'], { env, encoding: 'utf8' });
  const [{ body }] = JSON.parse(preview).requests;
  return typeof body === 'string' ? body : JSON.stringify(body);
}
