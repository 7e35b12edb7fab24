/** What `npm run bench -- --write` measured, by name. */
export type Figures = Readonly<Record<string, string>>;

const FIGURE = /(<!-- measured: ([^>]+) -->)[^<]*(<!-- \/ -->)/g;

/**
 * Renews the measured figures in a handwritten document: `<!-- measured: record on -->1.4 µs<!-- / -->`.
 * @throws Error for a name that was not measured
 */
export function renewFigures(markdown: string, figures: Figures): string {
  return markdown.replace(FIGURE, (_, begin: string, name: string, end: string) => {
    const figure = figures[name];
    if (figure === undefined) throw new Error(`docs/figures.json has no figure ${name}`);
    return `${begin}${figure}${end}`;
  });
}

/** The document without its measured figures. */
export function withoutFigures(markdown: string): string {
  return markdown.replace(FIGURE, '');
}
