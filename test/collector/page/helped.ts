import { expect, test } from 'vitest';
import { install, type TestCollector, testCollector, tool } from '../../support/collector.js';
import { cellsOf, look, withReleases } from './look.js';

/** A week of six installs. */
async function week(collector: TestCollector, day: string, failures: Readonly<Record<string, number>>): Promise<void> {
  const first = { first_this_week: true } as const;
  for (let at = 0; at < 6; at += 1) {
    const tools = Object.entries(failures).map(([name, failed]) =>
      tool(name, { invocations: 90, successes: 90 - failed, failures: failed, failures_network: failed, ...first }),
    );
    const { status } = await collector.report([install(first), ...tools], day);
    expect(status).toBe(200);
  }
}

const row = (cells: readonly string[][], name: string) => cells.find(([one]) => one === name) ?? [];

/** Whether a release helped. */
export function helped(): void {
  test('a tool that fails less after a release, one that fails more, and one that does not change', async () => {
    const collector = await testCollector();
    await week(collector, '2026-11-04', { query: 20, operate: 4, recommend: 10 });
    await week(collector, '2026-11-11', { query: 4, operate: 18, recommend: 11 });
    const { page } = await look(collector.url);
    await withReleases(page, [{ date: '2026-11-09', name: '2.0.0' }]);
    await page.reload();
    await page.waitForSelector('#releases table');
    const cells = await cellsOf(page, '#releases table');
    expect(row(cells, 'query').slice(1, 3)).toEqual(['22.2% → 4.4%', '▼ lower']);
    expect(row(cells, 'operate').slice(1, 3)).toEqual(['4.4% → 20.0%', '▲ higher']);
    expect(row(cells, 'recommend').slice(1, 3)).toEqual(['11.1% → 12.2%', 'no clear change']);
    // Both together: 34 of 270 calls of an install failed before, 33 after.
    expect(row(cells, 'All, in the same mix').slice(1, 3)).toEqual(['12.6% → 12.2%', 'no clear change']);
    const says = await page.locator('#in-short').textContent();
    expect(says).toContain('2.0.0 (Nov 9, 2026): failure rate no clear change');
    expect(says).toContain('failure rate of operate higher (4.4% → 20.0%); failure rate of query lower (22.2% → 4.4%)');
  });

  test('another mix of tools is not a change', async () => {
    const collector = await testCollector();
    await week(collector, '2026-11-04', { query: 30, operate: 1 });
    await week(collector, '2026-11-11', { query: 30 });
    const { page } = await look(collector.url);
    await withReleases(page, [{ date: '2026-11-09', name: '2.0.0' }]);
    await page.reload();
    await page.waitForSelector('#releases table');
    const cells = await cellsOf(page, '#releases table');
    expect(cells.map(([name]) => name)).toEqual(['All, in the same mix', 'query']);
    expect(row(cells, 'All, in the same mix').slice(1, 3)).toEqual(['33.3% → 33.3%', 'no clear change']);
  });
}
