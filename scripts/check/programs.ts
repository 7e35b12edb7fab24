// Programs of a project that has the package installed.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { newcomer } from './project.js';
import { output, run } from './run.js';

export interface Installation {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The program of the Node that runs them. */
  readonly node: string;
}

const WORK = `
  const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false });
  analytics.session().run('recommend', async () => 42).then(async (answer) => {
    await analytics.close();
    console.log(answer, typeof instrument, typeof memoryDestination);
  });
`;
const PROGRAMS = {
  'embed.mjs': `
    import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
    import { instrument } from 'dot-ai-analytics/mcp';
    import { memoryDestination } from 'dot-ai-analytics/testing';
    ${WORK}`,
  'embed.cjs': `
    const { createAnalytics, dotAiVocabulary } = require('dot-ai-analytics');
    const { instrument } = require('dot-ai-analytics/mcp');
    const { memoryDestination } = require('dot-ai-analytics/testing');
    ${WORK}`,
};

/** A program, in each kind of module, embeds the library and counts one call; `status` sees it. */
export async function embed(home: string, { cwd, node }: Omit<Installation, 'env'>): Promise<void> {
  for (const [name, text] of Object.entries(PROGRAMS)) {
    writeFileSync(join(cwd, name), text);
    await countOneCall(name, { cwd, env: newcomer(join(home, name), node), node });
  }
}

async function countOneCall(name: string, { cwd, env, node }: Installation): Promise<void> {
  const on = { cwd, env: { ...env, DOT_AI_ANALYTICS: 'true' } };
  const { code, stdout, stderr } = await run(node, [name], on);
  same([code, stdout, stderr].join('|'), '0|42 function function\n|', name);
  const { today } = JSON.parse(await output('npx', ['--no-install', 'dot-ai-analytics', 'status', '--json'], on));
  if (!(today?.rows > 0)) throw new Error(`after ${name} status says of today: ${JSON.stringify(today)}`);
}

/** The collector gets ready, answers, and ends when it is told. */
export async function collect({ cwd, env, node }: Installation): Promise<void> {
  const args = [join('node_modules', '.bin', 'dot-ai-analytics'), 'collector', '--port', '0'];
  const collector = spawn(node, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  const ended = new Promise((resolve) => collector.on('close', (code, signal) => resolve(signal ?? code)));
  try {
    const url = await addressOf(collector);
    const answer = await fetch(new URL('healthz', url), { signal: AbortSignal.timeout(10_000) });
    same(await answer.text(), '{"status":"ok"}', '/healthz');
    collector.kill('SIGTERM');
    same(await ended, 0, 'collector, after SIGTERM');
  } finally {
    collector.kill('SIGKILL'); // does nothing where it has ended
  }
}

async function addressOf({ stdout, stderr }: { stdout: Readable; stderr: Readable }): Promise<string> {
  let remarks = '';
  stderr.on('data', (chunk) => {
    remarks += chunk;
  });
  for await (const line of createInterface(stdout)) {
    const [, url] = /ready: (\S+)/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the collector ended before it was ready\n${remarks}`);
}

export function same(found: unknown, expected: unknown, what: string): void {
  if (found !== expected) throw new Error(`${what} is ${found} instead of ${expected}`);
}
