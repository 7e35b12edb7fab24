// npm run play: a server, a collector and a client in one terminal, in a temporary home. Type `help`. Lines from a pipe do
// as well: `echo 'call recommend 3' | npm run play`.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { readStatus } from 'dot-ai-analytics';
import { temporaryHome } from 'dot-ai-analytics/testing';

const SERVER = fileURLToPath(new URL('../demo/server.mjs', import.meta.url));
const CLI = fileURLToPath(new URL('../../bin/dot-ai-analytics.cjs', import.meta.url));
const DAY_MS = 86_400_000;

const HELP = `call TOOL [times]   call a tool: recommend query operate version; remediate is refused; any other is unknown
day                 let the day pass: the server starts anew on the next one, and closes the one before
where               the dashboard's address, and the folder of this home
status, preview, enable --yes, send, sent, disable, …   any command of dot-ai-analytics
quit`;

const ARGUMENTS = {
  recommend: { intent: 'deploy' },
  query: { question: 'what runs here?' },
  remediate: { issue: 'a pod is crashing' },
  operate: { intent: 'scale' },
};

const home = temporaryHome();
const collector = await startCollector();
let daysAhead = 0;
let client = await startServer();

console.log(`A server, a client, and a collector at ${collector.url}. The home is ${home.folder}. Type help.`);
const lines = createInterface({
  input: process.stdin,
  output: process.stdout,
  prompt: 'play> ',
  terminal: process.stdin.isTTY,
});
lines.prompt();
for await (const line of lines) {
  const [command, ...rest] = line.trim().split(/\s+/);
  if (command === 'quit') break;
  await run(command, rest);
  if (process.stdin.isTTY) lines.prompt(); // from a pipe the end may be read already
}
lines.close();
await client.close();
collector.child.kill('SIGTERM');
await new Promise((resolve) => collector.child.once('close', resolve));
home.remove();

async function run(command, rest) {
  if (command === '') return;
  if (command === 'help') console.log(HELP);
  else if (command === 'call') await call(rest[0] ?? 'recommend', Number(rest[1] ?? 1));
  else if (command === 'day') await nextDay();
  else if (command === 'where') console.log(`${collector.url}\n${home.folder}`);
  else spawnSync(process.execPath, [CLI, command, ...rest], { env: home.env, stdio: ['ignore', 'inherit', 'inherit'] });
}

async function call(tool, times) {
  for (let time = 0; time < Math.min(times, 1000); time += 1) {
    const { content, isError } = await client.callTool({ name: tool, arguments: ARGUMENTS[tool] ?? {} });
    if (time < 3) for (const { text } of content) console.log(`${isError ? 'failed' : 'answered'}: ${text}`);
  }
}

/** 02:00 UTC, an hour after a day is closed. */
async function nextDay() {
  await client.close();
  const { waiting } = readStatus({ env: home.env });
  daysAhead += 1;
  client = await startServer();
  for (let tries = 0; tries < 30 && readStatus({ env: home.env }).waiting.length === waiting.length; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log('The next day, 02:00 UTC. What was counted is closed: preview, send, sent, and the dashboard (where).');
}

async function startServer() {
  const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const now = daysAhead === 0 ? '' : new Date(midnight + daysAhead * DAY_MS + 2 * 3_600_000).toISOString();
  const started = new Client({ name: 'play', version: '1.0.0' });
  const env = { ...home.env, DEMO_NOW: now, DEMO_POSTHOG_HOST: collector.url, DEMO_POSTHOG_KEY: 'phc_play' };
  await started.connect(
    new StdioClientTransport({ command: process.execPath, args: [SERVER], env, stderr: 'inherit' }),
  );
  return started;
}

/** Shows what a single install reported: here nobody else is. */
async function startCollector() {
  const args = [CLI, 'collector', '--port', '0', '--min-rows', '1', '--db', join(home.folder, 'collector.db')];
  const child = spawn(process.execPath, args, { env: home.env, stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /ready: (\S+)/.exec(line) ?? [];
    if (url !== undefined) return { child, url };
  }
  throw new Error('the collector did not start');
}
