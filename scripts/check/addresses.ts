// Where the package comes from. package.json is the one place for these; npm shows them beside the package.
import { readFileSync } from 'node:fs';
import { NotChecked, ROOT } from './run.js';

const ADDRESSES = {
  repository: 'without it npm refuses provenance, and links of the README lead nowhere',
  bugs: 'where users report what is wrong',
  homepage: 'where users read on',
};

export function addresses(): string {
  const manifest: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  const missing = Object.entries(ADDRESSES).filter(([name]) => manifest[name] === undefined);
  if (missing.length > 0)
    throw new NotChecked(missing.map(([name, why]) => `package.json has no "${name}": ${why}`).join('\n'));
  return Object.keys(ADDRESSES)
    .map((name) => `${name} ${JSON.stringify(manifest[name])}`)
    .join(', ');
}
