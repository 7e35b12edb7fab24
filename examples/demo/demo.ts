// The whole path on real parts: a real MCP client and server over stdio, the real command line, the real collector behind
// a listener that keeps the bytes, in a temporary home. Exits non-zero where anything is not as promised. With --keep the
// collector goes on, filled with an invented year, until Ctrl-C.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { memoryDestination, type ReceivedRequest, temporaryHome } from '../../src/testing/index.js';
import { CLI, type Collector, startCollector, startServer } from './parts.js';
import { say, step } from './say.js';
import { SECRET, useTools } from './work.js';

const keep = process.argv.includes('--keep');
const home = temporaryHome();
const destination = await memoryDestination('phc_demo');
const today = new Date().toISOString().slice(0, 10);
const tomorrowAtTwo = new Date(Date.parse(`${today}T02:00:00Z`) + 86_400_000).toISOString();
const failures: string[] = [];
let collector: Collector | undefined;

try {
  if (keep) say('Inventing a year of 300 installs for the collector; that takes half a minute.');
  collector = await startCollector(home, collectorOptions());
  const { url } = collector;
  destination.respondWith((request, response) => void passOn(url, request, response));
  await beOff();
  await count();
  const previewed = await closeDay();
  await send(previewed);
  await readCollector(url);
} catch (error) {
  failures.push(error instanceof Error ? error.message : String(error));
  say(`\n${error instanceof Error ? error.stack : error}`);
}
await destination.close();
if (collector !== undefined) await end(collector);
home.remove();

say(failures.length === 0 ? '\nEverything held.' : `\nFAILED: ${failures.join('; ')}`);
process.exitCode = failures.length === 0 ? 0 : 1;

/* ---- the story ---- */

async function beOff(): Promise<void> {
  step('A new home: analytics is off, and looking at it writes nothing');
  await cli('status');
  check('not one file was created', ownFiles().length === 0);

  step('Tools are called while it is off');
  const hints = (await withServer('', useTools)) + (await withServer('', useTools));
  check('the hint came exactly once, over two servers', hints === 1);
  const names = ownFiles().map(({ name }) => name);
  check('the only file is config.json, with the hint flag', names.join() === 'config.json');
}

async function count(): Promise<void> {
  step('A user opts in');
  await cli('enable', '--yes');

  step('The same calls again');
  await withServer('', useTools);

  step('What is counted so far: a draft, the day is open');
  await cli('preview');
}

/** @returns the bytes that `preview` shows of the closed day */
async function closeDay(): Promise<string> {
  step(`The day passes (the next server starts at ${tomorrowAtTwo}) and is closed`);
  const isClosed = await withServer(tomorrowAtTwo, () =>
    until(async () => JSON.parse(await cliQuietly('status', '--json')).waiting.length === 1),
  );
  check('one report is waiting', isClosed);
  await cli('preview');
  return cliQuietly('preview', '--raw');
}

async function send(previewed: string): Promise<void> {
  step('It is sent');
  await cli('send');
  await cli('sent', '--verify');
  const kept = await cliQuietly('sent', '--raw');
  const [request] = destination.requests;
  const receipt: { sha256: string } = JSON.parse(await cliQuietly('sent', '--json')).reports[0];

  step('The bytes');
  check('one request was received', request !== undefined && destination.requests.length === 1);
  if (request === undefined) return;
  const hashes = {
    previewed: sha256(previewed),
    sent: receipt.sha256,
    received: sha256(request.body),
    kept: sha256(kept),
  };
  for (const [what, hash] of Object.entries(hashes)) say(`   ${what.padEnd(9)}  ${hash}`);
  check('previewed, sent, received and kept are the same bytes', new Set(Object.values(hashes)).size === 1);
  const everything = [
    ...filesIn(home.folder).map((file) => readFileSync(join(file.parentPath ?? file.path, file.name), 'latin1')),
    request.body.toString('latin1'),
    request.rawHeaders.join('\n'),
    previewed,
  ];
  check('the secret is in none of them, nor in any file or header', !everything.some((text) => text.includes(SECRET)));
  const { batch }: { batch: { properties: Record<string, unknown> }[] } = JSON.parse(previewed);
  const made = batch.find(({ properties }) => properties.tool === 'other');
  check('the made-up tool was counted as "other"', made?.properties.failures_mcp_protocol === 1);
}

async function readCollector(url: string): Promise<void> {
  step('What the maintainers see: the collector');
  const answer = await fetch(`${url}api/v1/tools?from=${today}&to=${today}`);
  const { rows } = (await answer.json()) as { rows: { tool: string; invocations: number; failures?: number }[] };
  if (keep) {
    check('one install is too few to be shown', rows.length === 0);
    return;
  }
  for (const { tool, invocations: calls, failures: failed } of rows)
    say(`   ${tool.padEnd(10)} ${calls} ${calls === 1 ? 'call' : 'calls'}, ${failed ?? 0} failed`);
  check('it counted what was sent', rows.find(({ tool }) => tool === 'recommend')?.invocations === 7);
}

async function end({ url, child, ended }: Collector): Promise<void> {
  if (keep && failures.length === 0) {
    say(`\nThe dashboard, with an invented year of 300 installs: ${url}\nCtrl-C ends it.`);
    process.on('SIGINT', () => {}); // the collector gets it too, and ends
    await ended;
    return;
  }
  child.kill('SIGTERM');
  await ended;
  say('\nThe dashboard of the collector: npm run demo -- --keep');
}

/* ---- its means ---- */

function check(what: string, holds: boolean): void {
  say(`   ${holds ? '✓' : '✗ FAILED:'} ${what}`);
  if (!holds) failures.push(what);
}

/** Runs the command line as a user would, and shows its output. */
async function cli(...args: string[]): Promise<void> {
  say(`\n$ dot-ai-analytics ${args.join(' ')}`);
  const stdout = await cliQuietly(...args);
  say(stdout.trimEnd().replaceAll(/^/gm, '  '));
}

async function cliQuietly(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { env: home.env });
  return stdout;
}

/** Starts the server on a given clock, lets the client work, ends both. */
async function withServer<T>(now: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await startServer(home, { ...destination.posthog, now });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function ownFiles(): readonly Dirent[] {
  return filesIn(home.folder).filter(({ name }) => !name.startsWith('collector'));
}

function filesIn(folder: string): readonly Dirent[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
}

async function until(condition: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

function collectorOptions(): readonly string[] {
  if (keep) return ['--min-installs', '5', '--demo'];
  return ['--min-installs', '1', '--db', join(home.folder, 'collector.db')];
}

/** The collector is the destination. Its requests go through a listener, so that their bytes can be compared. */
async function passOn(url: string, { body }: ReceivedRequest, response: ServerResponse): Promise<void> {
  const answer = await fetch(`${url}batch/`, { method: 'POST', body });
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
}
