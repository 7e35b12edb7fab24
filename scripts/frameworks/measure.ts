// Calls a server of a framework as a client does, and reads what was counted.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { temporaryHome } from '../../src/testing/index.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const FOLDER = `${ROOT}examples/frameworks`;

/** By file in examples/frameworks: the package, and whether it needs a newer Node than the library. */
export const FRAMEWORKS = {
  fastmcp: { package: 'fastmcp', needsNewerNode: false },
  'mcp-framework': { package: 'mcp-framework', needsNewerNode: false },
  mastra: { package: '@mastra/mcp', needsNewerNode: true },
} as const;
export type Framework = keyof typeof FRAMEWORKS;

export function versionOf(framework: Framework): string {
  const path = `${FOLDER}/node_modules/${FRAMEWORKS[framework].package}/package.json`;
  return JSON.parse(readFileSync(path, 'utf8')).version;
}

/** The bodies of the reports that would be sent after these calls. */
export interface Counted {
  readonly answers: readonly string[];
  readonly bodies: readonly string[];
}

/** What each framework is called with. */
const CALLS: readonly [string, object][] = [
  ['echo', { message: 'hello' }],
  ['divide', { by: 2 }],
  ['divide', { by: 0 }],
  ['divide', { by: 'two' }],
  ['no_such_tool', {}],
];

/** The recipe of a framework. */
export function measure(node: string, framework: Framework): Promise<Counted> {
  return callAll(node, [`${FOLDER}/${framework}.mjs`], CALLS);
}

/** The framework's own object, given to `instrument`. */
export function measureInstrumented(node: string, framework: Framework): Promise<Counted> {
  return callAll(node, [`${FOLDER}/instrumented.mjs`, framework], CALLS.slice(0, 1));
}

async function callAll(node: string, args: string[], calls: typeof CALLS): Promise<Counted> {
  const home = temporaryHome();
  const env = { ...home.env, DOT_AI_ANALYTICS: 'true' };
  const client = new Client({ name: 'measure', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  try {
    const server = { command: node, args, env: env as never, cwd: home.folder, stderr: 'ignore' as const };
    await client.connect(new StdioClientTransport(server));
    const answers: string[] = [];
    for (const [name, values] of calls) answers.push(await answerTo(client, name, values));
    return { answers, bodies: await previewed(env) };
  } finally {
    await client.close();
    home.remove();
  }
}

/** The text of the answer, or the error. */
async function answerTo(client: Client, name: string, values: object): Promise<string> {
  try {
    const { content } = await client.callTool({ name, arguments: values as Record<string, unknown> });
    return content.map((block) => (block.type === 'text' ? block.text : block.type)).join(' | ');
  } catch (error) {
    return String(error);
  }
}

async function previewed(env: NodeJS.ProcessEnv): Promise<string[]> {
  const cli = `${ROOT}bin/dot-ai-analytics.cjs`;
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'preview', '--json'], { env });
  const { kind, requests } = JSON.parse(stdout);
  return kind === 'pending' ? requests.map(({ body }: { body: string }) => body) : [];
}
