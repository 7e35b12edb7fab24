// The commands of the Inspector's CLI against the same servers: what they print, plain and instrumented.
import { execFile, execFileSync } from 'node:child_process';
import { plural } from '../src/cli/format.js';
import { CONDITIONS, type Condition, prepare } from './conditions.js';
import { SERVERS } from './matrix.js';
import { startServer } from './server-process.js';
import { differences } from './suite.js';

/** It is fetched: its own dependencies cannot be locked, since one of them is only on Windows. */
export const INSPECTOR = '@modelcontextprotocol/inspector@2.12.0';

/** The hint is left out: it is what the output of a call is meant to differ by. */
const COMPARED: readonly Condition[] = ['plain', 'off', 'on', 'dead'];

const LISTS = ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list'].map((method) => [method]);
const OURS = [
  ...LISTS,
  ['tools/call', '--tool-name', 'test_simple_text'],
  ['tools/call', '--tool-name', 'test_multiple_content_types'],
  ['tools/call', '--tool-name', 'test_error_handling'],
  ['tools/call', '--tool-name', 'no_such_tool'],
  ['resources/read', '--uri', 'test://static-text'],
  ['prompts/get', '--prompt-name', 'test_prompt_with_arguments', '--prompt-args', 'arg1=a', 'arg2=b'],
];

/** By server. */
const COMMANDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  everything: [
    ...LISTS,
    ['tools/call', '--tool-name', 'echo', '--tool-arg', 'message=hello'],
    ['tools/call', '--tool-name', 'get-sum', '--tool-arg', 'a=1', 'b=2'],
    ['tools/call', '--tool-name', 'get-structured-content', '--tool-arg', 'location=Chicago'],
    ['tools/call', '--tool-name', 'get-sum', '--tool-arg', 'a=1'],
    ['tools/call', '--tool-name', 'no-such-tool'],
    ['prompts/get', '--prompt-name', 'simple-prompt'],
  ],
  v1: OURS,
  v2: OURS,
};

export interface ComparedCommand {
  readonly server: string;
  readonly command: string;
  /** The exit code of the plain server, and how many lines were printed. */
  readonly printed: string;
  readonly differing: readonly string[];
}

export async function compareInspector(node: string): Promise<readonly ComparedCommand[]> {
  const found = execFileSync('npx', ['-y', '-p', INSPECTOR, 'which', 'mcp-inspector'], { encoding: 'utf8' });
  const program = found.trim().split('\n').at(-1) ?? '';
  const compared: ComparedCommand[] = [];
  for (const server of Object.keys(SERVERS)) {
    const outputs = new Map<Condition, readonly string[]>();
    for (const condition of COMPARED) outputs.set(condition, await outputsOf(node, program, server, condition));
    for (const [at, command] of (COMMANDS[server] ?? []).entries()) {
      const lines = (condition: Condition) => (outputs.get(condition)?.[at] ?? '').split('\n');
      const differing = COMPARED.flatMap((condition) =>
        differences(lines('plain'), lines(condition)).map((line) => `${CONDITIONS[condition]}: ${line}`),
      );
      const printed = `exit ${lines('plain')[0]}, ${plural(lines('plain').length - 1, 'line')}`;
      compared.push({ server, command: command.join(' '), printed, differing });
      console.log(
        `${differing.length === 0 ? '✓' : '✗'} Inspector, ${SERVERS[server]}, ${command.join(' ')}: ${printed}`,
      );
      for (const line of differing) console.log(`  ${line}`);
    }
  }
  return compared;
}

/** What each command prints, its exit code first. */
async function outputsOf(node: string, program: string, server: string, condition: Condition): Promise<string[]> {
  const home = await prepare(condition);
  const outputs: string[] = [];
  try {
    const { url, end } = await startServer(server, home.env);
    for (const command of COMMANDS[server] ?? []) {
      const args = [program, '--cli', url, '--transport', 'http', '--method', ...command];
      outputs.push((await outputOf(node, args, home.env)).replaceAll(url, '<url>'));
    }
    await end();
    return outputs;
  } finally {
    await home.remove();
  }
}

function outputOf(node: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve) => {
    execFile(node, args, { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve(`${error?.code ?? 0}\n${stdout}${stderr}`.trimEnd());
    });
  });
}
