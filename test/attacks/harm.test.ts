import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { pick, type Random, randomFrom } from '../../src/simulation/random.js';
import { report, SEED, TIMES } from '../support/attack.js';
import { type TestHome, testHome, tree } from '../support/home.js';
import { ROOT } from '../support/processes.js';

const SERVER = 'test/mcp/fixtures/stdio-server.mjs';
const FAILING = './test/attacks/faults/files.mjs';

/** The library in the server: not at all, off, on, and on while something of the machine does not work. */
const MODES = [
  'off',
  'on',
  'on, destination dead',
  'on, every file operation fails',
  'on, every other file operation fails',
] as const;
type Mode = 'without' | (typeof MODES)[number];

const ENDINGS = ['stdin', 'SIGTERM', 'SIGINT', 'SIGHUP', 'exits', 'crashes'] as const;
type Ending = (typeof ENDINGS)[number];

interface Message {
  readonly line: string;
  /** Of the answer; undefined where there is none. */
  readonly id?: unknown;
}

interface Conversation {
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const NAMES = {
  ok: 6,
  fails: 2,
  soft: 2,
  says: 2,
  plain: 1,
  sync: 2,
  structured: 1,
  wrong_output: 1,
  off: 1,
  getter: 1,
  thenable: 1,
  no_such_tool: 1,
  __proto__: 1,
  constructor: 1,
  '': 1,
};
const ARGUMENTS = [{}, { x: 1 }, { x: 'one' }, { x: null, y: [1, { z: 'deep' }] }, undefined, 7, 'text', []];

const request = (id: unknown, method: string, params?: unknown): Message => ({
  id,
  line: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
});

/** What a client, a careless one too, may say. */
function traffic(random: Random, length: number): Message[] {
  const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  const messages = [
    request('hello', 'initialize', hello),
    { line: '{"jsonrpc":"2.0","method":"notifications/initialized"}' },
    request('list', 'tools/list', {}),
  ];
  for (let number = 0; number < length; number += 1) {
    const id = random() < 0.5 ? number : `n${number}`;
    const kind = pick({ call: 14, list: 2, ping: 1, unknown: 1, malformed: 1, notification: 1, cancelled: 1 }, random);
    if (kind === 'call')
      messages.push(
        request(id, 'tools/call', {
          name: pick(NAMES, random),
          arguments: ARGUMENTS[Math.floor(random() * ARGUMENTS.length)],
        }),
      );
    if (kind === 'list') messages.push(request(id, 'tools/list', {}));
    if (kind === 'ping') messages.push(request(id, 'ping'));
    if (kind === 'unknown') messages.push(request(id, 'no/such/method', { a: 1 }));
    if (kind === 'malformed')
      messages.push({ line: ['{"jsonrpc":"2.0",', 'null', '[]', '{"id":1}', 'é'][Math.floor(random() * 5)] as string });
    if (kind === 'notification')
      messages.push({ line: '{"jsonrpc":"2.0","method":"notifications/whatever","params":{"a":1}}' });
    if (kind === 'cancelled') {
      messages.push(
        { line: request(id, 'tools/call', { name: 'slow', arguments: {} }).line },
        request(`${id}-then`, 'ping'),
      );
      messages.push({
        line: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } }),
      });
    }
  }
  return [...messages, request('last', 'tools/list', {})];
}

async function converse(
  mode: Mode,
  home: TestHome,
  variant: NodeJS.ProcessEnv,
  messages: readonly Message[],
  ending: Ending,
): Promise<Conversation> {
  const fails = mode.includes('file operation');
  const env = {
    ...home.env,
    ...variant,
    INSTRUMENT: mode === 'without' ? 'no' : 'yes',
    ...(mode === 'on, destination dead' && { POSTHOG_HOST: 'http://127.0.0.1:9', EPHEMERAL: 'yes' }),
    ...(fails && {
      FAULT_UNDER: join(home.folder, '.dot-ai', 'analytics'),
      FAULT_AT: mode.includes('every other') ? `some:${SEED}` : 'all',
    }),
  };
  const child = spawn(process.execPath, [...(fails ? ['--import', FAILING] : []), SERVER], {
    cwd: ROOT,
    env,
    timeout: 40_000,
  });
  const lines: string[] = [];
  const waiting = new Map<unknown, () => void>();
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    waiting.get((JSON.parse(line) as { id?: unknown }).id)?.();
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  );
  child.stdin.on('error', () => {}); // the host has gone
  for (const { id, line } of messages) {
    const answer = new Promise<void>((resolve) => waiting.set(id, resolve));
    child.stdin.write(`${line}\n`);
    if (id !== undefined) await Promise.race([answer, ended]);
  }
  if (ending === 'stdin') child.stdin.end();
  else if (ending.startsWith('SIG')) child.kill(ending as NodeJS.Signals);
  else child.stdin.write(`${request('end', 'tools/call', { name: ending, arguments: {} }).line}\n`);
  const { code, signal } = await ended;
  // A stack names the line of the bug and what called it: the handler's wrapper, with the library.
  return { lines, stderr: stderr.replace(/^ +at .*\n/gm, ''), code, signal };
}

describe.each([
  { SDK: 'v1', LEVEL: 'high' },
  { SDK: 'v1', LEVEL: 'low' },
  { SDK: 'v2', LEVEL: 'high' },
  { SDK: 'v2', LEVEL: 'low' },
])(
  'P6: random traffic, $SDK, $LEVEL-level: every byte, the exit code and the signal are what they are without the library',
  (variant) => {
    test.each(ENDINGS)('ended by %s', { timeout: 3_600_000 }, async (ending) => {
      let answers = 0;
      for (let time = 0; time < TIMES; time += 1) {
        const seed = SEED + 1000 * time + ENDINGS.indexOf(ending);
        const messages = traffic(randomFrom(seed), 40);
        const plain = await converse('without', testHome(), variant, messages, ending);
        answers += plain.lines.length;
        expect(plain.lines.length).toBeGreaterThan(20);
        const all = await Promise.all(
          MODES.map(async (mode) => {
            const home = testHome({ analytics: mode !== 'off', analyticsHintShown: true });
            const conversation = await converse(mode, home, variant, messages, ending);
            const counted = Object.keys(tree(home.folder)).some((name) => name.startsWith('.dot-ai/analytics/'));
            if (mode === 'on' || mode === 'off' || mode.includes('every file'))
              expect([mode, counted]).toEqual([mode, mode === 'on']);
            return [mode, conversation] as const;
          }),
        );
        for (const [mode, conversation] of all) expect(conversation, `${mode}, seed ${seed}`).toEqual(plain);
      }
      report('harm', { ...variant, ending, answers, modes: MODES.length });
    });
  },
);
