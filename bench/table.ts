/** @typedef {{ title: string, columns: string[], rows: { cells: string[], ours?: boolean, value?: number }[], noise?: string, note?: string, chart?: { title: string, unit: string } }} Table */

/** @param {Table} table for a terminal; what is ours is marked */
export function textTable({ title, columns, rows, noise, note }) {
  const lines = [columns, ...rows.map(({ cells }) => cells)];
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => cells[at].length)));
  const write = (cells) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])))
      .join('   ')
      .trimEnd();
  return [
    `\n${title}`,
    `    ${write(columns)}`,
    ...rows.map(({ cells, ours }) => `  ${ours ? '›' : ' '} ${write(cells)}`),
    ...(noise ? [`    the baseline against itself: ${noise}`] : []),
    ...(note ? [`    ${note}`] : []),
  ].join('\n');
}

/** @param {Table} table for a document */
export function markdownTable({ title, columns, rows, noise, note }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    `### ${title}`,
    '',
    line(columns),
    line(columns.map((_, at) => (at === 0 ? '---' : '---:'))),
    ...rows.map(({ cells, ours }) => line(ours ? cells.map((cell) => (cell === '' ? '' : `**${cell}**`)) : cells)),
    ...(noise ? ['', `The baseline against itself: ${noise}.`] : []),
    ...(note ? ['', note] : []),
  ].join('\n');
}
