import { type EventName, isCount, isHistogram } from '../../schema/field.js';
import { kindOf, propertiesOf } from '../../schema/fields.js';
import { LATENCY_CELLS } from '../../schema/latency.js';

/** The columns of an answer. */
export interface Shape {
  readonly asks: string;
  readonly names: readonly string[];
  readonly numbers: readonly string[];
}

/** The columns that every row begins with. */
const PLACE = ['interval', 'from', 'to', 'state'] as const;

/** The names of the counts of an event. Histograms have an answer of their own. */
export function countsOf(event: EventName): string[] {
  return [...propertiesOf(kindOf(event))].flatMap(([name, field]) =>
    isCount(field) && !isHistogram(field) ? [name] : [],
  );
}

const TABLE = {
  overview: {
    asks: 'How much, over time? Sums of what is published of each interval.',
    names: [],
    numbers: ['installs', 'invocations', 'failures', 'sessions'],
  },
  installs: {
    asks: 'How many installs reported on each day, in each week, in each month? Weeks and months that begin before the period or end after it are left out.',
    names: ['granularity'],
    numbers: ['installs'],
  },
  tools: {
    asks: 'Which tools are used, and how do they fail? Successes and failures of an interval are of the same calls, so a rate is failures / invocations. Installs: about so many, at least.',
    names: ['tool'],
    numbers: ['installs', ...countsOf('tool_usage')],
  },
  latency: {
    asks: 'How long do calls take? Quantiles in ms, and how many calls are in each cell; with_latency calls are in the histogram, invocations were made. Only intervals that have a histogram.',
    names: ['tool'],
    numbers: ['p50', 'p95', 'with_latency', 'invocations', ...LATENCY_CELLS],
  },
  workflow: {
    asks: 'Which tool follows which in a session? Small steps are parts of the step from other. Only published steps.',
    names: ['from_tool', 'to_tool'],
    numbers: countsOf('workflow_step'),
  },
  features: {
    asks: 'Which features are used?',
    names: ['feature'],
    numbers: ['installs', ...countsOf('feature_usage')],
  },
  providers: {
    asks: 'Which AI providers?',
    names: ['provider'],
    numbers: ['installs', ...countsOf('provider_usage')],
  },
  sessions: {
    asks: 'How many different tools are used in a session?',
    names: [],
    numbers: countsOf('session_usage'),
  },
} satisfies Record<string, Shape>;

export type QuestionName = keyof typeof TABLE;

/** The columns of JSON, CSV and the API's description, in order, after those of the place. */
export const SHAPES: Readonly<Record<QuestionName, Shape>> = TABLE;

export function columnsOf(question: QuestionName): string[] {
  return [...PLACE, ...SHAPES[question].names, ...SHAPES[question].numbers];
}
