// npm run play: a server, a collector and a client in one terminal, in a temporary home. Type `help`. It reads lines from
// a pipe too: `echo 'call recommend 3' | npm run play`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readStatus } from '../../src/index.js';
import { temporaryHome } from '../../src/testing/index.js';
import { CLI, callTool, startCollector, startServer } from '../demo/parts.js';

const DAY_MS = 86_400_000;

const HELP = `call TOOL [times]   call a tool: recommend query operate version; remediate is refused; any other is unknown
day                 let the day pass: the server starts anew on the next one, and closes the one before
where               the dashboard's address, and the folder of this home
status, preview, enable --yes, send, sent, disable, …   any command of dot-ai-analytics
quit`;

const ARGUMENTS: Readonly<Record<string, Record<string, unknown>>> = {
  recommend: { intent: 'deploy' },
  query: { question: 'what runs here?' },
  remediate: { issue: 'a pod is crashing' },
  operate: { intent: 'scale' },
};

const home = temporaryHome();
// Shows what a single install reported: here nobody else is.
const collector = await startCollector(home, ['--min-installs', '1', '--db', join(home.folder, 'collector.db')]);
let daysAhead = 0;
let client = await serve();

console.log(`A server, a client, and a collector at ${collector.url}. The home is ${home.folder}. Type help.`);
const lines = createInterface({
  input: process.stdin,
  output: process.stdout,
  prompt: 'play> ',
  terminal: process.stdin.isTTY,
});
lines.prompt();
for await (const line of lines) {
  const [command = '', ...rest] = line.trim().split(/\s+/);
  if (command === 'quit') break;
  await run(command, rest);
  if (process.stdin.isTTY) lines.prompt(); // from a pipe the end may be read already
}
lines.close();
await client.close();
collector.child.kill('SIGTERM');
await collector.ended;
home.remove();

async function run(command: string, rest: readonly string[]): Promise<void> {
  if (command === '') return;
  if (command === 'help') console.log(HELP);
  else if (command === 'call') await call(rest[0] ?? 'recommend', Number(rest[1] ?? 1));
  else if (command === 'day') await nextDay();
  else if (command === 'where') console.log(`${collector.url}\n${home.folder}`);
  else spawnSync(process.execPath, [CLI, command, ...rest], { env: home.env, stdio: ['ignore', 'inherit', 'inherit'] });
}

async function call(tool: string, times: number): Promise<void> {
  for (let time = 0; time < Math.min(times, 1000); time += 1) {
    const { texts, isFailure } = await callTool(client, tool, ARGUMENTS[tool] ?? {});
    if (time < 3) for (const text of texts) console.log(`${isFailure ? 'failed' : 'answered'}: ${text}`);
  }
}

/** 02:00 UTC, an hour after a day is closed. */
async function nextDay(): Promise<void> {
  await client.close();
  const { waiting } = readStatus({ env: home.env });
  daysAhead += 1;
  client = await serve();
  for (let tries = 0; tries < 30 && readStatus({ env: home.env }).waiting.length === waiting.length; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log('The next day, 02:00 UTC. Its counts are closed: preview, send, sent, and the dashboard (where).');
}

function serve(): ReturnType<typeof startServer> {
  const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const now = daysAhead === 0 ? '' : new Date(midnight + daysAhead * DAY_MS + 2 * 3_600_000).toISOString();
  return startServer(home, { host: collector.url, key: 'phc_play', now });
}
