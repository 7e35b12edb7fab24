import { type EventName, isCount, isHistogram } from '../../schema/field.js';
import { kindOf, propertiesOf } from '../../schema/fields.js';
import { LATENCY_CELLS } from '../../schema/latency.js';

/** The columns of an answer. A number is null if it is zero or suppressed. */
export interface Shape {
  readonly asks: string;
  readonly names: readonly string[];
  readonly numbers: readonly string[];
}

/** The names of the counts of an event. Histograms have an answer of their own. */
export function countsOf(event: EventName): string[] {
  return [...propertiesOf(kindOf(event))].flatMap(([name, field]) =>
    isCount(field) && !isHistogram(field) ? [name] : [],
  );
}

const TABLE = {
  overview: {
    asks: 'How much, over time?',
    names: ['bucket'],
    numbers: ['reports', 'invocations', 'failures', 'sessions'],
  },
  installs: {
    asks: 'How many installs reported on each day, in each week, in each month? All three, whatever the granularity; null also for a week or month that begins before the period.',
    names: ['granularity', 'bucket'],
    numbers: ['installs'],
  },
  tools: {
    asks: 'Which tools are used, and how do they fail? Days on which few failed are in invocations and not in successes and failures: a rate is failures / (successes + failures), and too high.',
    names: ['bucket', 'tool'],
    numbers: ['installs', ...countsOf('tool_usage')],
  },
  latency: {
    asks: 'How long do calls take? Quantiles in ms, and how many calls are in each cell; with_latency calls are in the histogram, invocations were made.',
    names: ['tool'],
    numbers: ['p50', 'p95', 'with_latency', 'invocations', ...LATENCY_CELLS],
  },
  workflow: {
    asks: 'Which tool follows which in a session?',
    names: ['from', 'to'],
    numbers: countsOf('workflow_step'),
  },
  features: {
    asks: 'Which features are used?',
    names: ['bucket', 'feature'],
    numbers: ['installs', ...countsOf('feature_usage')],
  },
  providers: {
    asks: 'Which AI providers? Reports are installs of a day; in a week or month one install has several.',
    names: ['bucket', 'provider'],
    numbers: ['reports', ...countsOf('provider_usage')],
  },
  sessions: {
    asks: 'How many different tools are used in a session?',
    names: ['bucket'],
    numbers: countsOf('session_usage'),
  },
} satisfies Record<string, Shape>;

export type QuestionName = keyof typeof TABLE;

/** The columns of JSON, CSV and the API's description, in order. */
export const SHAPES: Readonly<Record<QuestionName, Shape>> = TABLE;
