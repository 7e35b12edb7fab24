// npm run screens: takes pictures of `preview` and of the dashboard with an invented year, into docs/screens/. Needs
// Chromium and script(1).
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { chromium } from 'playwright-core';

const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-screens-'));
const db = process.argv[2] ?? join(folder, 'collector.db');
const releases = join(folder, 'releases.json');
const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
writeFileSync(
  releases,
  JSON.stringify([
    { date: ago(75), name: '1.4.0' },
    { date: ago(45), name: '1.5.0' },
  ]),
);
const options = ['--demo', '--db', db, '--port', '0', '--releases', releases];
const args = ['bin/dot-ai-analytics.cjs', 'collector', ...options];
const collector = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
const url = await addressOf(collector.stdout);

rmSync('docs/screens', { recursive: true, force: true });
mkdirSync('docs/screens', { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, colorScheme: 'light' });
await page.goto(url);
await page.waitForSelector('#words');
await page.screenshot({ path: 'docs/screens/dashboard.png' });
console.log('docs/screens/dashboard.png');
await photographTerminal('preview', 'preview');
await browser.close();
collector.kill('SIGTERM');
await new Promise((resolve) => collector.on('close', resolve));
rmSync(folder, { recursive: true, force: true });

async function addressOf(stdout: Readable): Promise<string> {
  for await (const line of createInterface(stdout)) {
    const [, address] = /ready: (\S+)/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('the collector did not start');
}

/** The output of a command on a terminal of 80 columns, in a home where nobody has decided. */
async function photographTerminal(command: string, name: string): Promise<void> {
  const shown = execFileSync(
    'script',
    ['-qec', `stty cols 80; "${process.execPath}" bin/dot-ai-analytics.cjs ${command}`, '/dev/null'],
    {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    },
  );
  const page = await browser.newPage({ deviceScaleFactor: 2 });
  await page.setContent(`<style>
    body { margin: 0; background: #fff } pre { display: inline-block; margin: 0; padding: 16px 20px; background: #1c2128; color: #d7dde4;
    font: 14px/1.35 "DejaVu Sans Mono", monospace; border-radius: 8px } .s1 { font-weight: bold; color: #fff } .s2 { color: #8b949e }
    .s4 { text-decoration: underline } .s32 { color: #57c785 } .s33 { color: #e3b341 } .s31 { color: #f47067 }</style>
    <pre>$ dot-ai-analytics ${command}\n${toHtml(shown)}</pre>`);
  await page.locator('pre').screenshot({ path: `docs/screens/${name}.png` });
  console.log(`docs/screens/${name}.png`);
}

/** The few styles that the command line uses; each ends with the code that switches it off. */
function toHtml(shown: string): string {
  const ENDS = new Set(['22', '24', '39', '0']);
  return (
    shown
      .replaceAll('\r', '')
      .trimEnd()
      .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
      .replace(/\u001b\[(\d+)m/g, (_, code: string) => (ENDS.has(code) ? '</span>' : `<span class="s${code}">`))
  );
}
