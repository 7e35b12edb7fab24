import { openDestination } from '../destination.js';
import { bytes } from '../measure.js';
import { KINDS, type Kind, PEERS } from '../peers.mjs';
import { environment, startSubject } from '../processes.js';
import type { Section } from '../section.js';
import type { Row } from '../table.js';

const ARGUMENT = 'cluster-argument-5f1c';
const RESULT = 'cluster-result-8d2e';
const MAX_RUN_MS = 30_000;

/** What is looked for in the bytes that arrived. */
const TRACES: Readonly<Record<string, (text: string) => boolean>> = {
  'the arguments': (text) => text.includes(ARGUMENT),
  'the result': (text) => text.includes(RESULT),
  'an id that links calls': (text) => linkingIds(text).length > 0,
  'the moment of a call': (text) =>
    /\d{4}-\d\d-\d\dT(?!12:00:00\.000Z)\d\d:\d\d:\d\d|"timeUnixNano":"\d{19}"/.test(text),
  'client and server': (text) => text.includes('bench-client') || text.includes('bench-server'),
};

export async function contents(): Promise<Section<Readonly<Record<string, never>>>> {
  const rows: Row[] = [];
  for (const kind of KINDS.filter((name) => name !== 'none' && name !== 'off')) rows.push(await rowOf(kind));
  const table = {
    title: 'What is in the bytes that three calls send',
    exercises:
      'Three calls with an argument and a result that can be recognized, then the end of the process. Checked: bytes arrived from each.',
    columns: ['server', ...Object.keys(TRACES), 'bytes'],
    rows,
    note: 'As each is set up by its documentation, options that leave things out not used. OpenTelemetry names a point in time for its sums, not for a call.',
  };
  return { tables: [table], figures: {} };
}

async function rowOf(kind: Kind): Promise<Row> {
  const destination = await openDestination();
  const env = environment(kind === 'on' ? 'not kept' : 'off');
  const child = startSubject('contents', [kind, destination.url, ARGUMENT, RESULT], { env });
  const timer = setTimeout(() => child.kill('SIGKILL'), MAX_RUN_MS);
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  const text = destination.bodies.join('\n');
  if (text === '') throw new Error(`${kind} sent nothing`);
  const found = Object.values(TRACES).map((isIn) => (isIn(text) ? 'yes' : 'no'));
  await destination.close();
  return { ours: PEERS[kind].ours ?? false, cells: [PEERS[kind].name, ...found, bytes(destination.bytes)] };
}

/** Ids (UUIDs, and strings that begin like a session) that stand in more than one event. */
function linkingIds(text: string): readonly string[] {
  const ids =
    text.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|ses_\w{10,}|"distinct_id":"[^"]+"/g) ?? [];
  const events = text.split(/(?="event":|"event_type":)/).slice(1);
  return [...new Set(ids)].filter((id) => events.filter((event) => event.includes(id)).length > 1);
}
