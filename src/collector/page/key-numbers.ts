import { arrow, type Change, callsChanged, NO_COMPARISON, points, relative, slower, TOO_LITTLE } from './change.js';
import { spark } from './chart.js';
import { compareRates, compareTimes, pairsOf, ratesOf, timesOf } from './compare.js';
import type { Row } from './data.js';
import { h } from './elements.js';
import { days, duration, monthName, plural, rate, whole, word } from './format.js';
import { knownOf, p95, sum } from './known.js';
import type { Days } from './period.js';
import {
  callsOver,
  failureRateOver,
  installsOver,
  partlyOver,
  SESSION_SIZES,
  type Series,
  timesOver,
  toolsPerSession,
  toolsPerSessionOver,
} from './series.js';
import { callsOf, failuresOf, toolsIn, type View } from './view.js';

interface KeyNumber {
  readonly title: string;
  readonly value: string;
  /** What it is of. */
  readonly of: string;
  readonly change: Change;
  readonly kind: 'bars' | 'line';
  readonly series: Series;
  readonly color?: string;
  readonly isPartly?: readonly boolean[];
}

/** The numbers at the top, each with how it developed and changed. */
export function keyNumbers(view: View): HTMLElement {
  const all = [installs(view), ...ofCalls(view), perSession(view)];
  const items = all.map(({ title, value, of, change, kind, series, ...more }) =>
    h(
      'div',
      { class: 'key' },
      h('dt', {}, title),
      h('dd', { class: value.length > 9 ? 'word' : 'number' }, value),
      h('dd', { class: 'of' }, of),
      h(
        'dd',
        { class: 'picture' },
        spark({ kind, values: series, buckets: view.buckets, releases: view.releases, ...more }),
      ),
      h('dd', { class: change.isWorse ? 'change worse' : 'change' }, change.text),
    ),
  );
  return h('section', { id: 'key-numbers', 'aria-label': 'Key numbers' }, h('dl', {}, ...items));
}

/** Installs of the last month of the period, or of its last week if it has only weeks. */
function installs({ answers, period, buckets, about }: View): KeyNumber {
  const hasMonth = answers.installs.rows.some(
    ({ granularity, from, to }) => granularity === 'month' && from >= period.from && to <= period.to,
  );
  const isShort = period.name === '4w' || (about.pooled && !hasMonth);
  const lastIn = ({ to }: Days): Row | undefined => {
    const own = answers.installs.rows.filter(
      (row) => row.granularity === (isShort ? 'week' : 'month') && (about.pooled ? row.to : row.from) <= to,
    );
    return own.at(-1);
  };
  const now = lastIn(period);
  const then = period.before === undefined ? undefined : lastIn(period.before);
  const name = (row: Row) => (isShort ? `the week ${days(row)}` : monthName(row.interval));
  const [value, before] = [now?.installs ?? null, then?.installs ?? null] as (number | null)[];
  return {
    title: 'Installs',
    value: value === null || value === undefined ? word(now?.state ?? 'too few', about.pooled) : whole(value),
    of: now === undefined ? '' : `in ${name(now)}`,
    change:
      value == null || before == null || then === undefined
        ? period.before === undefined
          ? NO_COMPARISON
          : TOO_LITTLE
        : { text: `${arrow(value, before)} ${whole(Math.abs(value - before))} since ${name(then)}` },
    kind: 'bars',
    series: installsOver(answers.installs.rows, buckets),
  };
}

function ofCalls({ answers, about, tools, period, buckets }: View): KeyNumber[] {
  const known = tools.filter(({ calls }) => calls !== null);
  const pairs = period.before === undefined ? [] : pairsOf(known, toolsIn({ about, answers }, period.before));
  const nothing = period.before === undefined ? NO_COMPARISON : TOO_LITTLE;
  const { state } = knownOf(answers.overview.rows, period);
  const missing = word(state === 'not over yet' ? state : 'too few', about.pooled);
  const timed = knownOf(answers.latency.rows, period).rows;
  const slow = p95(timed);
  const calls = callsOf(known);
  const [rates, times] = [ratesOf(pairs), timesOf(pairs)];
  return [
    {
      title: 'Calls',
      value: known.length === 0 ? missing : whole(calls),
      of: `of ${plural(known.length, 'known tool')}`,
      change: callsChanged(pairs, known.length) ?? nothing,
      kind: 'bars',
      series: callsOver(answers.tools.rows, buckets),
      isPartly: about.pooled ? partlyOver(answers.tools.rows, buckets) : [],
    },
    {
      title: 'Failure rate',
      value: calls === 0 ? missing : rate(failuresOf(known) / calls),
      of: `${whole(failuresOf(known))} of these calls failed`,
      change: rates === null ? nothing : points(rates, compareRates(pairs)),
      kind: 'line',
      series: failureRateOver(answers.tools.rows, buckets, about.pooled),
      color: 'bad',
    },
    {
      title: 'p95 of a call',
      value: slow === null ? missing : duration(slow),
      of: `of ${whole(sum(timed, 'with_latency'))} timed calls`,
      change: times === null ? nothing : slower(times, compareTimes(pairs)),
      kind: 'line',
      series: timesOver(answers.latency.rows, buckets, about.pooled).p95,
    },
  ];
}

function perSession({ answers, about, period, buckets }: View): KeyNumber {
  const sums = (rows: readonly Row[]) => Object.fromEntries(SESSION_SIZES.map(([name]) => [name, sum(rows, name)]));
  const now = knownOf(answers.sessions.rows, period);
  const then = period.before === undefined ? undefined : knownOf(answers.sessions.rows, period.before);
  const value = toolsPerSession(sums(now.rows));
  const before = then === undefined ? null : toolsPerSession(sums(then.rows));
  const sessions = Object.values(sums(now.rows)).reduce((a, b) => a + b, 0);
  return {
    title: 'Tools per session',
    value: value === null ? word(now.state, about.pooled) : `≥ ${value.toFixed(2)}`,
    of: `different tools, average of ${whole(sessions)} sessions`,
    change:
      value !== null && before !== null
        ? { text: relative(value, before) }
        : then === undefined
          ? NO_COMPARISON
          : TOO_LITTLE,
    kind: 'line',
    series: toolsPerSessionOver(answers.sessions.rows, buckets),
  };
}
