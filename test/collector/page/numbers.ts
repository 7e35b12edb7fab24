import { expect, test } from 'vitest';
import { quantile } from '../../../src/collector/cells/histogram.js';
import { duration, percent, rate, whole } from '../../../src/collector/page/format.js';
import { LATENCY_CELLS } from '../../../src/schema/latency.js';
import { type TestCollector, testCollector } from '../../support/collector.js';
import { cellsOf, type Filled, look } from './look.js';

type Row = Readonly<Record<string, string | number | null>>;
interface Answer {
  readonly covered: { readonly days: number; readonly of: number };
  readonly rows: readonly Row[];
}

/** The months that are over on the day of the tests, November 23. */
const PERIOD = 'from=2026-08-31&to=2026-11-01';

const sum = (rows: readonly Row[], name: string) => rows.reduce((total, row) => total + Number(row[name] ?? 0), 0);
const timeOf = (rows: readonly Row[], share: number) => {
  const time = quantile(Object.fromEntries(LATENCY_CELLS.map((cell) => [cell, sum(rows, cell)])), share);
  return time === null ? 'no times' : duration(time);
};

async function ask(collector: TestCollector, question: string): Promise<Answer> {
  return collector.get<Answer>(`api/v1/${question}?${PERIOD}`);
}

const published = (rows: readonly Row[], column?: string, name?: string) =>
  rows.filter((row) => row.state === 'published' && (column === undefined || row[column] === name));

export function numbers(year: Filled): void {
  const open = async (search = '?period=6m') => {
    const collector = await testCollector(year);
    const { page } = await look(collector.url + search);
    return { collector, page };
  };

  test('at the top, and how much is known', async () => {
    const { collector, page } = await open();
    const [tools, latency, installs, sessions] = await Promise.all(
      ['tools', 'latency', 'installs', 'sessions'].map((question) => ask(collector, question)),
    );
    const numbers = await page.locator('#key-numbers dd:nth-child(2)').allTextContents();
    const calls = sum(published(tools?.rows ?? []), 'invocations');
    const failures = sum(published(tools?.rows ?? []), 'failures');
    const month = installs?.rows.find(({ interval }) => interval === '2026-10');
    const counts = ['1_tool', '2_tools', '3_tools', '4_to_5_tools', '6_or_more_tools'].map((name) =>
      sum(sessions?.rows ?? [], `sessions_${name}`),
    );
    const used = counts.reduce((total, count, at) => total + count * ([1, 2, 3, 4, 6][at] ?? 0), 0);
    expect(calls).toBeGreaterThan(500);
    expect(numbers).toEqual([
      whole(Number(month?.installs)),
      whole(calls),
      rate(failures / calls),
      timeOf(latency?.rows ?? [], 0.95),
      `≥ ${(used / counts.reduce((a, b) => a + b, 0)).toFixed(2)}`,
    ]);
    const { days, of } = tools?.covered ?? { days: 0, of: 0 };
    expect(await page.locator('#coverage').textContent()).toContain(`Something is known of ${days} of ${of} days`);
  });

  test('of each tool: installs, calls, failure rate, p50, p95 and categories', async () => {
    const { collector, page } = await open();
    const [{ rows }, latency] = [await ask(collector, 'tools'), await ask(collector, 'latency')];
    const table = await cellsOf(page, 'table.tools');
    const matrix = await cellsOf(page, '#failures table');
    const heads = await page.locator('#failures thead th').allTextContents();
    let [known, partly] = [0, 0];
    for (const [name, installs, calls, , failed, p50, p95] of table) {
      const own = published(rows, 'tool', name);
      if (own.length === 0) {
        expect(calls).toBe('too few');
        continue;
      }
      known += 1;
      if (own.length < 9) partly += 1;
      const made = sum(own, 'invocations');
      const timed = published(latency.rows, 'tool', name);
      expect([installs, calls, failed, p50, p95]).toEqual([
        `≥ ${whole(Math.max(...own.map((row) => Number(row.installs))))}`,
        whole(made),
        rate(sum(own, 'failures') / made),
        timeOf(timed, 0.5),
        timeOf(timed, 0.95),
      ]);
      const cells = matrix.find(([tool]) => tool === name) ?? [];
      for (const [at, head] of heads.entries()) {
        if (at < 2) continue;
        const count = sum(own, `failures_${head.replaceAll(' ', '_')}`);
        if (count > 0) expect(cells[at]).toBe(`${rate(count / made)} ${whole(count)}`);
        else expect(['0', '·']).toContain(cells[at]);
      }
    }
    expect(known).toBeGreaterThan(6);
    expect(partly).toBeGreaterThan(0); // so that rests of months are among them
    const rates = matrix.map((row) => Number.parseFloat(row[1] ?? ''));
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
  });

  test('all steps, features, providers and sessions', async () => {
    const { collector, page } = await open();
    const steps = published((await ask(collector, 'workflow')).rows);
    const heads = await page.locator('#steps thead th').allTextContents();
    let cells = 0;
    for (const [name, ...shares] of await cellsOf(page, '#steps table')) {
      const from = name === 'start of a session' ? 'start' : name;
      const own = steps.filter((row) => row.from_tool === from);
      expect(shares.pop()).toBe(whole(sum(own, 'count')));
      for (const [at, share] of shares.entries()) {
        const count = sum(
          own.filter((row) => row.to_tool === heads[at + 1]),
          'count',
        );
        expect(share).toBe(count === 0 ? '·' : percent(count / sum(own, 'count')));
        cells += count === 0 ? 0 : 1;
      }
    }
    expect(cells).toBe(new Set(steps.map((row) => `${row.from_tool}>${row.to_tool}`)).size);
    for (const [id, column, measure] of [
      ['features', 'feature', 'uses'],
      ['providers', 'provider', 'invocations'],
    ] as const) {
      const { rows } = await ask(collector, id);
      for (const [name, , count] of await cellsOf(page, `#${id} table`)) {
        const own = published(rows, column, name);
        expect(count, name).toBe(own.length === 0 ? 'too few' : whole(sum(own, measure)));
      }
    }
    const order = (await cellsOf(page, '#features table')).map(([name]) => name);
    expect(order).toEqual(['chooseSolution', 'answerQuestion', 'generateManifests', 'deployManifests', 'pushToGit']);
    const { rows } = await ask(collector, 'sessions');
    const sessions = (await cellsOf(page, '#sessions table')).map((row) => row[1]);
    expect(sessions[0]).toBe(whole(sum(rows, 'sessions_1_tool')));
    expect(sessions[4]).toBe(whole(sum(rows, 'sessions_6_or_more_tools')));
  });

  test('behind the charts, interval by interval', async () => {
    const { collector, page } = await open();
    await page.locator('#over-time summary').click();
    await page.waitForSelector('#over-time details table');
    const shown = await cellsOf(page, '#over-time details table');
    const { rows } = await ask(collector, 'overview');
    for (const row of rows) {
      const cells = shown.find(([interval]) => interval === row.interval);
      const texts = ['installs', 'invocations', 'failures', 'sessions'].map((name) =>
        row[name] === null ? row.state : whole(Number(row[name])),
      );
      expect(cells?.slice(3)).toEqual(texts);
    }
  });

  test('on the page of a tool', async () => {
    const { collector, page } = await open('?period=6m&tool=query');
    const own = published((await ask(collector, 'tools')).rows, 'tool', 'query');
    const timed = published((await ask(collector, 'latency')).rows, 'tool', 'query');
    const facts = await page.locator('#tool dd:nth-child(2)').allTextContents();
    expect(facts.slice(1, 5)).toEqual([
      whole(sum(own, 'invocations')),
      rate(sum(own, 'failures') / sum(own, 'invocations')),
      timeOf(timed, 0.5),
      timeOf(timed, 0.95),
    ]);
    const steps = published((await ask(collector, 'workflow')).rows);
    for (const [id, column, other] of [
      ['before', 'to_tool', 'from_tool'],
      ['after', 'from_tool', 'to_tool'],
    ] as const) {
      const list = await cellsOf(page, `#${id} table`);
      expect(list.length).toBeGreaterThan(1);
      for (const [name, count] of list) {
        const found = steps.filter(
          (row) => row[column] === 'query' && row[other] === (name === 'start of a session' ? 'start' : name),
        );
        expect(count).toBe(whole(sum(found, 'count')));
      }
    }
  });
}
