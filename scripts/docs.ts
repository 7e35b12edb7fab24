// npm run docs: writes the documents that are rendered from tables in src/. `npm test` fails where one differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { documents } from '../src/cli/docs/documents.js';

const ROOT = new URL('..', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const write = (path: string, text: string) => writeFileSync(new URL(path, ROOT), text);

const rendered = documents(read);
for (const [path, text] of Object.entries(rendered)) write(path, text);

// npm links the pages of this list. It ignores `directories.man` in an installed package, so the list is written here.
const man = Object.keys(rendered).filter((path) => path.startsWith('man/'));
write('package.json', `${JSON.stringify({ ...JSON.parse(read('package.json')), man: man.sort() }, null, 2)}\n`);
