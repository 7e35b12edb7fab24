import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';

const PLACES = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = PLACES.find((path) => path !== undefined && path !== '' && existsSync(path));

/** False if there is no Chromium. The tests that need one are skipped then, with a line on stderr. */
export const hasBrowser = executablePath !== undefined;
if (!hasBrowser)
  process.stderr.write('SKIPPED: there is no Chromium (apt-get install chromium), so the dashboard is not looked at\n');

let running: Promise<Browser> | undefined;

/** A profile of its own, in the browser that all tests of a file share. */
export async function testContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  running ??= chromium.launch({
    executablePath: executablePath ?? '',
    args: ['--no-sandbox', '--disable-background-networking'],
  });
  const context = await (await running).newContext(options);
  onTestFinished(() => context.close());
  return context;
}

/** Ends the browser. Call it where a file's tests are declared. */
export function closeBrowserAfterAll(): void {
  afterAll(async () => {
    await (await running)?.close();
    running = undefined;
  });
}
