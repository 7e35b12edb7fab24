import { wrap } from '../output.js';

const LINE = 120;

/** Wraps the prose of a page. Headings, tables and messages stay whole, and so does a comment. */
export function wrapProse(page: string): string {
  const whole = page.replaceAll(/<!--.*?-->/g, (comment) => comment.replaceAll(' ', '\0'));
  const lines = whole.split('\n').map((line) => (/^(#|\||\*\*`)/.test(line) ? line : wrap(line, LINE)));
  return lines.join('\n').replaceAll('\0', ' ');
}
