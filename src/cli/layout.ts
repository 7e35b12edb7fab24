import { BREAK, escapeData, withoutMarks } from './marks.js';

/** The text escaped, in lines of at most `width` columns. */
export function wrap(text: string, width: number): string {
  return linesOf(text, width).join(BREAK);
}

function linesOf(text: string, width: number): string[] {
  return escapeData(text)
    .split(BREAK)
    .flatMap((line) => wrapLine(line, width));
}

/** Breaks a line at spaces and keeps its indentation. A word that is longer than a line gets its own line. */
export function wrapLine(line: string, width: number): string[] {
  if (columnsOf(line) <= width) return [line]; // unchanged, because columns have several spaces in a row
  const [indent = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S) +/)) {
    if (current === '') current = word;
    else if (columnsOf(`${current} ${word}`) <= width) current += ` ${word}`;
    else {
      lines.push(current);
      current = indent + word;
    }
  }
  return [...lines, current];
}

/** The width of a text on the terminal. Marks take no space. */
function columnsOf(text: string): number {
  return withoutMarks(text).length;
}

/** Formats labels and texts in two columns, or below each other if the terminal is too narrow. */
export function columns(rows: readonly (readonly [string, string])[], width: number, indent = 2): string {
  const labels = rows.map(([name]) => escapeData(name));
  const column = Math.max(0, ...labels.map(columnsOf)) + 2;
  const left = ' '.repeat(indent);
  const isNarrow = width - indent - column < 24;
  return rows
    .flatMap(([, text], at) => {
      const label = labels[at] as string;
      if (isNarrow) return [left + label, ...linesOf(text, width - indent - 2).map((line) => `${left}  ${line}`)];
      const gap = ' '.repeat(column - columnsOf(label));
      const hanging = ' '.repeat(indent + column);
      return linesOf(text, width - indent - column).map((line, nth) =>
        nth === 0 ? left + label + gap + line : hanging + line,
      );
    })
    .join(BREAK);
}
