// The whole path on real parts: a real MCP client and server over stdio, the real command line, the real collector behind
// a wire that is listened to, in a temporary home. Exits non-zero if anything is not as promised. With --keep the
// collector goes on, filled with an invented year, until Ctrl-C.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { memoryDestination, temporaryHome } from 'dot-ai-analytics/testing';

const SECRET = 's3cr3t-cluster-token-7f1c9a';
const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));
const CLI = fileURLToPath(new URL('../../bin/dot-ai-analytics.cjs', import.meta.url));

const home = temporaryHome();
const destination = await memoryDestination('phc_demo');
const failures = [];
const keep = process.argv.includes('--keep');

/* ---- the parts ---- */

function say(text = '') {
  process.stdout.write(`${text}\n`);
}

function step(title) {
  say(`\n━━ ${title}`);
}

function check(what, holds) {
  say(`   ${holds ? '✓' : '✗ FAILED:'} ${what}`);
  if (!holds) failures.push(what);
}

/** Runs the command line as a user would, shows what it says, returns its stdout. */
async function cli(...args) {
  say(`\n$ dot-ai-analytics ${args.join(' ')}`);
  const stdout = await cliQuietly(...args);
  say(stdout.trimEnd().replaceAll(/^/gm, '  '));
  return stdout;
}

async function cliQuietly(...args) {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { env: home.env });
  return stdout;
}

/** Starts the server on a given clock, lets the client work, closes both. */
async function withServer(now, work) {
  const env = {
    ...home.env,
    DEMO_NOW: now,
    DEMO_POSTHOG_HOST: destination.posthog.host,
    DEMO_POSTHOG_KEY: destination.posthog.key,
  };
  const client = new Client({ name: 'demo-client', version: '1.0.0' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [SERVER], env, stderr: 'inherit' }));
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** A day's work; returns how often the hint came along. */
async function useTools(client) {
  let hints = 0;
  const call = async (name, args = {}) => {
    const result = await client.callTool({ name, arguments: args });
    const texts = result.content.map(({ text }) => text);
    hints += texts.filter((text) => text.includes('This note is shown once')).length;
    say(
      `   ${name.padEnd(10)} ${result.isError ? 'failed' : 'answered'}: ${texts[0].slice(0, 60).replaceAll(SECRET, '<the secret>')}`,
    );
  };
  for (let number = 0; number < 6; number += 1) await call('recommend', { intent: `deploy with token ${SECRET}` });
  await call('query', { question: `what uses ${SECRET}?` });
  await call('remediate', { issue: `pod ${SECRET} is crashing` });
  await call('operate', { intent: 'scale' });
  await call('recommend', {}); // refused: an argument is missing
  await call('version');
  await call(`made-up-${SECRET}`); // no such tool
  return hints;
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const ownFiles = () => files(home.folder).filter(({ name }) => !name.startsWith('collector'));
const files = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());

async function until(condition) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** The collector, which is the destination. What it is sent goes through a listener, so that the bytes can be compared. */
async function startCollector() {
  const demo = keep ? ['--demo'] : ['--db', join(home.folder, 'collector.db')];
  const child = spawn(process.execPath, [CLI, 'collector', '--port', '0', '--min-rows', keep ? '5' : '1', ...demo], {
    env: { ...home.env, DOT_AI_CONFIG_DIR: join(home.folder, 'elsewhere') },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /ready: (\S+)/.exec(line) ?? [];
    if (url !== undefined) return { child, url };
  }
  throw new Error('the collector did not start');
}

async function passOn({ body }, response) {
  const answer = await fetch(`${collector.url}batch/`, { method: 'POST', body });
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
}

/* ---- the story ---- */

const today = new Date().toISOString().slice(0, 10);
let collector: { child: ReturnType<typeof spawn>; url: string };
const tomorrowAtTwo = new Date(Date.parse(`${today}T02:00:00Z`) + 86_400_000).toISOString();

try {
  if (keep) say('Inventing a year of 300 installs for the collector; that takes half a minute.');
  collector = await startCollector();
  destination.respondWith(passOn);

  step('A new home: analytics is off, and looking at it writes nothing');
  await cli('status');
  check('not one file was created', ownFiles().length === 0);

  step('Tools are called while it is off');
  const hints = (await withServer('', useTools)) + (await withServer('', useTools));
  check('the hint came exactly once, over two servers', hints === 1);
  const offFiles = ownFiles().map(({ name }) => name);
  check('the only file is config.json, with the hint flag', offFiles.join() === 'config.json');

  step('A person says yes');
  await cli('enable', '--yes');

  step('The same calls again');
  await withServer('', useTools);

  step('What is counted so far: a draft, the day is open');
  await cli('preview');

  step(`The day passes (the next server starts at ${tomorrowAtTwo}) and is closed`);
  const isClosed = await withServer(tomorrowAtTwo, () =>
    until(async () => JSON.parse(await cliQuietly('status', '--json')).waiting.length === 1),
  );
  check('one report is waiting', isClosed);
  await cli('preview');
  const previewed = await cliQuietly('preview', '--raw');

  step('It is sent');
  await cli('send');
  await cli('sent', '--verify');
  const kept = await cliQuietly('sent', '--raw');
  const [request] = destination.requests;
  const receipt = JSON.parse(await cliQuietly('sent', '--json')).reports[0];

  step('The bytes');
  say(`   previewed  ${sha256(previewed)}`);
  say(`   sent       ${receipt.sha256}`);
  say(`   received   ${sha256(request.body)}`);
  say(`   kept       ${sha256(kept)}`);
  check('one request was received', destination.requests.length === 1);
  check(
    'previewed, sent, received and kept are the same bytes',
    new Set([sha256(previewed), receipt.sha256, sha256(request.body), sha256(kept)]).size === 1,
  );
  const everything = [
    ...files(home.folder).map((file) => readFileSync(join(file.parentPath ?? file.path, file.name), 'latin1')),
    request.body.toString('latin1'),
    request.rawHeaders.join('\n'),
    previewed,
  ];
  check('the secret is in none of them, nor in any file or header', !everything.some((text) => text.includes(SECRET)));
  const made = JSON.parse(previewed).batch.find(({ properties }) => properties.tool === 'other');
  check('the made-up tool was counted as "other"', made?.properties.failures_mcp_protocol === 1);

  step('What the maintainers see: the collector');
  const { rows } = await (await fetch(`${collector.url}api/v1/tools?from=${today}&to=${today}`)).json();
  if (keep) {
    check('one install is too few to be shown', rows.length === 0);
  } else {
    for (const { tool, invocations: calls, failures } of rows)
      say(`   ${tool.padEnd(10)} ${calls} ${calls === 1 ? 'call' : 'calls'}, ${failures ?? 0} failed`);
    check('it counted what was sent', rows.find(({ tool }) => tool === 'recommend')?.invocations === 7);
  }
} catch (error) {
  failures.push(error.message);
  say(`\n${error.stack}`);
}

await destination.close();
if (keep && failures.length === 0) {
  say(`\nThe dashboard, with an invented year of 300 installs: ${collector.url}\nCtrl-C ends it.`);
  process.on('SIGINT', () => {}); // the collector gets it too, and ends
  await new Promise((resolve) => collector.child.on('close', resolve));
} else if (collector !== undefined) {
  const closed = new Promise((resolve) => collector.child.on('close', resolve));
  collector.child.kill('SIGTERM');
  await closed;
  say('\nThe dashboard of the collector: npm run demo -- --keep');
}
home.remove();

say(failures.length === 0 ? '\nEverything held.' : `\nFAILED: ${failures.join('; ')}`);
process.exitCode = failures.length === 0 ? 0 : 1;
