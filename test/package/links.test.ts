import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, run } from '../support/processes.js';

/** Shown by pages of the repository, and too large for a package. */
const PICTURE = /^docs\/(screens|charts)\/[\w-]+\.(png|svg)$/;

test('each link in a packed document leads to a packed file and, with #, to one of its headings', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    env: process.env,
  });
  const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(stdout);
  const packed = files.map(({ path }) => path);
  const documents = packed.filter((path) => path.endsWith('.md'));
  const links = documents.flatMap((path) => linksOf(path).map((link) => ({ path, ...link })));
  expect(links.length).toBeGreaterThan(100);
  const dead = links.filter(({ to, heading }) => {
    if (PICTURE.test(to)) return false;
    return (
      !packed.some((one) => one === to || one.startsWith(`${to}/`)) ||
      (heading !== undefined && !headingsOf(to).includes(heading))
    );
  });
  expect(dead).toEqual([]);
});

function linksOf(path: string): { to: string; heading: string | undefined }[] {
  const text = readFileSync(join(ROOT, path), 'utf8').replace(/```[\s\S]*?```/g, '');
  const found = [...text.matchAll(/\]\(([^)\s#]*)(?:#([^)\s]*))?\)|src="([^"]+)"/g)];
  return found
    .map(([, link = '', heading, source]) => ({ link: source ?? link, heading }))
    .filter(({ link }) => !/^(https?|mailto):/.test(link))
    .map(({ link, heading }) => ({ to: link === '' ? path : join(dirname(path), link).replace(/\/$/, ''), heading }));
}

/** As the pages of the repository name them. */
function headingsOf(path: string): string[] {
  const headings = [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text);
  return headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
