import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { testCollector } from '../../support/collector.js';
import { type Filled, look, withReleases } from './look.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const LOOKS = [
  [1280, 'light'],
  [768, 'light'],
  [390, 'dark'],
] as const;

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  );
}

export function looks(year: Filled): void {
  test('in both themes axe finds nothing, at no width is anything too wide, and no request goes elsewhere', async () => {
    const { url } = await testCollector(year);
    // The checker is injected into the page, which the page's policy would keep out; another test looks at the policy.
    const { page, problems } = await look(url, { bypassCSP: true });
    await withReleases(page, [{ date: '2026-10-12', name: '1.5.0' }]);
    for (const view of ['?period=3m', '?tool=query', '?tool=nothing']) {
      await page.goto(url + view);
      await page.waitForSelector('#words');
      if (view !== '?tool=nothing') await page.locator('#over-time summary').click();
      for (const [width, colorScheme] of LOOKS) {
        await page.setViewportSize({ width, height: 844 });
        await page.emulateMedia({ colorScheme });
        expect(
          await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
          view,
        ).toBeLessThanOrEqual(0);
        if (width !== 768) expect(await violationsOf(page), view).toEqual([]);
      }
    }
    expect(problems).toEqual([]);
  });

  test('under its own policy nothing is blocked, and nothing has an inline style', async () => {
    const { url } = await testCollector(year);
    const { page, problems } = await look(url);
    await withReleases(page, [{ date: '2026-10-12', name: '1.5.0' }]);
    const response = await page.reload();
    await page.waitForSelector('#releases table');
    expect(response?.headers()['content-security-policy']).toContain("style-src 'self';");
    expect(await page.content()).not.toContain('<style');
    // The release has its place on the axis.
    const left = await page.evaluate<number[]>(
      `[...document.querySelectorAll('span.release')].map((one) => parseFloat(one.style.left))`,
    );
    expect(left.length).toBeGreaterThan(3);
    expect(Math.min(...left)).toBeGreaterThan(10);
    expect(problems).toEqual([]);
  });

  test('on a phone the first number is on the first screen, and the question of coverage is answered near it', async () => {
    const { url } = await testCollector(year);
    const { page } = await look(url, { viewport: { width: 390, height: 664 }, hasTouch: true });
    const box = await page.locator('#key-numbers .number').nth(3).boundingBox();
    expect((box?.y ?? 9_999) + (box?.height ?? 0)).toBeLessThan(664);
  });

  test('what is not over yet is marked in every chart over time', async () => {
    const { url } = await testCollector(year);
    const { page } = await look(url);
    const charts = await page.locator('figure.chart').count();
    expect(charts).toBe(5);
    expect(await page.locator('figure.chart .unfinished').count()).toBe(charts);
    expect(await page.locator('figure.chart .unfinished title').first().textContent()).toBe(
      'week of Nov 16, 2026: not over yet',
    );
  });

  test('on paper: controls are gone, numbers are there', async () => {
    const { url } = await testCollector(year);
    const { page } = await look(url);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#periods').isVisible()).toBe(false);
    expect(await page.locator('#key-numbers .number').first().isVisible()).toBe(true);
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000);
  });

  test('a tool has one color everywhere, and no tool has the color of failures', async () => {
    const { url } = await testCollector(year);
    const { page } = await look(url);
    const colorOf = (selector: string, property: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}'), null).${property}`);
    const dot = await colorOf('table.tools .c4.dot', 'backgroundColor');
    expect(await colorOf('table.tools svg.c4 .bar', 'fill')).toBe(dot);
    await page
      .locator('table.tools tr', { has: page.locator('.c4.dot') })
      .locator('a')
      .click();
    await page.waitForSelector('#title-tool');
    expect(await colorOf('figure.c4 .bar', 'fill')).toBe(dot);
    expect(await colorOf('figure.bad .line', 'stroke')).not.toBe(dot);
  });
}
