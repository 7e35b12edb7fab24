import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { testContext } from '../../support/browser.js';
import { testCollector } from '../../support/collector.js';
import { testHome } from '../../support/home.js';
import { ROOT } from '../../support/processes.js';
import { cellsOf, type Filled, look } from './look.js';

/** Bytes that arrive for a page, headers included. */
async function bytesOf(page: Page, url: string): Promise<{ bytes: number; requests: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const own = new Set<string>();
  let bytes = 0;
  session.on(
    'Network.responseReceived',
    ({ requestId, response }) => response.url.startsWith('http') && own.add(requestId),
  );
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (own.has(requestId)) bytes += encodedDataLength;
  });
  await page.goto(url);
  await page.waitForSelector('#words');
  await page.waitForLoadState('networkidle');
  return { bytes, requests: own.size };
}

export function weight(year: Filled): void {
  test('a first visit is at most 150 KB, a second at most 5 KB', async () => {
    const { url } = await testCollector(year);
    const context = await testContext();
    const first = await bytesOf(await context.newPage(), url);
    const second = await bytesOf(await context.newPage(), url);
    expect(first.requests).toBe(12);
    expect(first.bytes).toBeGreaterThan(10_000);
    expect(first.bytes).toBeLessThan(150_000);
    expect(second.requests).toBe(12);
    expect(second.bytes).toBeLessThan(5_000);
  });

  test('a copy of the answers on a file server shows the same, and every period is computed in the browser', async () => {
    const collector = await testCollector(year);
    const { page: live } = await look(collector.url);
    const { folder } = testHome();
    mkdirSync(join(folder, 'stats/api/v1'), { recursive: true });
    cpSync(`${ROOT}dist/page`, join(folder, 'stats'), { recursive: true });
    const about = await collector.get<{ questions: string[]; refused?: object }>('api/v1/about.json');
    const files: [string, object][] = [['about', { ...about, refused: undefined }]];
    for (const question of about.questions) {
      files.push([question, await collector.get<object>(`api/v1/${question}?from=2026-08-31&to=2026-11-29`)]);
    }
    for (const [name, answer] of files)
      writeFileSync(join(folder, `stats/api/v1/${name}.json`), JSON.stringify(answer));
    const { page, problems } = await look(await serve(folder));
    for (const period of ['3m', '4w', 'all']) {
      for (const one of [live, page]) await one.locator(`#period-${period}`).click();
      expect(await page.locator('#coverage').textContent()).toBe(await live.locator('#coverage').textContent());
      expect(await cellsOf(page, 'table.tools')).toEqual(await cellsOf(live, 'table.tools'));
    }
    expect(await page.locator('#received').textContent()).not.toContain('refused');
    expect(problems).toEqual([]);
  });
}

/** A file server that knows nothing else. */
async function serve(folder: string): Promise<string> {
  const types: Record<string, string> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.json': 'application/json',
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname.replace(/\/$/, '/index.html');
    readFile(join(folder, path)).then(
      (content) => response.setHeader('content-type', types[extname(path)] ?? 'text/plain').end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/stats/`;
}
