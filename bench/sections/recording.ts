import { openDestination } from '../destination.js';
import { BASELINE, between, ns, takeTurns, times } from '../measure.js';
import { PEERS } from '../peers.mjs';
import { environment, runSubject } from '../processes.js';

/** kind of subject, choice of the user, calls a round */
const SUBJECTS = {
  [BASELINE]: ['map', 'off', 300_000],
  'dot-ai-analytics, off': ['off', 'off', 300_000],
  'dot-ai-analytics, on, in memory only': ['on', 'not kept', 100_000],
  'dot-ai-analytics, on, on disk at once': ['on', 'on', 100_000],
  [PEERS.otel.name]: ['otel', 'off', 100_000],
  [PEERS.posthog.name]: ['posthog', 'off', 20_000],
};

export async function recording({ quick }) {
  const destination = await openDestination();
  const subjects = Object.fromEntries(
    Object.entries(SUBJECTS).map(([name, [kind, choice, calls]]) => [
      name,
      async () => (await runSubject('record', [kind, destination.url, calls], { env: environment(choice) })).ns,
    ]),
  );
  const { spreads, noise } = await takeTurns(subjects, quick ? 3 : 11);
  await destination.close();
  const base = spreads[BASELINE].median;
  const table = {
    title: 'Recording one call, above awaiting the function itself',
    columns: ['how', 'median', 'half of the runs', '× a Map'],
    rows: Object.entries(spreads).map(([name, one]) => ({
      ours: name.startsWith('dot-ai-analytics'),
      cells: [
        name === BASELINE ? 'a Map is incremented' : name,
        ns(one.median),
        between(one, ns),
        times(one.median / base),
      ],
      value: one.median / 1000,
    })),
    noise: times(noise),
    chart: { title: 'Recording one call', unit: 'µs' },
  };
  return {
    tables: [table],
    figures: Object.fromEntries(Object.entries(spreads).map(([name, { median }]) => [name, median])),
  };
}
