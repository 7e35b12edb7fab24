import type { ReceivedRequest } from '../../../src/testing/index.js';
import type { Tally } from './tally.js';

interface Event {
  readonly uuid: string;
  readonly event: string;
  readonly timestamp: string;
  readonly properties: { readonly tool?: string; readonly invocations: number };
}

/** The calls that arrived. Each event counts once: a destination recognizes a repeated one by its id. */
export function readReports(
  requests: readonly ReceivedRequest[],
  problems: string[],
): { reported: Tally; repeatedEvents: number } {
  const events = new Map<string, Event>();
  let repeatedEvents = 0;
  for (const { body } of requests.filter(isWhole)) {
    const { batch }: { batch: readonly Event[] } = JSON.parse(body.toString());
    for (const event of batch) {
      const known = events.get(event.uuid);
      if (known !== undefined) repeatedEvents += 1;
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(event)) problems.push('one id, two contents');
      events.set(event.uuid, event);
    }
  }
  return { reported: tallyOf([...events.values()], problems), repeatedEvents };
}

/** A sender that gives up leaves a part of its body behind. */
function isWhole({ rawHeaders, body }: ReceivedRequest): boolean {
  const name = rawHeaders.findIndex((text) => text.toLowerCase() === 'content-length');
  return Number(rawHeaders[name + 1]) === body.length;
}

function tallyOf(events: readonly Event[], problems: string[]): Tally {
  const reported: Tally = new Map();
  for (const { timestamp, properties } of events.filter(({ event }) => event === 'tool_usage')) {
    const key = `${timestamp.slice(0, 10)} ${properties.tool}`;
    if (reported.has(key)) problems.push(`two reports of ${key}`);
    reported.set(key, properties.invocations);
  }
  return reported;
}

/** Every answered call has arrived; a call that was made and not answered may have. */
export function compare(
  { answered, unanswered }: { readonly answered: Tally; readonly unanswered: Tally },
  reported: Tally,
  problems: string[],
): void {
  for (const key of new Set([...answered.keys(), ...reported.keys()])) {
    const least = answered.get(key) ?? 0;
    const most = least + (unanswered.get(key) ?? 0);
    const arrived = reported.get(key) ?? 0;
    if (arrived < least) problems.push(`lost: ${key}, ${least} answered, ${arrived} arrived`);
    if (arrived > most) problems.push(`counted twice: ${key}, at most ${most} made, ${arrived} arrived`);
  }
}
