import { type EventName, isCount, isHistogram } from '../schema/field.js';
import { kindOf } from '../schema/fields.js';
import { LATENCY_BOUNDS } from '../schema/latency.js';

/** One chart of PostHog's dashboard. */
export interface Insight {
  /** Never changes, because it identifies the insight in later runs. */
  readonly key: string;
  readonly name: string;
  readonly says: string;
  readonly query: object;
}

/*
 * The same questions as on the collector's dashboard, in PostHog's query language
 * (https://posthog.com/docs/api/queries). A sum is a trend; everything else is SQL. Rows are counted, never distinct
 * ids, because each row has an id of its own.
 */

const PERIOD = { date_from: '-90d' };

type Display = 'ActionsLineGraph' | 'ActionsBar' | 'ActionsBarValue' | 'BoldNumber';

interface Trend {
  readonly event: string;
  /** The property to add up. Without it, rows are counted. */
  readonly sum?: string;
  /** Restricts the trend to rows with this flag. */
  readonly flag?: string;
  readonly by?: string;
  readonly interval?: 'day' | 'week' | 'month';
  readonly display: Display;
}

function trend({ event, sum, flag, by, interval = 'day', display }: Trend): object {
  const series = {
    kind: 'EventsNode',
    event,
    name: event,
    math: sum === undefined ? 'total' : 'sum',
    ...(sum !== undefined && { math_property: sum }),
    ...(flag !== undefined && { properties: [{ type: 'event', key: flag, operator: 'exact', value: ['true'] }] }),
  };
  const source = {
    kind: 'TrendsQuery',
    series: [series],
    interval,
    dateRange: PERIOD,
    trendsFilter: { display },
    ...(by !== undefined && { breakdownFilter: { breakdown: by, breakdown_type: 'event', breakdown_limit: 100 } }),
  };
  return { kind: 'InsightVizNode', source };
}

function table(query: string): object {
  return { kind: 'DataVisualizationNode', source: { kind: 'HogQLQuery', query }, display: 'ActionsTable' };
}

const RECENT = 'timestamp > now() - interval 90 day';
const total = (property: string) => `sum(toFloat(properties.${property}))`;

/** Sums of all counts, under their names in the field table. Histograms have a table of their own. */
const sums = (event: EventName) =>
  kindOf(event)
    .fields.filter((field) => isCount(field) && !isHistogram(field))
    .flatMap(({ names }) => names.map((name) => `${total(name)} as ${name}`))
    .join(',\n  ');

const TOOLS = `select properties.tool as tool, ${sums('tool_usage')},
  round(100 * failures / invocations, 1) as percent_failed
from events where event = 'tool_usage' and ${RECENT} group by tool order by failures desc`;

const BOUNDS = [...LATENCY_BOUNDS.map(String), 'inf'];
/** The upper bound of the cell with the quantile: the first up to which enough calls are counted. */
const quantile = (share: number) =>
  `multiIf(${BOUNDS.slice(0, -1)
    .map(
      (bound, at) =>
        `(${BOUNDS.slice(0, at + 1)
          .map((one) => `le_${one}`)
          .join(' + ')}) >= ${share} * calls, ${bound}`,
    )
    .join(', ')}, ${LATENCY_BOUNDS.at(-1)})`;

const LATENCY = `select tool, calls, ${quantile(0.5)} as p50_up_to_ms, ${quantile(0.95)} as p95_up_to_ms from (
  select coalesce(properties.tool, 'rarely called') as tool, ${BOUNDS.map((bound) => `ifNull(${total(`latency_le_${bound}`)}, 0) as le_${bound}`).join(', ')},
    ${BOUNDS.map((bound) => `le_${bound}`).join(' + ')} as calls
  from events where event in ('tool_usage', 'tool_latency') and ${RECENT} group by tool
) where calls > 0 order by calls desc`;

const CHAINS = `select properties.from as before, properties.to as next, ${total('count')} as times
from events where event = 'workflow_step' and ${RECENT} group by before, next order by times desc limit 100`;

const SESSIONS = `select toStartOfWeek(timestamp, 1) as week, ${sums('session_usage')}
from events where event = 'session_usage' and ${RECENT} group by week order by week`;

export const INSIGHTS: readonly Insight[] = [
  {
    key: 'installs-day',
    name: 'Active installs a day',
    says: 'Installs that reported on the day.',
    query: trend({ event: 'active_install', display: 'ActionsLineGraph' }),
  },
  {
    key: 'installs-week',
    name: 'Active installs a week',
    says: 'Installs that reported at least once in the ISO week. Set the week of the project to begin on Monday, and its time zone to UTC.',
    query: trend({ event: 'active_install', flag: 'first_this_week', interval: 'week', display: 'ActionsLineGraph' }),
  },
  {
    key: 'installs-month',
    name: 'Active installs a month',
    says: 'Installs that reported at least once in the month.',
    query: trend({ event: 'active_install', flag: 'first_this_month', interval: 'month', display: 'ActionsLineGraph' }),
  },
  {
    key: 'calls',
    name: 'Calls by tool',
    says: 'Which tools are used.',
    query: trend({ event: 'tool_usage', sum: 'invocations', by: 'tool', display: 'ActionsBar' }),
  },
  {
    key: 'failures',
    name: 'Failures by tool and category',
    says: 'Which tools fail, how often, and how.',
    query: table(TOOLS),
  },
  {
    key: 'latency',
    name: 'Latency by tool',
    says: 'In which histogram cell half of the calls, and 95 % of them, lie: its upper bound in ms.',
    query: table(LATENCY),
  },
  {
    key: 'chains',
    name: 'From tool to tool',
    says: 'Which tool follows which in a session; "start" is where it begins.',
    query: table(CHAINS),
  },
  {
    key: 'features',
    name: 'Features',
    says: 'How often each is used.',
    query: trend({ event: 'feature_usage', sum: 'uses', by: 'feature', display: 'ActionsBarValue' }),
  },
  {
    key: 'providers',
    name: 'AI providers',
    says: 'Calls of each.',
    query: trend({ event: 'provider_usage', sum: 'invocations', by: 'provider', display: 'ActionsBarValue' }),
  },
  {
    key: 'sessions',
    name: 'Tools in a session',
    says: 'Sessions by the number of different tools used in them.',
    query: table(SESSIONS),
  },
];
