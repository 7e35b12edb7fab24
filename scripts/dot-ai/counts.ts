// What an installation has counted, as its command line says, and what a report holds.
import { output } from '../check/run.js';
import type { Installation } from './server.js';

type Row = Record<string, string | number>;

export interface Counts {
  /** By tool: its row without latency and first uses. */
  readonly tools: Record<string, Row>;
  readonly features: Row;
  readonly providers: Row;
  readonly sessions: number;
}

export async function previewed(checkout: string, { env }: Installation): Promise<Counts> {
  const text = await runCli(checkout, { env }, 'preview', '--json');
  const { requests } = JSON.parse(text) as { requests: { body: string }[] };
  return countsIn(requests.map(({ body }) => body));
}

/** The command of the package that is installed in the checkout, as in the image. */
export function runCli(checkout: string, { env }: Installation, ...args: string[]): Promise<string> {
  const program = 'node_modules/dot-ai-analytics/bin/dot-ai-analytics.cjs';
  return output(process.execPath, [program, ...args], { cwd: checkout, env });
}

export function countsIn(bodies: readonly string[]): Counts {
  const tools: Record<string, Row> = {};
  const features: Row = {};
  const providers: Row = {};
  let sessions = 0;
  for (const { event, properties } of bodies.flatMap((body) => JSON.parse(body).batch)) {
    if (event === 'tool_usage') tools[properties.tool] = countsOf(properties);
    if (event === 'feature_usage') features[properties.feature] = properties.uses;
    if (event === 'provider_usage') providers[properties.provider] = properties.invocations;
    if (event === 'session_usage') {
      const numbers = Object.entries(properties).filter(([name]) => name.startsWith('sessions_'));
      sessions += numbers.reduce((sum, [, value]) => sum + Number(value), 0);
    }
  }
  return { tools, features, providers, sessions };
}

function countsOf(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => /^(invocations|successes|failures)/.test(name)));
}
