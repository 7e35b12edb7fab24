// A part of a document that a command writes, between two comments: `<!-- name: command -->` and `<!-- end of name -->`.
import { readFileSync, writeFileSync } from 'node:fs';

export function replacePart(document: string, name: string, text: string): void {
  const url = new URL(`../${document}`, import.meta.url);
  const before = readFileSync(url, 'utf8');
  const part = new RegExp(`(<!-- ${name}: [^>]* -->\n).*(<!-- end of ${name} -->)`, 's');
  if (!part.test(before)) throw new Error(`${document} has no part ${name}`);
  writeFileSync(
    url,
    before.replace(part, (_all, start: string, end: string) => `${start}\n${text}\n\n${end}`),
  );
  console.log(`Written: ${document}`);
}

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
