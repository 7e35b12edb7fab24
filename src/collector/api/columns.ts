import { LATENCY_CELLS } from '../../schema/limits.js';
import { CATEGORIES } from '../../schema/vocabulary.js';
import type { QuestionName } from './questions.js';

/** What each row of an answer has: names and numbers. A number is null where it is zero or withheld. */
export interface Shape {
  readonly asks: string;
  readonly names: readonly string[];
  readonly numbers: readonly string[];
}

const SESSIONS = ['1_tool', '2_tools', '3_tools', '4_to_5_tools', '6_or_more_tools'];

/** The columns of the CSV, the API's description, in this order. */
export const SHAPES: Readonly<Record<QuestionName, Shape>> = {
  overview: { asks: 'How much, over time?', names: ['bucket'], numbers: ['reports', 'calls', 'failures', 'sessions'] },
  installs: {
    asks: 'How many installs reported on each day, in each week, in each month? All three, whatever the granularity; null also for a week or month that begins before the period.',
    names: ['granularity', 'bucket'],
    numbers: ['installs'],
  },
  tools: {
    asks: 'Which tools are used, and how do they fail? Days on which few failed are in calls and not in successes and failures: a rate is failures / (successes + failures), and too high.',
    names: ['bucket', 'tool'],
    numbers: ['installs', 'calls', 'successes', 'failures', ...CATEGORIES.map((category) => `failures_${category}`)],
  },
  latency: {
    asks: 'How long do calls take? Quantiles in ms, and how many calls are in each cell; calls are in the histogram, of were made.',
    names: ['tool'],
    numbers: ['p50', 'p95', 'calls', 'of', ...LATENCY_CELLS],
  },
  workflow: { asks: 'Which tool follows which in a session?', names: ['from', 'to'], numbers: ['count'] },
  features: { asks: 'Which features are used?', names: ['bucket', 'feature'], numbers: ['installs', 'uses'] },
  providers: {
    asks: 'Which AI providers? Reports are installs of a day; in a week or month one install has several.',
    names: ['bucket', 'provider'],
    numbers: ['reports', 'calls'],
  },
  sessions: {
    asks: 'How many different tools are used in a session?',
    names: ['bucket'],
    numbers: SESSIONS.map((number) => `sessions_${number}`),
  },
};
