import type { Arrived } from '../posthog/check.js';
import type { Setting } from '../posthog/project.js';

const many = (count: number) => count.toLocaleString('en-US');

/** What of the rows is in the project. */
export function showArrived({ days, rows, repeated, newest, isRecent, others }: Arrived, say: (text: string) => void) {
  if (newest === null) say(`No row of the last ${days} days is in this project.`);
  else say(`${many(rows)} rows of the last ${days} days are in this project. The newest are about ${newest}.`);
  if (!isRecent) {
    say(
      'None is recent. A report leaves up to 13 hours after its UTC day. Check the key and host of the servers with `dot-ai-analytics status`, and the quota in the billing settings of PostHog: events over quota are dropped without an error.',
    );
  }
  if (repeated > 0)
    say(`${many(repeated)} rows are stored once more. The insights count each once, and PostHog removes them later.`);
  if (others > 0)
    say(
      `${many(others)} events of other apps are in this project. They use its quota. A project of its own is better.`,
    );
}

/** Which settings of the project are not as they should be. */
export function showSettings(settings: readonly Setting[] | null, say: (text: string) => void): void {
  if (settings === null) {
    say('The settings of the project were not read: the key lacks the scope project:read.');
    return;
  }
  const wrong = settings.filter(({ isRight }) => !isRight);
  for (const { name, value, wanted, effect } of wrong)
    say(`Setting "${name}" is ${value}, and ${wanted} is better. ${effect}`);
  if (wrong.length === 0) say(`The ${settings.length} settings that matter are as they should be.`);
}
