import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fillYear } from '../../src/simulation/year.js';
import { testCollector } from '../support/collector.js';
import { testHome, tree } from '../support/home.js';
import { cli } from '../support/processes.js';

describe('collector publish', () => {
  test('writes the page and the published numbers: of a file, and the same of a running collector', {
    timeout: 120_000,
  }, async () => {
    const { folder, env } = testHome();
    const db = join(folder, 'collector.db');
    await fillYear({ db, today: '2026-11-23', installs: 30, days: 60 });
    const [of, from] = [join(folder, 'of-file'), join(folder, 'from-url')];
    const written = await cli(['collector', 'publish', of, '--db', db], { env });
    expect(written).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Written: \d+ files/) });
    const token = 'a-token-of-this-test';
    const running = await testCollector({ db, host: '0.0.0.0', token, clock: Date.now });
    const url = running.url.replace('0.0.0.0', '127.0.0.1');
    const withToken = { ...env, DOT_AI_COLLECTOR_TOKEN: token };
    expect((await cli(['collector', 'publish', from, '--url', url], { env: withToken })).code).toBe(0);
    expect(tree(from)).toEqual(tree(of));

    const read = (path: string) => readFileSync(join(of, path), 'utf8');
    const about = JSON.parse(read('api/v1/about.json'));
    expect(about).toMatchObject({ isStatic: true, minInstalls: 5, license: expect.stringContaining('CC0') });
    expect(about).not.toHaveProperty('refused');
    const { rows } = JSON.parse(read('api/v1/tools.json')) as { rows: { state: string; installs: number | null }[] };
    const published = rows.filter(({ state }) => state === 'published');
    expect(published.length).toBeGreaterThan(3);
    for (const { installs } of published) expect(installs).toBeGreaterThanOrEqual(5);
    expect(read('README.md')).toContain('License: CC0');
    expect(read('api/v1/tools.csv').split('\r\n')).toHaveLength(rows.length + 2);
  });

  test('a file that does not exist is not made', async () => {
    const { folder, env } = testHome();
    const { code, stdout, stderr } = await cli(['collector', 'publish', 'out', '--db', 'none.db'], {
      env,
      cwd: folder,
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/none\.db does not exist; name the running collector with --url/);
    expect(tree(folder)).toEqual({});
  });

  test('numbers that are not pooled are not published', async () => {
    const { folder, env } = testHome();
    const out = join(folder, 'out');
    writeFileSync(join(folder, 'c.db'), '');
    const args = ['collector', 'publish', out, '--db', join(folder, 'c.db'), '--min-installs', '1'];
    const { code, stderr } = await cli(args, { env });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('not pooled') });
    expect(Object.keys(tree(folder)).filter((name) => name.startsWith('out'))).toEqual([]);
  });
});
