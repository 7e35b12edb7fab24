import { wrapLine } from '../layout.js';

const LINE = 120;

/** Wraps the prose of a page. Headings, tables and messages stay whole, and so does a comment. */
export function wrapProse(page: string): string {
  const whole = page.replaceAll(/<!--.*?-->/g, (comment) => comment.replaceAll(' ', '\0'));
  const lines = whole.split('\n').map((line) => (/^(#|\||\*\*`)/.test(line) ? line : wrapped(line)));
  return lines.join('\n').replaceAll('\0', ' ');
}

/** The lines of a list item are indented alike. */
function wrapped(line: string): string {
  const isItem = line.startsWith('* ');
  const text = wrapLine(isItem ? line.replace('*', ' ') : line, LINE).join('\n');
  return isItem ? text.replace(' ', '*') : text;
}
