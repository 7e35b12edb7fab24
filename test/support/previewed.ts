import { cli } from './processes.js';

type Properties = Record<string, string | number>;

/** Counts by kind of row; latency and first uses are left out. */
export interface Counts {
  readonly tools: Record<string, Properties>;
  /** `from > to`: how often. */
  readonly steps: Properties;
  readonly sessions: Properties;
  readonly features: Properties;
  readonly providers: Properties;
}

/** What the command line says would be sent, all days together. */
export async function previewed(env: NodeJS.ProcessEnv): Promise<Counts> {
  const { stdout } = await cli(['preview', '--json'], { env });
  const { kind, requests } = JSON.parse(stdout);
  if (kind !== 'pending') throw new Error('nothing was counted: the preview shows its example');
  return countsIn(requests.map(({ body }: { body: string }) => body));
}

/** What is in the bodies of requests. */
export function countsIn(bodies: readonly string[]): Counts {
  const counts: Counts = { tools: {}, steps: {}, sessions: {}, features: {}, providers: {} };
  const add: Record<string, (row: Properties) => unknown> = {
    tool_usage: (row) =>
      Object.assign(counts.tools, { [`${row.tool}`]: only(/^(invocations|successes|failures)/, row) }),
    workflow_step: (row) => Object.assign(counts.steps, { [`${row.from} > ${row.to}`]: row.count }),
    session_usage: (row) => Object.assign(counts.sessions, only(/^sessions_/, row)),
    feature_usage: (row) => Object.assign(counts.features, { [`${row.feature}`]: row.uses }),
    provider_usage: (row) => Object.assign(counts.providers, { [`${row.provider}`]: row.invocations }),
  };
  for (const { event, properties } of bodies.flatMap((body) => JSON.parse(body).batch)) add[event]?.(properties);
  return counts;
}

function only(names: RegExp, row: Properties): Properties {
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.test(name)));
}
