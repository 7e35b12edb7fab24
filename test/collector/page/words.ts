import { expect, test } from 'vitest';
import { dotAiVocabulary } from '../../../src/schema/dot-ai.js';
import { install, testCollector, tool } from '../../support/collector.js';
import { cellsOf, type Filled, look } from './look.js';

const FIRST = { first_this_week: true, first_this_month: true } as const;

export function words(year: Filled): void {
  test('a declared tool without known use is in the table, and is named; it has a page that says why', async () => {
    const vocabulary = { ...dotAiVocabulary, tools: [...dotAiVocabulary.tools, 'neverCalled'] };
    const { url } = await testCollector({ ...year, vocabulary });
    const { page } = await look(url);
    const rows = await cellsOf(page, 'table.tools');
    const [name, installs, calls] = rows.find(([one]) => one === 'neverCalled') ?? [];
    expect([name, installs, calls]).toEqual(['neverCalled', 'too few', 'too few']);
    expect(await page.locator('#in-short').textContent()).toMatch(/No known use of [^;]*neverCalled/);
    await page.goto(`${url}?tool=neverCalled`);
    expect(await page.locator('#tool').textContent()).toContain(
      'fewer than 5 installs reported a call of neverCalled, possibly none',
    );
    await page.goto(`${url}?tool=nothing`);
    expect(await page.locator('#tool').textContent()).toContain('No server declared a tool of this name');
  });

  test('a week that is not over is called so, and is not called too few', async () => {
    const { url } = await testCollector(year);
    const { page } = await look(`${url}?period=all`);
    await page.locator('#over-time summary').click();
    await page.waitForSelector('#over-time details table');
    const rows = await cellsOf(page, '#over-time details table');
    const last = rows.findLast(([interval]) => interval === '2026-W47') ?? [];
    expect(last.slice(3)).toEqual(['not over yet', 'not over yet', 'not over yet', 'not over yet']);
    expect(await page.locator('#coverage').textContent()).toContain('From Nov 16, 2026, 1 week is not over yet.');
  });

  test('nothing yet: how to begin', async () => {
    const { url } = await testCollector();
    const { page } = await look(url);
    const text = await page.locator('#empty').textContent();
    expect(text).toContain('No report so far; 0 accepted, 0 refused.');
    expect(text).toContain(`DOT_AI_ANALYTICS_HOST=${url.slice(0, -1)}`);
  });

  test('fewer than 5 installs: the page says how far it is, and no number of installs', async () => {
    const collector = await testCollector();
    for (const day of ['2026-11-03', '2026-11-10']) {
      for (let at = 0; at < 3; at += 1)
        await collector.report([install(FIRST), tool('query', { invocations: 7, successes: 7 })], day);
    }
    await collector.post('{"batch":[{}]}');
    const { page } = await look(collector.url);
    const text = await page.locator('#empty').textContent();
    expect(text).toContain(
      'Fewer than 5 installs so far; last report Nov 10, 2026; 6 accepted, 1 refused (1 malformed).',
    );
    expect(text).not.toMatch(/\b[346] installs/);
  });

  test('the first week: when its numbers come', async () => {
    const collector = await testCollector();
    await collector.report([install(FIRST)], '2026-11-20');
    const { page } = await look(collector.url);
    expect(await page.locator('#empty').textContent()).toContain('The first week is not over yet');
    expect(await page.locator('#empty').textContent()).toContain('from Nov 30, 2026');
  });

  test('without pooling every day is shown, and what is missing is 0', async () => {
    const collector = await testCollector({ minInstalls: 1 });
    await collector.report(
      [install(FIRST), tool('query', { invocations: 7, successes: 6, failures: 1, failures_network: 1, ...FIRST })],
      '2026-11-20',
    );
    const { page } = await look(collector.url);
    const rows = await cellsOf(page, 'table.tools');
    expect(rows[0]?.slice(0, 3)).toEqual(['query', '≥ 1', '7']);
    expect(rows.find(([name]) => name === 'recommend')?.slice(0, 3)).toEqual(['recommend', '0', '0']);
    expect(await page.locator('#coverage').textContent()).toContain('Each day is shown as it is stored');
    expect(await page.locator('#key-numbers .number').allTextContents()).toEqual([
      '1',
      '7',
      '14.3%',
      expect.anything(),
      expect.anything(),
    ]);
  });
}
