import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { fillYear } from '../../../src/simulation/year.js';
import { temporaryHome } from '../../../src/testing/index.js';
import { hasBrowser, testBrowser } from '../../support/browser.js';
import { testCollector } from '../../support/collector.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SECTIONS = ['installs', 'tools', 'failures', 'latency', 'workflow', 'features', 'providers', 'sessions'];

let db = '';
beforeAll(async () => {
  if (!hasBrowser) return;
  const home = temporaryHome();
  db = join(home.folder, 'collector.db');
  await fillYear({ db, today: '2026-11-23', installs: 80, days: 45 });
  return home.remove;
});

interface Seen {
  readonly page: Page;
  /** Whatever should not be: console messages, errors, requests to elsewhere. */
  readonly problems: string[];
}

async function look(
  url: string,
  options: Parameters<Awaited<ReturnType<typeof testBrowser>>['newPage']>[0] = {},
): Promise<Seen> {
  const browser = await testBrowser();
  // The page's policy would keep the checker out that is injected into it; what the policy is, another test looks at.
  const page = await browser.newPage({ bypassCSP: false, ...options });
  const problems: string[] = [];
  page.on('console', (message) => problems.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
      problems.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  return { page, problems };
}

const drawAll = async (page: Page) => {
  for (const id of SECTIONS) await page.locator(`#chart-${id}`).scrollIntoViewIfNeeded();
  for (const id of SECTIONS) await page.waitForSelector(`#chart-${id} canvas`);
};
/** Whether the canvas has more than a background. A text, because the tests are compiled without the browser's types. */
const isDrawn = (page: Page, id: string) =>
  page.evaluate<boolean>(`(() => {
    const canvas = document.querySelector('#chart-${id} canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colors = new Set();
    for (let at = 0; at < data.length; at += 4) colors.add(data[at] + ',' + data[at + 1] + ',' + data[at + 2]);
    return colors.size > 3;
  })()`);

describe.runIf(hasBrowser)('the dashboard, in Chromium', () => {
  test.each([
    ['wide and light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    ['wide and dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
    ['a phone', { viewport: { width: 390, height: 800 }, colorScheme: 'light', hasTouch: true }],
  ] as const)(
    '%s: every chart is drawn, nothing is too wide, axe finds nothing, no request elsewhere',
    async (_name, options) => {
      const { url } = await testCollector({ db });
      const { page, problems } = await look(url, { ...options, bypassCSP: true });
      await drawAll(page);
      for (const id of SECTIONS) expect(await isDrawn(page, id), id).toBe(true);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      await page.locator('#sections details summary').first().click();
      await page.evaluate(axe);
      const violations = await page.evaluate(async () => {
        const { violations } = await (
          globalThis as never as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          }
        ).axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      });
      expect(violations).toEqual([]);
      expect(problems).toEqual([]);
    },
  );

  test('under its own policy nothing is blocked; the first chart is there at once', async () => {
    const { url } = await testCollector({ db });
    const { page, problems } = await look(url);
    await page.waitForSelector('#chart-installs canvas');
    await drawAll(page);
    expect(problems).toEqual([]);
    expect(await page.locator('.suppressed').count()).toBeGreaterThan(0);
  });

  test('period, granularity, tool and theme can be chosen with the keyboard, and are in the address', async () => {
    const { url } = await testCollector({ db });
    const { page, problems } = await look(url);
    await page.waitForSelector('#chart-tools canvas');
    const before = await page.locator('#title-tools + p').textContent();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.activeElement.getAttribute('name')")).toBe('period');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => new URL(page.url()).searchParams.get('from')).toBe('2026-10-24');
    await page.locator('select[name=granularity]').selectOption('week');
    await page.locator('select[name=tool]').selectOption('query');
    await expect.poll(() => page.locator('#title-tools + p').textContent()).not.toBe(before);
    expect(new URL(page.url()).searchParams.get('tool')).toBe('query');
    expect(await page.locator('#title-tools + p').textContent()).toContain('most of query, 100.0 %');
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.locator('#theme').press('Enter');
    expect(await ground()).not.toBe(light);
    // What was looked at can be passed on.
    const { page: other } = await look(page.url());
    await other.waitForSelector('#chart-tools canvas');
    expect(await other.locator('select[name=tool]').inputValue()).toBe('query');
    expect(problems).toEqual([]);
  });

  test('behind every chart is its table, with the numbers of the API', async () => {
    const collector = await testCollector({ db });
    const { page } = await look(`${collector.url}?from=2026-11-01&to=2026-11-22&granularity=week`);
    await page.waitForSelector('#chart-installs canvas');
    const { rows } = await collector.get('api/v1/features?from=2026-11-01&to=2026-11-22&granularity=week');
    const details = page.locator('section', { has: page.locator('#title-features') }).locator('details');
    await details.locator('summary').click();
    const cells = await details.locator('tbody tr').first().locator('td').allTextContents();
    expect(cells.map((text) => text.replaceAll(',', ''))).toEqual(Object.values(rows[0] ?? {}).map(String));
    for (const id of SECTIONS)
      expect(
        await page
          .locator('section', { has: page.locator(`#title-${id}`) })
          .locator('details')
          .count(),
        id,
      ).toBe(1);
  });

  test('nothing there yet: says how to begin. The collector gone: says so, and tries again', async () => {
    const collector = await testCollector();
    const { page } = await look(collector.url);
    await expect.poll(() => page.locator('#state').textContent()).toContain('No reports yet');
    const second = await testCollector({ db });
    const { page: other } = await look(second.url);
    await other.waitForSelector('#chart-installs canvas');
    await other.route('**/api/v1/**', (route) => route.abort());
    await other.locator('select[name=granularity]').selectOption('month');
    await expect.poll(() => other.locator('#state').textContent()).toContain('could not be had');
    await other.unroute('**/api/v1/**');
    await other.locator('#state button').click();
    await other.waitForSelector('#chart-installs canvas');
    expect(await other.locator('#state').isHidden()).toBe(true);
  });

  test('on paper: controls are gone, charts are there', async () => {
    const { url } = await testCollector({ db });
    const { page } = await look(url);
    await page.waitForSelector('#chart-installs canvas');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('form').isVisible()).toBe(false);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.length).toBeGreaterThan(20_000);
  });
});
