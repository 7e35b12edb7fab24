import { openDestination } from '../destination.js';
import { bytes } from '../measure.js';
import { PEERS } from '../peers.mjs';
import { environment, startSubject } from '../processes.js';

const ARGUMENT = 'cluster-argument-5f1c';
const RESULT = 'cluster-result-8d2e';
const PATIENCE_MS = 30_000;

/** What is looked for in the bytes that arrived. */
const TRACES = {
  'the arguments': (text) => text.includes(ARGUMENT),
  'the result': (text) => text.includes(RESULT),
  'an id that links calls': (text) => linkingIds(text).length > 0,
  'the moment of a call': (text) =>
    /\d{4}-\d\d-\d\dT(?!12:00:00\.000Z)\d\d:\d\d:\d\d|"timeUnixNano":"\d{19}"/.test(text),
  'client and server': (text) => text.includes('bench-client') || text.includes('bench-server'),
};

export async function contents() {
  const rows = [];
  for (const kind of Object.keys(PEERS).filter((name) => !['none', 'off'].includes(name))) {
    const destination = await openDestination();
    const env = environment(kind === 'on' ? 'not kept' : 'off');
    const child = startSubject('contents', [kind, destination.url, ARGUMENT, RESULT], { env });
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await new Promise((resolve) => child.on('close', resolve));
    clearTimeout(timer);
    const text = destination.bodies.join('\n');
    const found = Object.values(TRACES).map((isIn) => (isIn(text) ? 'yes' : 'no'));
    rows.push({ ours: PEERS[kind].ours, cells: [PEERS[kind].name, ...found, bytes(destination.bytes)] });
    await destination.close();
  }
  return {
    tables: [
      {
        title: 'What is in the bytes that three calls send',
        columns: ['server', ...Object.keys(TRACES), 'bytes'],
        rows,
        note: 'As each is set up by its documentation, options that leave things out not used. OpenTelemetry names a point in time for its sums, not for a call.',
      },
    ],
    figures: {},
  };
}

/** Ids (UUIDs, and what begins like a session) that stand in more than one event. */
function linkingIds(text) {
  const ids =
    text.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|ses_\w{10,}|"distinct_id":"[^"]+"/g) ?? [];
  const events = text.split(/(?="event":|"event_type":)/).slice(1);
  return [...new Set(ids)].filter((id) => events.filter((event) => event.includes(id)).length > 1);
}
