import { addDays, mondayOf } from '../../schema/calendar.js';
import { DAYS_UNTIL_COMPLETE, isComplete, weekSpan } from '../cells/intervals.js';
import type { About, Data } from './data.js';
import { h } from './elements.js';
import { fullDay } from './format.js';
import { received } from './words.js';

/** Whether there is a number that can be shown. */
export function hasNumbers({ answers }: Data): boolean {
  return Object.values(answers).some(({ rows }) => rows.some(({ state }) => state === 'published'));
}

/** In place of the numbers: how far it is, and what comes next. */
export function empty({ about }: Data): HTMLElement {
  const parts = [about.lastDay === null ? 'No report so far' : soFar(about), lastReport(about), received(about)];
  const says = `${parts.filter((part) => part !== undefined).join('; ')}.`;
  return h(
    'section',
    { id: 'empty', 'aria-label': 'No numbers yet' },
    h('p', { class: 'large' }, says),
    h('p', {}, ...next(about)),
  );
}

const lastReport = ({ lastDay }: About) => (lastDay === null ? undefined : `last report ${fullDay(lastDay)}`);

/** A number of installs below the threshold is never named. */
function soFar({ firstDay, today, minInstalls }: About): string {
  const week = weekSpan(mondayOf(firstDay ?? today));
  return isComplete(week, today) ? `Fewer than ${minInstalls} installs so far` : 'The first week is not over yet';
}

function next({ lastDay, firstDay, today, minInstalls }: About): (string | Node)[] {
  if (lastDay === null) {
    const variables = h('code', {}, `DOT_AI_ANALYTICS_HOST=${location.origin} DOT_AI_ANALYTICS_KEY=any`);
    const demo = h('code', {}, 'dot-ai-analytics collector --demo');
    return ['Point a server here with ', variables, ', or look at an invented year with ', demo, '.'];
  }
  const week = weekSpan(mondayOf(firstDay ?? today));
  const wait = isComplete(week, today)
    ? 'Numbers of few installs are kept, and added up over a month.'
    : `Its numbers are published from ${fullDay(addDays(week.to, DAYS_UNTIL_COMPLETE))}, when late reports are in.`;
  return [`${wait} They are shown as soon as ${minInstalls} installs reported in the same week or month.`];
}
