import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type TestHome, testHome, tree } from '../support/home.js';
import { CLI, cli, run, runScript } from '../support/processes.js';
import { hasTerminal, onTerminal } from '../support/terminal.js';

const QUESTION = 'Turn anonymous usage analytics on?';
const CTRL_C = '\\003';
const ACCEPTED = { analytics: true, analyticsSchema: 1 };

const settings = ({ paths }: TestHome) => JSON.parse(readFileSync(paths.config, 'utf8'));
const words = (text: string) => stripVTControlCharacters(text).replace(/\s+/g, ' ').trim();

describe('P11: where nobody can answer, enable changes nothing', () => {
  test.each([
    ['an answer from a pipe', 'echo y | "$0" "$1" enable'],
    ['a no from a pipe', 'echo n | "$0" "$1" enable'],
    ['/dev/null', '"$0" "$1" enable < /dev/null'],
    ['a closed stdin', '"$0" "$1" enable <&-'],
    ['--json', 'echo y | "$0" "$1" enable --json'],
    ['--replace', 'echo y | "$0" "$1" enable --replace'],
  ])('%s', async (_name, script) => {
    const home = testHome();
    const { code, stdout, stderr } = await run('sh', ['-c', script, process.execPath, CLI], { env: home.env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(words(stderr)).toMatch(/^Error: .*not a terminal\. Nothing was changed\. .*dot-ai-analytics enable --yes$/);
    expect(tree(home.folder)).toEqual({});
  });

  test.runIf(hasTerminal)('a terminal whose stderr is a file', async () => {
    const home = testHome();
    const { code } = await onTerminal(`enable 2> ${home.folder}/err`, { env: home.env, keys: 'y\\r' });
    expect(code).toBe(2);
    expect(Object.keys(tree(home.folder))).toEqual(['err']);
  });

  test('--yes turns it on, and says what was accepted', async () => {
    const home = testHome();
    const destination = { DOT_AI_POSTHOG_HOST: 'https://analytics.example.com', DOT_AI_POSTHOG_KEY: 'k' };
    const { code, stdout, stderr } = await cli(['enable', '--yes'], { env: { ...home.env, ...destination } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(words(stdout)).toMatch(/^Saved: on.* Accepted: schema 1, .*tool_usage.*https:\/\/analytics\.example\.com/);
    const analyticsRecipient = { host: 'https://analytics.example.com', key: 'k' };
    expect(settings(home)).toEqual({ ...ACCEPTED, analyticsRecipient });
  });
});

describe.runIf(hasTerminal)('P11: on a terminal', () => {
  test('yes turns it on', async () => {
    const home = testHome();
    const { shown, code } = await onTerminal('enable', { env: home.env, keys: 'y\\r' });
    expect(words(shown)).toMatch(/What is collected.*What is not.*Where it goes.*Turn anonymous.*In effect here: on\./);
    expect(code).toBe(0);
    expect(settings(home)).toEqual(ACCEPTED);
  });

  test.each([
    ['n', 1, 'a.example'],
    ['y', 0, 'b.example'],
  ])('another recipient than the accepted one is asked about: %s', async (answer, expected, inForce) => {
    const endpoint = (host: string) => ({ host: `https://${host}`, key: 'k' });
    const before = { ...ACCEPTED, analyticsRecipient: endpoint('a.example') };
    const home = testHome(before);
    const env = { ...home.env, DOT_AI_ANALYTICS_HOST: 'https://b.example', DOT_AI_ANALYTICS_KEY: 'k' };
    const { shown, code } = await onTerminal('enable', { env, keys: `${answer}\\r` });
    expect(words(shown)).toContain('To https://b.example instead of https://a.example');
    expect(code).toBe(expected);
    expect(settings(home)).toEqual({ ...before, analyticsRecipient: endpoint(inForce) });
  });

  test.each(['', 'dumb'])('stdout is a file, TERM=%s: explanation and question are on stderr', async (TERM) => {
    const home = testHome();
    const out = join(home.folder, 'out');
    const env = { ...home.env, ...(TERM && { TERM }) };
    const { shown, code } = await onTerminal(`enable --json > ${out}`, { env, keys: 'y\\r' });
    expect(code).toBe(0);
    expect(words(shown)).toContain('What is collected');
    expect(words(shown)).toContain(QUESTION);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ version: 1, analytics: true, enabled: true });
  });

  test.each(['n\\r', '\\r', 'No\\r'])('%s: the refusal is saved, and the hint does not come back', async (keys) => {
    const home = testHome({ model: 'kept' });
    const { shown, code } = await onTerminal('enable', { env: home.env, keys });
    expect(code).toBe(1);
    expect(words(shown)).toContain('Analytics stays off.');
    expect(settings(home)).toEqual({ model: 'kept', analytics: false });
    const script = `
      import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
      process.stdout.write(createAnalytics(dotAiVocabulary).hint() ?? 'none');`;
    expect((await runScript(script, { env: home.env })).stdout).toBe('none');
  });

  test.each([
    ['an earlier opt-in', {}, '{"analytics": true}'],
    ['an opt-in by a variable', { DOT_AI_ANALYTICS: 'true' }, '{"model": "kept"}'],
    ['an opt-in that CI suspends', { CI: 'true' }, '{"analytics": true}'],
  ])('%s: a refusal changes nothing', async (_name, variables, config) => {
    const home = testHome(config);
    const { shown, code } = await onTerminal('enable', { env: { ...home.env, ...variables }, keys: 'n\\r' });
    expect(code).toBe(1);
    expect(words(shown)).toContain('Nothing was changed.');
    expect(readFileSync(home.paths.config, 'utf8')).toBe(config);
  });

  test.each([
    ['xterm', 'yep'],
    ['xterm', 'maybe'],
    ['dumb', 'ye'],
    ['dumb', 'yes please'],
  ])('TERM=%s: %s is no answer, and is asked about again', async (TERM, answer) => {
    const home = testHome();
    const keys = [`${answer}\\r`, CTRL_C];
    const { shown, code } = await onTerminal('enable', { env: { ...home.env, TERM }, keys });
    expect(words(shown)).toMatch(/Answer y or n\..*Nothing was changed\./);
    expect(code).toBe(1);
    expect(tree(home.folder)).toEqual({});
  });

  test.each(['xterm', 'dumb'])('Ctrl-C changes nothing (TERM=%s)', async (TERM) => {
    const home = testHome();
    const { shown, code } = await onTerminal('enable', { env: { ...home.env, TERM }, keys: CTRL_C });
    expect(words(shown)).toMatch(/Turn anonymous usage analytics on\?.*Nothing was changed\./);
    expect(code).toBe(1);
    expect(tree(home.folder)).toEqual({});
  });

  test('P2: a damaged file is reported before anything is asked, and a refusal with --replace keeps it', async () => {
    const home = testHome('{"analytics": tru');
    const refused = await onTerminal('enable', { env: home.env, keys: 'y\\r' });
    expect(refused.code).toBe(1);
    expect(words(refused.shown)).toContain('line 1, column 15');
    expect(words(refused.shown)).not.toContain(QUESTION);
    const declined = await onTerminal('enable --replace', { env: home.env, keys: 'n\\r' });
    expect(words(declined.shown)).toContain('Nothing was changed.');
    expect(tree(home.paths.folder)).toEqual({ 'config.json': '{"analytics": tru' });
  });
});

/** What cannot be understood, and where. */
const DAMAGED: Record<string, [string, RegExp]> = {
  'a value cut off': ['{\n  "a": 1,\n  "analytics": tru', /line 3, column 16: this is not JSON/],
  'an object cut off': ['{\n  "a": 1', /line 2, column 9: a closing brace is expected/],
  'a comma too many': ['{\r\n  "a": 1,\r\n}', /line 3, column 1: a key in double quotes is expected/],
  'a comment': ['{\n  // yes\n  "analytics": true\n}', /line 2, column 3: comments are not allowed/],
  'after a byte order mark': ['\uFEFF{"analytics": }', /line 1, column 15: a value is expected/],
  'an empty file': ['', /line 1, column 1: a value is expected/],
  'an array': ['[]', /config\.json: it is not a JSON object/],
  'not JSON, and 400,000 levels deep': ['['.repeat(400_000), /config\.json: it is not a JSON object/],
  'a key twice': ['{"analytics": false,\n "analytics": true}', /line 2, column 2: "analytics" occurs more than once/],
  'schema 0': [
    '{\n\t"analytics": true,\n\t"analyticsSchema": 0\n}',
    /line 3, column 21: "analyticsSchema" is not a pos/,
  ],
  'a later schema': [
    '{"analytics": true, "analyticsSchema": 9}',
    /line 1, column 40: "analyticsSchema" is 9, this ver/,
  ],
  'a setting of another type': ['{"analytics": "yes"}', /line 1, column 15: "analytics" is neither true nor false/],
};

describe('P2: enable does not replace a file that cannot be understood', () => {
  test.each(Object.entries(DAMAGED))('%s', async (_name, [text, problem]) => {
    const home = testHome(text);
    const { code, stdout, stderr } = await cli(['enable', '--yes'], { env: home.env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(words(stderr)).toMatch(problem);
    expect(words(stderr)).toMatch(/Nothing was changed\. .*dot-ai-analytics enable --replace or disable, which keep/);
    expect(tree(home.paths.folder)).toEqual({ 'config.json': Buffer.from(text).toString('latin1') });
    // Nobody said no: it is the file.
    const status = await cli(['status'], { env: home.env });
    expect(words(status.stdout)).toMatch(/^Analytics is off: config\.json, which cannot be read or understood\./);
    expect(words(status.stderr)).toMatch(problem);

    const replaced = await cli(['enable', '--yes', '--replace'], { env: home.env });
    expect(replaced).toMatchObject({ code: 0, stderr: expect.stringContaining('config.json.kept-1') });
    expect(settings(home)).toEqual(ACCEPTED);
    expect(readFileSync(`${home.paths.config}.kept-1`, 'utf8')).toBe(text);
  });

  test('data that waits is still there after such a failure', async () => {
    const home = testHome('{"analytics": "no"}');
    const report = join(home.paths.outbox, '2026-11-20.json');
    await run('mkdir', ['-p', home.paths.outbox]);
    writeFileSync(report, '{}');
    expect((await cli(['enable', '--yes'], { env: home.env })).code).toBe(1);
    expect(readFileSync(report, 'utf8')).toBe('{}');
  });

  test('null is the opt-out of a full disk: enable turns it on again', async () => {
    const home = testHome('{"analytics": null}');
    const status = await cli(['status'], { env: home.env });
    expect(words(status.stdout)).toMatch(/^Analytics is off: the opt-out in config\.json\./);
    expect(status.stderr).toBe('');
    expect((await cli(['enable', '--yes'], { env: home.env })).code).toBe(0);
    expect(settings(home)).toEqual(ACCEPTED);
  });
});
