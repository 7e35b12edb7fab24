import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll } from 'vitest';
import { fillYear } from '../../../src/simulation/year.js';
import { temporaryHome } from '../../../src/testing/index.js';
import { closeBrowserAfterAll, hasBrowser, testContext } from '../../support/browser.js';

export interface Seen {
  readonly page: Page;
  /** Whatever should not be: console messages, errors, requests to elsewhere. */
  readonly problems: string[];
}

type Options = Parameters<typeof testContext>[0];

/** Opens a page and waits until it shows something. */
export async function look(url: string, options: Options = {}): Promise<Seen> {
  const context = await testContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => problems.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !request.url().startsWith('data:'))
      problems.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector('#words');
  return { page, problems };
}

/** The texts of a table's cells, by row. */
export async function cellsOf(page: Page, table: string): Promise<string[][]> {
  const read = `[...document.querySelectorAll('${table} tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent.trim()))`;
  return page.evaluate<string[][]>(read);
}

/** The file of a collector; its name is known once the tests run. */
export interface Filled {
  readonly db: string;
}

/** The file of a collector with invented users, filled once for a test file, which shares one browser too. */
export function filled(installs: number, days: number): Filled {
  const made = { db: '' };
  closeBrowserAfterAll();
  beforeAll(async () => {
    if (!hasBrowser) return;
    const home = temporaryHome();
    made.db = join(home.folder, 'collector.db');
    await fillYear({ db: made.db, today: '2026-11-23', installs, days });
    return home.remove;
  });
  return made;
}

/** Two releases, as a collector with --releases answers them. */
export async function withReleases(page: Page, releases: readonly { date: string; name: string }[]): Promise<void> {
  await page.route('**/about.json', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), releases } });
  });
}
