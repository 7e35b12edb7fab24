// node scripts/screens.mjs: pictures of the dashboard with an invented year, into docs/screens/. Needs Chromium.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-screens-'));
const db = process.argv[2] ?? join(folder, 'collector.db');
const args = ['bin/dot-ai-analytics.cjs', 'collector', '--demo', '--db', db, '--port', '0'];
const collector = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
let url;
for await (const line of createInterface(collector.stdout)) {
  url = /ready: (\S+)/.exec(line)?.[1];
  if (url !== undefined) break;
}

mkdirSync('docs/screens', { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking'],
});
for (const [name, width, colorScheme] of [
  ['wide-light', 1280, 'light'],
  ['wide-dark', 1280, 'dark'],
  ['phone-light', 390, 'light'],
  ['phone-dark', 390, 'dark'],
]) {
  // Tall enough that every chart comes into sight, and is drawn.
  const page = await browser.newPage({ viewport: { width, height: 6000 }, colorScheme });
  await page.goto(url);
  await page.waitForSelector('#chart-sessions canvas');
  await page.waitForTimeout(500);
  const { height } = await page.locator('body').boundingBox();
  await page.screenshot({ path: `docs/screens/${name}.png`, clip: { x: 0, y: 0, width, height: Math.ceil(height) } });
  console.log(`docs/screens/${name}.png`);
}
await browser.close();
collector.kill('SIGTERM');
await new Promise((resolve) => collector.on('close', resolve));
rmSync(folder, { recursive: true, force: true });
