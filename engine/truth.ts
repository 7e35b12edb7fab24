import type { Sent } from './fixture.js';

/*
 * What each insight must show, added up from the reports in plain JavaScript. Nothing of the product is used: neither its
 * calendar nor its table of fields. Installs are counted by the installs themselves, not by their flags.
 */

type Row = (string | number)[];
const DAY_MS = 86_400_000;
const BOUNDS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000, 120000, 300000];
const CATEGORIES =
  'authentication authorization validation configuration kubernetes network ai_service storage mcp_protocol operation timeout cancelled internal other';
const SESSIONS = ['1_tool', '2_tools', '3_tools', '4_to_5_tools', '6_or_more_tools'].map((name) => `sessions_${name}`);

const addDays = (day: string, days: number) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
const weekOf = (day: string) => addDays(day, -((new Date(day).getUTCDay() + 6) % 7));
const monthOf = (day: string) => `${addDays(weekOf(day), 3).slice(0, 7)}-01`;

function monthsBefore(month: string, many: number): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 - many, 1)).toISOString().slice(0, 10);
}

/** The rows of each insight, by its key. */
export function truth(sent: readonly Sent[], now: string): Record<string, Row[]> {
  const today = now.slice(0, 10);
  const days = Array.from({ length: 90 }, (_, at) => addDays(today, at - 90));
  const weeks = Array.from({ length: 26 }, (_, at) => addDays(weekOf(today), 7 * (at - 26)));
  const months = Array.from({ length: 12 }, (_, at) => monthsBefore(monthOf(today), 12 - at));

  const installsIn = (periods: string[], of: (day: string) => string): Row[] =>
    periods.map((period) => [
      period,
      new Set(sent.filter(({ day }) => of(day) === period).map((one) => one.install)).size,
    ]);

  const recent = sent.filter(({ day }) => days.includes(day));
  const rowsOf = (reports: readonly Sent[], ...names: string[]) =>
    reports.flatMap(({ day, events }) =>
      events.filter(({ event }) => names.includes(event)).map(({ event, properties }) => ({ day, event, properties })),
    );
  const number = (properties: Readonly<Record<string, unknown>>, name: string) => (properties[name] as number) ?? 0;

  const totals = (event: string, by: string, measure: string): Row[] => {
    const found = new Map<string, number>();
    for (const { properties } of rowsOf(recent, event))
      found.set(properties[by] as string, (found.get(properties[by] as string) ?? 0) + number(properties, measure));
    return [...found].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  };

  const usage = rowsOf(recent, 'tool_usage');
  const tools = [...new Set(usage.map(({ properties }) => properties.tool as string))].sort();
  const sumOf = (rows: typeof usage, name: string) => rows.reduce((sum, row) => sum + number(row.properties, name), 0);

  const calls = days.flatMap((day) =>
    tools.map((tool): Row => {
      const rows = usage.filter((row) => row.day === day && row.properties.tool === tool);
      return [day, tool, sumOf(rows, 'invocations')];
    }),
  );

  const measures = ['invocations', 'successes', 'failures', ...CATEGORIES.split(' ').map((one) => `failures_${one}`)];
  const failures = tools
    .map((tool): Row => {
      const rows = usage.filter(({ properties }) => properties.tool === tool);
      const percent = Math.round((1000 * sumOf(rows, 'failures')) / sumOf(rows, 'invocations')) / 10;
      return [tool, ...measures.map((name) => sumOf(rows, name)), percent];
    })
    .sort((a, b) => Number(b[3]) - Number(a[3]) || (String(a[0]) < String(b[0]) ? -1 : 1));

  const timed = rowsOf(recent, 'tool_usage', 'tool_latency');
  const nameOf = (row: (typeof timed)[number]) =>
    row.event === 'tool_latency' ? 'rarely called' : (row.properties.tool as string);
  const latency = [...new Set(timed.map(nameOf))]
    .map((name): Row => {
      const rows = timed.filter((row) => nameOf(row) === name);
      const cells = [...BOUNDS, 'inf'].map((bound) => sumOf(rows, `latency_le_${bound}`));
      const all = cells.reduce((sum, cell) => sum + cell, 0);
      const upTo = (share: number) => {
        let seen = 0;
        const at = cells.findIndex((cell) => {
          seen += cell;
          return seen >= share * all;
        });
        return at < BOUNDS.length ? `up to ${BOUNDS[at]}` : 'above 300000';
      };
      return [name, all, upTo(0.5), upTo(0.95)];
    })
    .filter(([, all]) => Number(all) > 0)
    .sort((a, b) => Number(b[1]) - Number(a[1]) || (String(a[0]) < String(b[0]) ? -1 : 1));

  const steps = new Map<string, number>();
  for (const { properties } of rowsOf(recent, 'workflow_step')) {
    const key = JSON.stringify([properties.from, properties.to]);
    steps.set(key, (steps.get(key) ?? 0) + number(properties, 'count'));
  }
  const chains = [...steps]
    .map(([key, times]): Row => [...JSON.parse(key), times])
    .sort((a, b) => Number(b[2]) - Number(a[2]) || (`${a[0]} ${a[1]}` < `${b[0]} ${b[1]}` ? -1 : 1));

  const sessions = weeks.map((week): Row => {
    const rows = rowsOf(
      sent.filter(({ day }) => weekOf(day) === week),
      'session_usage',
    );
    return [week, ...SESSIONS.map((name) => sumOf(rows, name))];
  });

  return {
    'installs-day': installsIn(days, (day) => day),
    'installs-week': installsIn(weeks, weekOf),
    'installs-month': installsIn(months, monthOf),
    calls,
    failures,
    latency,
    chains,
    features: totals('feature_usage', 'feature', 'uses'),
    providers: totals('provider_usage', 'provider', 'invocations'),
    sessions,
  };
}
