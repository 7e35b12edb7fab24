import { expect, test } from 'vitest';
import { testCollector } from '../../support/collector.js';
import { cellsOf, type Filled, look } from './look.js';

export function address(year: Filled): void {
  test('period, order and tool are in the address, Back works, and a link shows the same', async () => {
    const { url } = await testCollector(year);
    const { page, problems } = await look(url);
    const first = await page.locator('#coverage').textContent();
    await page.locator('#period-4w').click();
    await expect.poll(() => page.locator('#coverage').textContent()).not.toBe(first);
    await page.locator('#sort-failures').click();
    expect(new URL(page.url()).search).toBe('?period=4w&sort=failures');
    const rates = (await cellsOf(page, 'table.tools'))
      .map((row) => Number.parseFloat(row[4] ?? ''))
      .filter((rate) => rate >= 0);
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    await page.locator('table.tools').getByRole('link', { name: 'query' }).click();
    expect(await page.title()).toBe('query – dot-ai usage');
    const { page: other } = await look(page.url());
    expect(await other.locator('main').textContent()).toBe(await page.locator('main').textContent());
    await page.goBack();
    expect(await page.locator('table.tools').isVisible()).toBe(true);
    await page.goBack();
    await page.goBack();
    expect(await page.locator('#coverage').textContent()).toBe(first);
    expect(problems).toEqual([]);
  });

  test('everything can be reached with the keyboard, and what was used keeps the focus', async () => {
    const { url } = await testCollector(year);
    const { page } = await look(url);
    const focused = () => page.evaluate<string>('document.activeElement.id || document.activeElement.textContent');
    const seen: string[] = [];
    for (let at = 0; at < 12; at += 1) {
      await page.keyboard.press('Tab');
      seen.push(await focused());
    }
    expect(seen.slice(0, 2)).toEqual(['To the numbers', 'theme']);
    expect(seen).toContain('period-4w');
    await page.locator('#period-4w').press('Enter');
    expect(await focused()).toBe('period-4w');
    await page.locator('#sort-p95').press('Enter');
    expect(await focused()).toBe('sort-p95');
    expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
    await page.locator('#sort-p95').press('Enter');
    expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('ascending');
    await page.locator('table.tools').getByRole('link', { name: 'query' }).press('Enter');
    expect(await focused()).toBe('title-tool');
  });

  test('the theme follows the system until one is chosen, which is remembered', async () => {
    const { url } = await testCollector(year);
    const { page } = await look(url, { colorScheme: 'light' });
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.locator('#theme').press('Enter');
    expect(await ground()).toBe(light);
    await page.reload();
    await page.waitForSelector('#words');
    expect(await ground()).toBe(light);
    expect(await page.locator('#theme').getAttribute('aria-pressed')).toBe('false');
  });

  test('the collector is gone: the page says so, and tries again', async () => {
    const { url } = await testCollector(year);
    const { page } = await look(url);
    await page.route('**/api/v1/**', (route) => route.abort());
    await page.reload();
    await expect.poll(() => page.locator('#state').textContent()).toContain('could not be loaded');
    await page.unroute('**/api/v1/**');
    await page.locator('#state button').click();
    await page.waitForSelector('#key-numbers');
    expect(await page.locator('#state').isHidden()).toBe(true);
  });
}
