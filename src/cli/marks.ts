import { printable } from '../platform/printable.js';

/*
 * Styles and line breaks of our own, in a form that no data can have: each is a mark with a random part, drawn by this
 * process. Everything else of a text is data, so that output escapes it and only then turns the marks into what they
 * stand for.
 */

const STYLES = ['bold', 'underline', 'green', 'red'] as const;
export type Style = (typeof STYLES)[number];

/** Styles a text: `paint.green.bold('on')`. Without colors it returns the text alone. */
export type Paint = ((text: string) => string) & { readonly [One in Style]: Paint };

/** Of private-use characters, so that a mark that was cut apart is escaped as well. */
const RANDOM = `\ue000${Math.random().toString(36).slice(2)}\ue001`;
const MARK = new RegExp(`(${RANDOM}[a-zA-Z])`);
const [OPEN, CLOSE] = [97, 65];

/** Begins another line. A newline in a text is data, and is escaped. */
export const BREAK = `${RANDOM}\n`;

export function createPaint(hasColors: boolean, styles: readonly Style[] = []): Paint {
  const mark = (one: Style, first: number) => RANDOM + String.fromCharCode(first + STYLES.indexOf(one));
  const opened = styles.map((one) => mark(one, OPEN)).join('');
  const closed = styles.map((one) => mark(one, CLOSE)).join('');
  const paint = (text: string) => (hasColors ? `${opened}${text}${closed}` : text);
  for (const style of STYLES) {
    Object.defineProperty(paint, style, { get: () => createPaint(hasColors, [...styles, style]) });
  }
  return paint as Paint;
}

/** Escapes all of a text but its marks. Text that is escaped already does not change. */
export function escapeData(text: string): string {
  if (!text.includes(RANDOM)) return printable(text);
  return text
    .split(BREAK)
    .map((line) => line.split(MARK).map((part) => (MARK.test(part) ? part : printable(part))))
    .map((parts) => parts.join(''))
    .join(BREAK);
}

export function withoutMarks(text: string): string {
  if (!text.includes(RANDOM)) return text; // most texts: they are measured once for every word
  return text
    .split(BREAK)
    .join('\n')
    .split(MARK)
    .filter((_, at) => at % 2 === 0)
    .join('');
}

/** What begins and ends a style. */
export type Codes = (style: Style) => { readonly open: string; readonly close: string };

/**
 * Turns the marks into line breaks and codes.
 * @param codes undefined if nothing is styled
 */
export function withCodes(text: string, codes: Codes | undefined): string {
  if (codes === undefined) return withoutMarks(text);
  const codeOf = (letter: number) => {
    const isOpening = letter >= OPEN;
    const { open, close } = codes(STYLES[letter - (isOpening ? OPEN : CLOSE)] as Style);
    return isOpening ? open : close;
  };
  return text
    .split(BREAK)
    .join('\n')
    .split(MARK)
    .map((part, at) => (at % 2 === 0 ? part : codeOf(part.charCodeAt(part.length - 1))))
    .join('');
}
