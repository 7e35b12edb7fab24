import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { hintFor } from '../../src/core/tracker/hint.js';
import { countedRows, countedTool } from '../support/counted.js';
import { type TestHome, testHome, tree } from '../support/home.js';
import { ROOT } from '../support/processes.js';

const tools: string[] = JSON.parse(readFileSync(`${ROOT}test/mcp/fixtures/tools.json`, 'utf8'));
const vocabulary = { tools, features: [] };

interface Variant {
  readonly SDK: 'v1' | 'v2';
  readonly LEVEL: 'high' | 'low';
  readonly CAPABILITIES?: 'declared' | 'later';
}

const VARIANTS: Variant[] = [
  { SDK: 'v1', LEVEL: 'high' },
  { SDK: 'v1', LEVEL: 'high', CAPABILITIES: 'later' },
  { SDK: 'v1', LEVEL: 'low' },
  { SDK: 'v2', LEVEL: 'high' },
  { SDK: 'v2', LEVEL: 'high', CAPABILITIES: 'later' },
  { SDK: 'v2', LEVEL: 'low' },
];

const call = (id: number | string, name: string, args: unknown = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** The raw messages of one connection: every outcome there is. */
const MESSAGES = [
  {
    jsonrpc: '2.0',
    id: 'init',
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  { jsonrpc: '2.0', id: 'list', method: 'tools/list', params: {} },
  call(1, 'ok', { x: 1 }),
  call(2, 'ok', { x: 'not a number' }),
  call(3, 'fails'),
  call(4, 'soft'),
  call(5, 'says'),
  call(6, 'plain'),
  call(7, 'structured'),
  call(8, 'wrong_output'),
  call(9, 'off'),
  call(10, 'no_such_tool'),
  call(11, '__proto__'),
  call('twelve', 'sync'),
  call(13, 'getter'),
  call(14, 'thenable'),
  { jsonrpc: '2.0', id: 15, method: 'resources/list', params: {} },
];

/** Runs a server, speaks to it in raw lines, one after the other; returns what it wrote, byte for byte. */
async function converse(
  variant: Variant,
  home: TestHome,
  instrumented: boolean,
): Promise<{ lines: string[]; stderr: string; code: number | null }> {
  const env = { ...home.env, ...variant, INSTRUMENT: instrumented ? 'yes' : 'no' };
  const child = spawn(process.execPath, ['test/mcp/fixtures/stdio-server.mjs'], { cwd: ROOT, env, timeout: 30_000 });
  const lines: string[] = [];
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const reader = createInterface(child.stdout);
  const answered = new Map<unknown, () => void>();
  reader.on('line', (line) => {
    lines.push(line);
    answered.get(JSON.parse(line).id)?.();
  });
  const say = async (message: { id?: unknown }) => {
    const answer = new Promise<void>((resolve) => answered.set(message.id, resolve));
    child.stdin.write(`${JSON.stringify(message)}\n`);
    if (message.id !== undefined) await answer;
  };
  for (const message of MESSAGES) await say(message);
  // Cancelled: never answered.
  child.stdin.write(`${JSON.stringify(call(20, 'slow'))}\n`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  child.stdin.write(
    `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 20 } })}\n`,
  );
  await say({ ...MESSAGES[2], id: 'again' });
  child.stdin.end();
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { lines, stderr, code };
}

describe.each(VARIANTS)('$SDK, $LEVEL-level, tools $CAPABILITIES', (variant) => {
  test('P6: off and on, every byte is what it is without the library, apart from the one hint', async () => {
    const plain = await converse(variant, testHome(), false);
    expect(plain.lines).toHaveLength(MESSAGES.length);

    const on = await converse(variant, testHome({ analytics: true }), true);
    expect(on).toEqual(plain);

    const decided = await converse(variant, testHome({ analytics: false }), true);
    expect(decided).toEqual(plain);

    const home = testHome();
    const off = await converse(variant, home, true);
    const hinted = off.lines.filter((line) => line.includes('This note is shown once'));
    expect(hinted).toHaveLength(1);
    const { result } = JSON.parse(hinted[0] as string);
    expect(result.isError).toBeUndefined();
    expect(result.content.at(-1)).toEqual({
      type: 'text',
      text: hintFor(null),
      annotations: { audience: ['user'] },
    });
    const without = off.lines.map((line) => {
      const message = JSON.parse(line);
      if (line === hinted[0]) message.result.content.pop();
      return JSON.stringify(message);
    });
    expect({ ...off, lines: without }).toEqual(plain);
    expect(Object.keys(tree(home.folder))).toEqual(['.dot-ai/config.json']);
    expect((await converse(variant, home, true)).lines).toEqual(plain.lines); // and never again
  });

  test('each call is counted as what it was', async () => {
    const home = testHome({ analytics: true });
    await converse(variant, home, true);
    const counted = Object.fromEntries(tools.map((tool) => [tool, countedTool(home.paths, vocabulary, tool)]));
    const failed = (category: string, times = 1) => ({
      invocations: times,
      failures: times,
      [`failures_${category}`]: times,
    });
    const fine = { invocations: 1, successes: 1 };
    expect(counted.ok).toEqual(
      variant.LEVEL === 'high'
        ? { invocations: 2, successes: 1, failures: 1, failures_validation: 1 }
        : { invocations: 2, successes: 2 },
    );
    expect(counted.fails).toEqual(failed('network'));
    expect(counted.soft).toEqual(failed('operation'));
    expect(counted.says).toEqual(failed('operation'));
    expect(counted.slow).toEqual(failed('cancelled'));
    expect(counted.sync).toEqual(fine);
    expect(counted.thenable).toEqual(fine);
    if (variant.LEVEL === 'low') return;
    expect(counted.plain).toEqual(fine);
    expect(counted.structured).toEqual(fine);
    expect(counted.wrong_output).toEqual(failed('validation'));
    expect(counted.off).toEqual(failed('mcp_protocol'));
    expect(countedTool(home.paths, vocabulary, 'other')).toEqual(failed('mcp_protocol', 2));
  });

  test('one connection is one session, and its steps follow one another', async () => {
    const home = testHome({ analytics: true });
    await converse(variant, home, true);
    const rows = countedRows(home.paths, vocabulary);
    expect(rows.find(({ event }) => event === 'session_usage')?.properties).toEqual({ sessions_6_or_more_tools: 1 });
    const steps = rows
      .filter(({ event }) => event === 'workflow_step')
      .map(({ properties }) => `${properties.from} ${properties.to}`);
    expect(steps).toContain('start ok');
    expect(steps).toContain('fails soft');
  });
});
