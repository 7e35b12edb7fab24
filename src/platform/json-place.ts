import type { ParseError } from 'jsonc-parser';

/** Where an offset stands in a text, as editors count: both from 1. A byte order mark is no column. */
export function placeOf(text: string, offset: number): string {
  const before = text.slice(text.startsWith('\uFEFF') ? 1 : 0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}

/**
 * Where a text stops being JSON, and why: `line 2, column 5: a comma is expected`. The parser is loaded only here,
 * because servers do not need it.
 *
 * @returns undefined if that parser finds nothing wrong, or gives up because the nesting is too deep
 */
export async function firstSyntaxError(text: string): Promise<string | undefined> {
  const { parse, printParseErrorCode } = await import('jsonc-parser');
  const json = text.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  try {
    parse(json, errors, { disallowComments: true });
  } catch {
    return undefined; // it is recursive, and `JSON.parse` is not
  }
  const [first] = errors;
  if (first === undefined) return undefined;
  return `${placeOf(json, first.offset)}: ${WORDS[printParseErrorCode(first.error)] ?? 'this is not JSON'}`;
}

const WORDS: Readonly<Record<string, string>> = {
  ValueExpected: 'a value is expected',
  PropertyNameExpected: 'a key in double quotes is expected',
  ColonExpected: 'a colon is expected',
  CommaExpected: 'a comma is expected',
  CloseBraceExpected: 'a closing brace is expected',
  CloseBracketExpected: 'a closing bracket is expected',
  UnexpectedEndOfString: 'a closing quote is missing',
  InvalidCommentToken: 'comments are not allowed',
};
