// Renders the documents that repeat what the code knows. `npm test` fails where they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { documents } from '../dist/internals/docs.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
for (const [path, text] of Object.entries(documents(readme)))
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
