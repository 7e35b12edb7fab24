import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { onTestFinished } from 'vitest';

const PLACES = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = PLACES.find((path) => path !== undefined && path !== '' && existsSync(path));

/** False if there is no Chromium. The tests that need one are skipped then, with a line on stderr. */
export const hasBrowser = executablePath !== undefined;
if (!hasBrowser)
  process.stderr.write('SKIPPED: there is no Chromium (apt-get install chromium), so the dashboard is not looked at\n');

export async function testBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: executablePath ?? '',
    args: ['--no-sandbox', '--disable-background-networking'],
  });
  onTestFinished(() => browser.close());
  return browser;
}
