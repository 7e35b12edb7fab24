import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryHome } from '../../src/testing/index.js';
import { installed } from '../support/installed.js';
import { ROOT, run } from '../support/processes.js';
import { startService } from '../support/service.js';

/** The code blocks of the guide, in order: what a reader copies. */
function blocks(language: string): string[] {
  const text = readFileSync(`${ROOT}docs/embedding.md`, 'utf8');
  const guide = text.slice(text.indexOf('## Five minutes'), text.indexOf('## Names, folder and recipient'));
  return [...guide.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, code = '']) => code);
}

/** The folder as it is after `npm install`: exactly what would be published, and what the guide installs beside it. */
function readersFolder(): string {
  const folder = installed({ 'package.json': '{"name": "my-server", "version": "1.0.0"}' });
  mkdirSync(join(folder, 'node_modules/.bin'));
  symlinkSync(join(ROOT, 'node_modules/tsx'), join(folder, 'node_modules/tsx'));
  symlinkSync(join(ROOT, 'node_modules/tsx/dist/cli.mjs'), join(folder, 'node_modules/.bin/tsx'));
  const command = join(folder, 'node_modules/dot-ai-analytics/bin/dot-ai-analytics.cjs');
  symlinkSync(command, join(folder, 'node_modules/.bin/dot-ai-analytics'));
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test.each([
  ['TypeScript', 'ts', 'server.ts', 'npx tsx server.ts'],
  ['CommonJS', 'js', 'server.cjs', 'node server.cjs'],
])(
  'embedding.md, word by word: a number is on the dashboard, %s',
  { timeout: 120_000 },
  async (_name, language, file, start) => {
    const [install = '', first = '', collect = '', second = ''] = blocks('sh');
    expect(install).toContain('npm install dot-ai-analytics');
    const [program = ''] = blocks(language);
    const folder = readersFolder();
    writeFileSync(join(folder, file), program);
    const home = temporaryHome();
    onTestFinished(home.remove);
    const port = String(await freePort());
    const asRead = (commands: string) => commands.replaceAll('npx tsx server.ts', start).replaceAll('8377', port);
    const shell = (commands: string) => run('bash', ['-ec', commands], { cwd: folder, env: { ...home.env } });

    const counted = await shell(asRead(first));
    expect(counted).toMatchObject({ code: 0, stdout: expect.stringMatching(/"text":"3"[\s\S]*get_sum +1 call/) });

    const command = collect.trim().split('\n').at(-1) as string;
    expect(command).toBe('npx dot-ai-analytics collector --min-installs 1');
    const bin = join(folder, 'node_modules/dot-ai-analytics/bin/dot-ai-analytics.cjs');
    const env = { ...home.env, DOT_AI_CONFIG_DIR: join(folder, '.my-server') };
    const collector = startService([bin, 'collector', '--min-installs', '1', '--port', port], { cwd: folder, env });
    onTestFinished(async () => void (await collector.stop()));
    expect(await collector.next()).toBe(`The collector is ready: http://127.0.0.1:${port}/`);
    await collector.remarked(/1\s+tool\s+and\s+0\s+features/);

    const variables = first.split('\n')[0] as string;
    const sent = await shell(`${variables}\n${asRead(second)}`);
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('delivered') });
    const { rows } = (await (await fetch(`http://127.0.0.1:${port}/api/v1/tools`)).json()) as { rows: unknown[] };
    expect(rows).toEqual([expect.objectContaining({ tool: 'get_sum', invocations: 2, successes: 2 })]);

    // A tool that is renamed: the running collector reads the names again.
    writeFileSync(join(folder, file), program.replaceAll('get-sum', 'add-up'));
    const renamed = asRead(second).replaceAll('cat calls.jsonl', 'sed s/get-sum/add-up/ calls.jsonl');
    const again = await shell(`${variables}\n${renamed}`);
    expect(again.stdout).not.toContain('rejected');
    const after = (await (await fetch(`http://127.0.0.1:${port}/api/v1/tools`)).json()) as { rows: unknown[] };
    expect(after.rows).toContainEqual(expect.objectContaining({ tool: 'add_up', invocations: 1 }));
  },
);
