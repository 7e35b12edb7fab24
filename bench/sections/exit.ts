import { execFileSync } from 'node:child_process';
import { connect } from '../client.js';
import { DESTINATIONS, type DestinationKind, openDestination } from '../destination.js';
import { ms } from '../measure.js';
import { KINDS, type Kind, PEERS } from '../peers.mjs';
import { CLI, type Environment, environment, startSubject } from '../processes.js';
import type { RunOptions, Section } from '../section.js';
import type { Table } from '../table.js';

/** Kubernetes waits this long before it kills. */
const MAX_END_MS = 30_000;
const CALLS = 50;

const COMPARED = KINDS.filter((kind) => kind !== 'off');

/** Undefined where the process had not ended after `MAX_END_MS`. */
type Ending = Readonly<Partial<Record<Kind, number>>>;

export interface ExitFigures {
  /** ms. */
  readonly ending: Readonly<Record<DestinationKind, Ending>>;
  /** Calls after kill -9. */
  readonly counted: Readonly<Partial<Record<Kind, number>>>;
}

export async function exit({ say }: RunOptions): Promise<Section<ExitFigures>> {
  const ending = {
    up: await endingAt('up', say),
    refusing: await endingAt('refusing', say),
    'black hole': await endingAt('black hole', say),
  };
  const counted: Partial<Record<Kind, number>> = {};
  for (const kind of COMPARED) if (kind !== 'none') counted[kind] = await afterKill(kind);
  return { tables: [endingTable(ending), killedTable(counted)], figures: { ending, counted } };
}

async function endingAt(where: DestinationKind, say: RunOptions['say']): Promise<Ending> {
  say(`destination ${where} …`);
  const destination = await openDestination(where);
  // Together: they wait, and hardly compute.
  const all = await Promise.all(COMPARED.map(async (kind) => [kind, await timeToEnd(kind, destination.url)] as const));
  await destination.close();
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

function endingTable(ending: ExitFigures['ending']): Table {
  const shown = (value: number | undefined) => (value === undefined ? `> ${MAX_END_MS / 1000} s` : ms(value));
  return {
    title: 'From the answer of the last call to the end of the process, by itself',
    exercises:
      'One call through a client and a server of the MCP SDK, then what the documentation of each says to do at the end. Checked: the call was answered before the clock started.',
    columns: ['server', ...DESTINATIONS],
    rows: COMPARED.map((kind) => ({
      ours: PEERS[kind].ours ?? false,
      cells: [PEERS[kind].name, ...DESTINATIONS.map((where) => shown(ending[where][kind]))],
      value: (ending['black hole'][kind] ?? MAX_END_MS) / 1000,
    })),
    note: `On: the folder is one that is not kept, so that close() has to send. After ${MAX_END_MS / 1000} s it is killed, as Kubernetes would.`,
    chart: { title: 'Until the process ends, in front of a black hole', unit: 's' },
  };
}

function killedTable(counted: ExitFigures['counted']): Table {
  return {
    title: `kill -9 right after the answer to call ${CALLS}: how many are counted`,
    exercises: `${CALLS} calls over stdio without a pause, SIGKILL, then 2 s for requests that are under way. Checked: all ${CALLS} calls were answered.`,
    columns: ['server', 'counted'],
    rows: COMPARED.filter((kind) => kind !== 'none').map((kind) => ({
      ours: PEERS[kind].ours ?? false,
      cells: [PEERS[kind].name, `${counted[kind]}`],
      value: counted[kind] ?? 0,
    })),
    chart: { title: `Counted of ${CALLS} calls after kill -9`, unit: 'calls' },
  };
}

/** @returns ms; undefined where it was killed */
async function timeToEnd(kind: Kind, url: string): Promise<number | undefined> {
  const child = startSubject('end', [kind, url], { env: environment(kind === 'on' ? 'not kept' : 'off') });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const from = performance.now();
  const timer = setTimeout(() => child.kill('SIGKILL'), MAX_END_MS);
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  clearTimeout(timer);
  return signal === null ? performance.now() - from : undefined;
}

async function afterKill(kind: Kind): Promise<number> {
  const destination = await openDestination();
  const env = environment(kind === 'on' ? 'on' : 'off');
  const client = await connect(kind, destination.url, env);
  for (let call = 0; call < CALLS; call += 1) await client.call(call);
  client.child.kill('SIGKILL');
  await client.close();
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // requests that are under way arrive
  const bodies = kind === 'on' ? [draftOf(env)] : destination.bodies;
  await destination.close();
  return PEERS[kind].counted(bodies);
}

/** What the user would see: today's counts, which are not sent before the day is over. */
function draftOf(env: Environment): string {
  const preview = execFileSync(process.execPath, [CLI, 'preview', '--json'], { env, encoding: 'utf8' });
  const [request]: readonly { readonly body: unknown }[] = JSON.parse(preview).requests;
  if (request === undefined) throw new Error('preview shows no request');
  return typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
}
