/** A column of a table. Numbers stand below each other at the right. */
export interface Column {
  readonly heading: string;
  readonly cells: readonly string[];
  readonly isText?: boolean;
}

export const TABLE_INDENT = 2;
export const TABLE_GAP = 2;

export function tableWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + TABLE_GAP + widthOf(column), TABLE_INDENT - TABLE_GAP);
}

function widthOf({ heading, cells }: Column): number {
  return Math.max(heading.length, ...cells.map(({ length }) => length));
}

/** The headings, if there are any, and a line for each row. */
export function tableLines(columns: readonly Column[]): string[] {
  const headings = columns.map(({ heading }) => heading);
  const rows = (columns[0]?.cells ?? []).map((_, at) => columns.map(({ cells }) => cells[at] ?? ''));
  return [...(headings.join('') === '' ? [] : [headings]), ...rows].map((cells) => {
    const padded = cells.map((text, at) => {
      const column = columns[at] as Column;
      return column.isText ? text.padEnd(widthOf(column)) : text.padStart(widthOf(column));
    });
    return (' '.repeat(TABLE_INDENT) + padded.join(' '.repeat(TABLE_GAP))).trimEnd();
  });
}
