/** Lines that are inserted into a file of a checkout of dot-ai. */
export interface Edit {
  /** Path in the checkout. */
  readonly file: string;
  /** A short text that occurs in the file exactly once. */
  readonly anchor: string | RegExp;
  /** Before or after the line of the anchor, or in place of the anchor itself. */
  readonly where: 'before' | 'after' | 'replace';
  readonly lines: string;
  readonly why: string;
}

/** A file that dot-ai does not have yet. Its text is below files/, at the same path. */
export interface NewFile {
  readonly file: string;
  readonly why: string;
}

/** Where an edit goes in the text of its file. */
interface Place {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Where the edit goes, or why it cannot go anywhere. An anchor that occurs twice is as useless as one that is missing:
 * nobody knows which place is meant.
 */
export function findPlace({ anchor, where, lines }: Edit, text: string): Place | string {
  const [found, another] = occurrences(anchor, text);
  if (found === undefined) return `does not contain ${anchor}`;
  if (another !== undefined) return `contains more than one ${anchor}`;
  const [from, to] = found;
  if (where === 'replace') return { from, to, text: lines };
  const line = where === 'before' ? text.lastIndexOf('\n', from - 1) + 1 : endOfLine(text, to);
  return { from: line, to: line, text: `${lines}\n` };
}

function occurrences(anchor: string | RegExp, text: string): (readonly [number, number])[] {
  if (typeof anchor === 'string') {
    const first = text.indexOf(anchor);
    const next = first === -1 ? -1 : text.indexOf(anchor, first + 1);
    return [first, next].filter((at) => at !== -1).map((at) => [at, at + anchor.length] as const);
  }
  const matches = [...text.matchAll(new RegExp(anchor.source, `${anchor.flags}g`))];
  return matches.map(({ index, 0: match }) => [index, index + match.length] as const);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end + 1;
}

/** All places lie in the original text, so no edit can be found in the lines of another. */
export function insertAll(text: string, places: readonly Place[]): string {
  let result = text;
  const lastFirst = places.toSorted((a, b) => b.from - a.from);
  for (const place of lastFirst) result = result.slice(0, place.from) + place.text + result.slice(place.to);
  return result;
}
