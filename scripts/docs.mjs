// Renders the documents that repeat what the code knows. `npm test` fails where they differ.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { documents, recordedSchema } from '../dist/internals/docs.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
for (const [path, text] of Object.entries(documents(readme)))
  writeFileSync(new URL(`../${path}`, import.meta.url), text);

// What a schema number means is recorded once and never rewritten: consent was given to it.
const [path, text] = recordedSchema();
const url = new URL(`../${path}`, import.meta.url);
if (!existsSync(url)) writeFileSync(url, text);
