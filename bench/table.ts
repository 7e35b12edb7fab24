export interface Row {
  readonly cells: readonly string[];
  /** Marked, and in another color. */
  readonly ours?: boolean;
  /** The length of its bar; a row without one has no bar. */
  readonly value?: number;
}

export interface Table {
  readonly title: string;
  /** What was done to get these numbers, and what the run checked, so that it measured what it names. */
  readonly exercises: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly noise?: string;
  readonly note?: string;
  readonly chart?: { readonly title: string; readonly unit: string };
}

/** For a terminal. */
export function textTable({ title, exercises, columns, rows, noise, note }: Table): string {
  const lines = [columns, ...rows.map(({ cells }) => cells)];
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)));
  const write = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('   ')
      .trimEnd();
  return [
    `\n${title}`,
    `    ${exercises}`,
    `    ${write(columns)}`,
    ...rows.map(({ cells, ours }) => `  ${ours ? '›' : ' '} ${write(cells)}`),
    ...(noise ? [`    the baseline against itself: ${noise}`] : []),
    ...(note ? [`    ${note}`] : []),
  ].join('\n');
}

/** For a document. */
export function markdownTable({ title, exercises, columns, rows, noise, note }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `### ${title}`,
    '',
    exercises,
    '',
    line(columns),
    line(columns.map((_, at) => (at === 0 ? '---' : '---:'))),
    ...rows.map(({ cells, ours }) => line(ours ? cells.map((cell) => (cell === '' ? '' : `**${cell}**`)) : cells)),
    ...(noise ? ['', `The baseline against itself: ${noise}.`] : []),
    ...(note ? ['', note] : []),
  ].join('\n');
}
