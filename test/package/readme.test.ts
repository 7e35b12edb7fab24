import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { testHome } from '../support/home.js';
import { CLI, cli, ROOT, runScript } from '../support/processes.js';

const README = readFileSync(`${ROOT}README.md`, 'utf8');
const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(`${ROOT}package.json`, 'utf8'),
);

/** The lines of all blocks in this language, without comments. */
function blocks(language: string): string[] {
  const found = [...README.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))];
  return found.map(([, text = '']) => text);
}

const COMMANDS = blocks('sh')
  .flatMap((block) => block.split('\n'))
  .map((line) => line.replace(/ *#.*/, '').trim())
  .filter((line) => line !== '');

/** In an empty home, where nobody can answer a question. */
const ENDS: Readonly<Record<string, { readonly code: number; readonly says: RegExp }>> = {
  'dot-ai-analytics status': { code: 0, says: /Analytics is off/ },
  'dot-ai-analytics preview': { code: 0, says: /example/i },
  'dot-ai-analytics enable': { code: 2, says: /--yes/ },
  'dot-ai-analytics history': { code: 0, says: /./ },
  'dot-ai-analytics sent --verify': { code: 0, says: /No sent report/ },
  'dot-ai-analytics disable': { code: 0, says: /off/ },
  'dot-ai-analytics dashboard posthog --project 12345 --dry-run': { code: 0, says: /"insights"|insight/ },
};
const STARTS = 'dot-ai-analytics collector';
/** What runs the demo and all tests; test/examples/demo.test.ts runs the first. */
const OF_A_CLONE = ['npm ci && npm run demo', 'npm test'];

describe('every command of the README that can be copied', () => {
  test('is run below, or is one of the two of a fresh clone', () => {
    expect([...COMMANDS].sort()).toEqual([...Object.keys(ENDS), STARTS, ...OF_A_CLONE].sort());
  });

  test.each(Object.entries(ENDS))('%s', async (command, { code, says }) => {
    const home = testHome();
    const ended = await cli(command.split(' ').slice(1), { env: home.env });
    expect({ code: ended.code, says: says.test(`${ended.stdout}${ended.stderr}`) }, ended.stderr).toEqual({
      code,
      says: true,
    });
  });

  test(`${STARTS}, at the address that the README names`, async () => {
    const home = testHome();
    const [, ...args] = STARTS.split(' ');
    const child = spawn(process.execPath, [CLI, ...args], { env: home.env, cwd: home.folder });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const said = await new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))));
    child.kill('SIGTERM');
    await ended;
    expect(said).toContain('http://127.0.0.1:8377/');
  });

  test('calls scripts that exist', () => {
    const called = [...README.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(called.length).toBeGreaterThan(3);
    expect(called.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

test('the lines that embed the library run as they are, with a server', async () => {
  const [embedding = ''] = blocks('ts');
  const home = testHome();
  const program = `
    import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
    const server = new McpServer({ name: 'a server', version: '1.0.0' });
    ${embedding}
    console.log(analytics.statusLine());
    process.kill(process.pid, 'SIGTERM');`;
  const { code, stdout, stderr } = await runScript(program, { env: home.env });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: 'Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true)\n',
    stderr: '',
  });
});

test('its promise is five lines, and each of the three readers finds theirs on one screen', () => {
  const parts = README.split(/^## /m);
  const [promise = '', ...sections] = parts;
  expect(sections.map((section) => section.split('\n')[0])).toEqual([
    'For users',
    'For maintainers who embed it',
    'For operators who receive it',
    'Comparison',
    'Limits',
    'Development',
  ]);
  const SCREEN = 40;
  for (const section of sections.slice(0, 3)) expect(section.trim().split('\n').length).toBeLessThanOrEqual(SCREEN);
  const paragraph = promise.split('\n\n')[1] ?? '';
  expect(paragraph.split('\n').length).toBeLessThanOrEqual(5);
  expect(promise).toContain('docs/screens/preview.png');
});
