import { writeFileSync } from 'node:fs';
import { createInstall, type SimulatedDay } from '../src/simulation/installs.js';
import { randomFrom } from '../src/simulation/random.js';
import { bodyOf, createMemory, totalsOf } from '../src/simulation/reports.js';

/** An event as it is sent. */
export interface SentEvent {
  readonly event: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
  readonly uuid: string;
  readonly distinct_id: string;
}

/** The report of one invented install about one day. */
export interface Sent {
  readonly install: number;
  readonly day: string;
  readonly events: readonly SentEvent[];
}

export interface Invention {
  readonly installs: number;
  /** The number of days up to and including the last. */
  readonly days: number;
  readonly last: string;
  readonly seed?: number;
}

const DAY_MS = 86_400_000;

/** Makes the reports that invented installs would send, with the code that makes real ones. */
export async function invent({ installs, days, last, seed = 7 }: Invention): Promise<Sent[]> {
  const random = randomFrom(seed);
  const end = Date.parse(`${last}T12:00:00Z`);
  const dayAt = (ago: number) => new Date(end - ago * DAY_MS).toISOString().slice(0, 10);
  const users = Array.from({ length: installs }, (_, at) => ({
    // Half of the installs have been there from the first day. The others join later.
    install: createInstall(dayAt(at % 2 === 0 ? days - 1 : Math.floor(random() * days)), random),
    memory: createMemory(),
  }));
  const sent: Sent[] = [];
  for (let ago = days - 1; ago >= 0; ago -= 1) {
    const day = dayAt(ago);
    for (const [install, { install: user, memory }] of users.entries()) {
      const used = user.on(day);
      if (used === undefined) continue;
      const body = await bodyOf(day, totalsOf(day, withSlowCalls(used)), memory, 'phc_test');
      sent.push({ install, day, events: JSON.parse(body).batch });
    }
  }
  return sent;
}

/** Lets one tool take longer than the last bound of the histogram. */
function withSlowCalls({ sessions, ...rest }: SimulatedDay): SimulatedDay {
  const slow = sessions.map((calls) =>
    calls.map((call) => (call.tool === 'manageOrgData' ? { ...call, milliseconds: 400_000 } : call)),
  );
  return { ...rest, sessions: slow };
}

/** Events of another app that happen to have our names. */
export function foreignEvents(last: string): SentEvent[] {
  const timestamp = `${last}T12:00:00.000Z`;
  const names = ['tool_usage', 'active_install', 'workflow_step', 'session_usage', 'feature_usage', 'provider_usage'];
  return names.map((event, at) => ({
    event,
    properties: { tool: 'hammer', feature: 'door', provider: 'acme', invocations: 777, count: 777, uses: 777 },
    timestamp: timestamp.replace(/\d{2}T/, (day) => `0${at + 1}${day.slice(2)}`),
    uuid: `00000000-0000-4000-8000-00000000000${at}`,
    distinct_id: 'somebody@example.com',
  }));
}

/** A file that ClickHouse reads as JSONEachRow. */
export function writeEvents(path: string, events: readonly SentEvent[]): void {
  const lines = events.map(({ properties, ...rest }) =>
    JSON.stringify({ ...rest, properties: JSON.stringify(properties) }),
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
}
