import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-table.js';
import { testHome } from '../support/home.js';
import { cli, run } from '../support/processes.js';

const has = async (program: string) => (await run('which', [program]).catch(() => ({ code: 1 }))).code === 0;
const shells = { bash: await has('bash'), zsh: (await has('zsh')) && (await has('script')), fish: await has('fish') };
for (const [shell, isThere] of Object.entries(shells)) {
  if (!isThere) process.stderr.write(`SKIPPED: without ${shell}, its completion is not tried\n`);
}

/** The script as a user gets it, in a folder with two files to complete. */
async function script(shell: string): Promise<{ folder: string; file: string; env: NodeJS.ProcessEnv }> {
  const home = testHome();
  const { stdout, code } = await cli(['completion', shell], { env: home.env });
  expect(code).toBe(0);
  const file = join(home.folder, `completion.${shell}`);
  writeFileSync(file, stdout);
  writeFileSync(join(home.folder, 'with space.db'), '');
  return { folder: home.folder, file, env: { ...home.env, TERM: 'xterm', LANG: 'C.UTF-8' } };
}

/* What each of these has to offer, whatever the shell. */
const CASES: readonly (readonly [line: string, offered: readonly string[], not: readonly string[]])[] = [
  ['', COMMANDS.map(({ name }) => name), ['--json']],
  ['sta', ['status'], ['send', 'schema']],
  ['status --', ['--json', '--exit-code', '--help'], ['--purge']],
  ['disable --p', ['--purge'], ['--help']],
  ['preview --json --r', ['--raw'], []],
  ['completion ', ['bash', 'zsh', 'fish'], ['status']],
  ['dashboard p', ['posthog'], []],
  ['collector --db w', ['with space.db'], ['--port']],
];

describe.runIf(shells.bash)('bash', () => {
  test.each(CASES)('dot-ai-analytics %s', async (line, offered, not) => {
    const { folder, file, env } = await script('bash');
    const words = ['dot-ai-analytics', ...line.split(' ')];
    const program = `source "$0"
      COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _dot_ai_analytics; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await run('bash', ['--norc', '-c', program, file, ...words], { env, cwd: folder });
    expect(stderr).toBe('');
    const offers = stdout.trim().split('\n');
    expect(offers).toEqual(expect.arrayContaining([...offered]));
    for (const word of not) expect(offers).not.toContain(word);
  });
});

describe.runIf(shells.fish)('fish', () => {
  test.each(CASES)('dot-ai-analytics %s', async (line, offered, not) => {
    const { folder, file, env } = await script('fish');
    const program = `source ${file}; complete -C 'dot-ai-analytics ${line}'`;
    const { stdout, stderr } = await run('fish', ['--no-config', '-c', program], { env, cwd: folder });
    expect(stderr).toBe('');
    const words = stdout
      .trim()
      .split('\n')
      .map((one) => one.split('\t')[0]);
    expect(words).toEqual(expect.arrayContaining([...offered]));
    for (const word of not) expect(words).not.toContain(word);
  });
});

describe.runIf(shells.zsh)('zsh', () => {
  /** Types a line and TAB into a real, interactive zsh; what it completed to is what it then runs. */
  async function completed(line: string): Promise<string> {
    const { folder, file, env } = await script('zsh');
    writeFileSync(join(folder, 'dot-ai-analytics'), '#!/bin/sh\nfor word; do printf "<%s>" "$word"; done; echo\n', {
      mode: 0o755,
    });
    writeFileSync(
      join(folder, '.zshrc'),
      `PS1=; path=(${folder} $path); autoload -U compinit; compinit -u -D; eval "$(cat ${file})"; setopt nobeep\n`,
    );
    const keys = `(sleep 1.2; printf '%s\\t' 'dot-ai-analytics ${line}'; sleep 0.7; printf '\\n'; sleep 0.4; printf 'exit\\n') | script -qec 'zsh -i' /dev/null`;
    const { stdout } = await run('bash', ['-c', keys], { env: { ...env, ZDOTDIR: folder }, cwd: folder });
    return /(<[^\n]*>)\s/.exec(stdout.replaceAll('\r', ''))?.[1] ?? stdout;
  }

  test.each([
    ['sta', '<status>'],
    ['disable --p', '<disable><--purge>'],
    ['preview --r', '<preview><--raw>'],
    ['dashboard p', '<dashboard><posthog>'],
    ['completion f', '<completion><fish>'],
    ['collector --db w', '<collector><--db><with space.db>'],
  ])('dot-ai-analytics %s, TAB', async (line, expected) => {
    expect(await completed(line)).toBe(expected);
  });
});

test('the scripts hold nothing that a shell would run when it completes', async () => {
  for (const shell of Object.keys(shells)) {
    const { stdout } = await cli(['completion', shell], { env: testHome().env });
    expect(
      stdout
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .join('\n'),
    ).not.toMatch(/\$\(dot-ai|`|\bnode\b/);
  }
});
