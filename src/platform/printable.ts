/*
 * Data cannot forge output (P12): whatever a file, an argument, a variable or an answer holds is shown as what it is.
 */

/**
 * What a terminal obeys, or what a reader does not see: control and format characters (escape sequences, marks of
 * direction, tags), separators of lines and paragraphs, private, unassigned and invisible characters, halves of pairs,
 * and every space but one. A braille pattern without dots is a space, too.
 */
const HIDDEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Z}/gu;

/** Most text is this, and needs no tables of Unicode, which take 1 ms to load. */
const PLAIN = /^[ -~]*$/;

/** One line in which everything can be seen: `\x1b` and `\u{202e}` stand for what cannot. */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : text.replace(HIDDEN, codeOf);
}

/** True if everything in this text can be seen. */
export function isPrintable(text: string): boolean {
  return printable(text) === text;
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) as number;
  const digits = code.toString(16);
  return code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`;
}

/**
 * The same for JSON whose lines are its own: each such character inside a string is written as `\u202e`, so that the
 * parsed value stays what it is.
 */
export function printableJson(json: string): string {
  return json
    .split('\n')
    .map((line) => (PLAIN.test(line) ? line : line.replace(HIDDEN, unitsOf)))
    .join('\n');
}

function unitsOf(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}
