import { type EventName, isCount, isHistogram } from '../schema/field.js';
import { kindOf } from '../schema/fields.js';
import { LATENCY_BOUNDS } from '../schema/latency.js';
import { chart, table } from './charts.js';
import { DAYS, isSet, MONTHS, number, type Period, rows, series, seriesByName, text, WEEKS } from './sql.js';

/** One chart of PostHog's dashboard. */
export interface Insight {
  /** Never changes, because it identifies the insight in later runs. */
  readonly key: string;
  readonly name: string;
  readonly says: string;
  readonly query: object;
}

/*
 * The same questions as on the collector's dashboard. All of them are SQL: a trend takes its days and weeks from the
 * project's settings, and counts a repeated row twice. Every query has a limit, because PostHog cuts one without a limit
 * after 100 rows.
 */

function installs(period: Period, flag?: string): object {
  const source = rows(['active_install'], period, ['1 as installs'], flag && isSet(flag));
  return chart(series(period, source, ['installs']), 'ActionsLineGraph', { x: period.name, y: ['installs'] });
}

/** The names of all counts. Histograms have a table of their own. */
const counts = (event: EventName) =>
  kindOf(event)
    .fields.filter((field) => isCount(field) && !isHistogram(field))
    .flatMap(({ names }) => names);

const columns = (names: readonly string[]) => names.map((name) => `${number(name)} as ${name}`);
const sums = (names: readonly string[]) => names.map((name) => `sum(${name}) as ${name}`).join(', ');

/** The total of each name, most used first. */
function totals(event: EventName, by: string, measure: string): object {
  const source = rows([event], DAYS, [`${text(by)} as ${by}`, `${number(measure)} as ${measure}`]);
  const query = `select ${by}, sum(${measure}) as ${measure} from (
  ${source})
group by ${by} order by ${measure} desc, ${by} limit 1000`;
  return chart(query, 'ActionsBar', { x: by, y: [measure] });
}

const CALLS = rows(['tool_usage'], DAYS, [`${text('tool')} as tool`, `${number('invocations')} as calls`]);

const FAILURES = `select tool, ${sums(counts('tool_usage'))},
  if(invocations > 0, round(100 * failures / invocations, 1), 0) as percent_failed
from (
  ${rows(['tool_usage'], DAYS, [`${text('tool')} as tool`, ...columns(counts('tool_usage'))])})
group by tool order by failures desc, tool limit 1000`;

const BOUNDS = [...LATENCY_BOUNDS.map(String), 'inf'];
const CELLS = BOUNDS.map((bound) => `le_${bound}`);
/** The upper bound of the cell with the quantile: the first up to which enough calls are counted. */
const quantile = (share: number) =>
  `multiIf(${LATENCY_BOUNDS.map(
    (bound, at) => `${CELLS.slice(0, at + 1).join(' + ')} >= ${share} * calls, 'up to ${bound}'`,
  ).join(', ')}, 'above ${LATENCY_BOUNDS.at(-1)}')`;

const LATENCY = `select tool, calls, ${quantile(0.5)} as half_took_ms, ${quantile(0.95)} as most_took_ms from (
  select tool, ${sums(CELLS)}, ${CELLS.join(' + ')} as calls from (
    ${rows(
      ['tool_usage', 'tool_latency'],
      DAYS,
      [`if(event = 'tool_latency', 'rarely called', ${text('tool')}) as tool`].concat(
        BOUNDS.map((bound) => `${number(`latency_le_${bound}`)} as le_${bound}`),
      ),
    )})
  group by tool
) where calls > 0 order by calls desc, tool limit 1000`;

const CHAINS = `select before, next, sum(times) as times from (
  ${rows(['workflow_step'], DAYS, [`${text('from')} as before`, `${text('to')} as next`, `${number('count')} as times`])})
group by before, next order by times desc, before, next limit 1000`;

const SESSIONS = rows(['session_usage'], WEEKS, columns(counts('session_usage')));

export const INSIGHTS: readonly Insight[] = [
  {
    key: 'installs-day',
    name: 'Active installs a day',
    says: 'Installs that reported, for each of the last 90 whole days (UTC). Reports arrive up to 21 days late.',
    query: installs(DAYS),
  },
  {
    key: 'installs-week',
    name: 'Active installs a week',
    says: 'Installs that reported at least once in the week, for each of the last 26 whole weeks (Monday to Sunday, UTC).',
    query: installs(WEEKS, 'first_this_week'),
  },
  {
    key: 'installs-month',
    name: 'Active installs a month',
    says: 'Installs that reported at least once in the month, for each of the last 12 months. A month consists of whole weeks: those whose Thursday lies in it.',
    query: installs(MONTHS, 'first_this_month'),
  },
  {
    key: 'calls',
    name: 'Calls by tool',
    says: 'Which tools are used, on each of the last 90 whole days (UTC).',
    query: chart(seriesByName(DAYS, CALLS, 'tool', 'calls'), 'ActionsStackedBar', {
      x: 'day',
      y: ['calls'],
      by: 'tool',
    }),
  },
  {
    key: 'failures',
    name: 'Failures by tool and category',
    says: 'Which tools fail, how often, and how, over the last 90 whole days.',
    query: table(FAILURES),
  },
  {
    key: 'latency',
    name: 'Latency by tool',
    says: 'How many milliseconds half of the calls, and 95 % of them, took at most, over the last 90 whole days. "above 300000" means longer than the last bound that is counted.',
    query: table(LATENCY),
  },
  {
    key: 'chains',
    name: 'From tool to tool',
    says: 'Which tool follows which in a session, over the last 90 whole days; "start" is where it begins.',
    query: table(CHAINS),
  },
  {
    key: 'features',
    name: 'Features',
    says: 'How often each was used in the last 90 whole days.',
    query: totals('feature_usage', 'feature', 'uses'),
  },
  {
    key: 'providers',
    name: 'AI providers',
    says: 'Calls of each in the last 90 whole days.',
    query: totals('provider_usage', 'provider', 'invocations'),
  },
  {
    key: 'sessions',
    name: 'Tools in a session',
    says: 'Sessions by the number of different tools used in them, for each of the last 26 whole weeks.',
    query: chart(series(WEEKS, SESSIONS, counts('session_usage')), 'ActionsStackedBar', {
      x: 'week',
      y: counts('session_usage'),
    }),
  },
];
