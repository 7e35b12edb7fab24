import type { Answer, Answers, Row } from './api.js';
import { colourOf, flow, heat, partedBars, stackedBars } from './charts.js';
import { bound, duration, percent, whole } from './format.js';
import { trend } from './installs.js';
import type { Section } from './section.js';
import { overTime, ranked, sum } from './series.js';

/** All sections, for all tools or one, in the order of the questions that a maintainer has. */
export function sectionsOf(answers: Answers, tool: string): Section[] {
  const names = ranked(answers.tools.rows, 'tool', 'invocations');
  const isWanted = (row: Row) => tool === '' || row.tool === tool;
  const tools = { ...answers.tools, rows: answers.tools.rows.filter(isWanted) };
  const buckets = answers.overview.rows.map(({ bucket }) => String(bucket));
  return [
    trend(answers.installs),
    use(tools, buckets, names),
    failures(tools, names),
    speed({ ...answers.latency, rows: answers.latency.rows.filter(isWanted) }),
    chains(
      {
        ...answers.workflow,
        rows: answers.workflow.rows.filter(({ from, to }) => tool === '' || from === tool || to === tool),
      },
      names,
    ),
    ...amounts(answers),
    sessions(answers.sessions, buckets),
  ];
}

function use(tools: Answer, buckets: readonly string[], names: readonly string[]): Section {
  const [first] = ranked(tools.rows, 'tool', 'invocations');
  const calls = sum(tools.rows, 'invocations');
  const own = sum(
    tools.rows.filter(({ tool }) => tool === first),
    'invocations',
  );
  const says =
    first === undefined
      ? 'No calls were reported.'
      : `${whole(calls)} calls; most of ${first}, ${percent(own, calls)}.`;
  return {
    id: 'tools',
    title: 'Which tools are used?',
    says,
    wide: true,
    chart: stackedBars(buckets, overTime(tools, 'tool', 'invocations', buckets, names)),
    table: tools.rows,
    suppressed: tools.suppressed,
  };
}

/** The smallest number of calls for which a failure rate is shown. */
const ENOUGH_KNOWN = 0.8;

function failures(tools: Answer, names: readonly string[]): Section {
  const categories = Object.keys(tools.rows[0] ?? {}).filter((name) => name.startsWith('failures_'));
  const used = names.filter((name) => tools.rows.some(({ tool }) => tool === name));
  const of = (tool: string, measure: string) =>
    sum(
      tools.rows.filter((row) => row.tool === tool),
      measure,
    );
  // On a day with few failures, both failures and successes are suppressed. The remaining days give too high a share.
  const rate = (tool: string) => {
    const known = of(tool, 'successes') + of(tool, 'failures');
    return known < ENOUGH_KNOWN * of(tool, 'invocations') || known === 0 ? '–' : percent(of(tool, 'failures'), known);
  };
  const present = categories.filter((category) => sum(tools.rows, category) > 0);
  const series = present.map((category) => ({
    name: category.slice('failures_'.length),
    colour: colourOf(category, categories),
    data: used.map((tool) => of(tool, category)),
  }));
  const failed = sum(tools.rows, 'failures');
  const table = used.map((tool) => ({
    tool,
    failures: of(tool, 'failures'),
    rate: rate(tool),
    ...Object.fromEntries(present.map((category) => [category.slice(9), of(tool, category)])),
  }));
  return {
    id: 'failures',
    title: 'What fails?',
    tall: true,
    says: `${whole(failed)} failures in the categories that enough installs had, by tool. Beside its name the share of its calls that failed, where enough is known; it is too high, because days with few failures are suppressed.`,
    chart: partedBars(
      used.map((tool) => `${tool} ${rate(tool)}`),
      series,
    ),
    table,
    suppressed: tools.suppressed,
  };
}

function speed({ rows, suppressed }: Answer): Section {
  const cells = Object.keys(rows[0] ?? {}).filter((name) => name.startsWith('latency_le_'));
  const shares = rows.flatMap((row, y) =>
    cells.map((cell, x) => [x, y, Number(row[cell] ?? 0) / Math.max(1, Number(row.with_latency))] as const),
  );
  const names = rows.map(({ tool, p50, p95 }) => `${tool}\n${duration(Number(p50))} / ${duration(Number(p95))}`);
  return {
    id: 'latency',
    title: 'How slow is it?',
    tall: true,
    says: 'Where the calls of each tool lie. Below its name: half of them are faster than the first time, 95 % than the second.',
    chart: heat(names, cells.map(bound), shares),
    table: rows,
    suppressed,
  };
}

const MAX_STEPS_DRAWN = 40;

function chains({ rows, suppressed }: Answer, names: readonly string[]): Section {
  const drawn = rows.slice(0, MAX_STEPS_DRAWN);
  const [first] = rows.filter(({ from, to }) => from !== 'start' && from !== to);
  const says =
    first === undefined
      ? 'No steps were reported.'
      : `Before on the left, next on the right. Most often from one tool to another: ${first.from}, then ${first.to}.`;
  return {
    id: 'workflow',
    title: 'What follows what?',
    says,
    wide: true,
    tall: true,
    ...(drawn.length > 0 && { chart: flow(drawn, names) }),
    table: rows,
    suppressed,
  };
}

function amounts({ features, providers }: Answers): Section[] {
  const bars = (answer: Answer, name: string, weight: string, id: string, title: string): Section => {
    const all = ranked(answer.rows, name, weight);
    const data = all.map((one) =>
      sum(
        answer.rows.filter((row) => row[name] === one),
        weight,
      ),
    );
    const [first] = all;
    const says =
      first === undefined
        ? 'Nothing was reported.'
        : `Most: ${first}, ${percent(
            data[0] ?? 0,
            data.reduce((a, b) => a + b, 0),
          )}.`;
    return {
      id,
      title,
      says,
      chart: partedBars(all, [{ name: weight, colour: '#0072b2', data }]),
      table: answer.rows,
      suppressed: answer.suppressed,
    };
  };
  return [
    bars(features, 'feature', 'uses', 'features', 'Which features?'),
    bars(providers, 'provider', 'invocations', 'providers', 'Which AI providers?'),
  ];
}

function sessions({ rows, suppressed }: Answer, buckets: readonly string[]): Section {
  const measures = Object.keys(rows[0] ?? {}).filter((name) => name.startsWith('sessions_'));
  const series = measures.map((measure) => ({
    name: measure.slice('sessions_'.length).replaceAll('_', ' '),
    colour: colourOf(measure, measures),
    data: rows.map((row) => row[measure] as number | null),
  }));
  return {
    id: 'sessions',
    title: 'How many tools in a session?',
    wide: true,
    says: 'Sessions by the number of different tools that were used in them.',
    chart: stackedBars(buckets, series),
    table: rows,
    suppressed,
  };
}
