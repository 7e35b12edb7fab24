/* How PostHog shows the rows of a SQL query (`DataVisualizationNode` in PostHog's query schema). */

type Display = 'ActionsLineGraph' | 'ActionsBar' | 'ActionsStackedBar';

interface Axes {
  readonly x: string;
  readonly y: readonly string[];
  /** The column whose values become series. */
  readonly by?: string;
}

/** Shows the rows of a query as a table. */
export function table(query: string): object {
  return { kind: 'DataVisualizationNode', source: { kind: 'HogQLQuery', query }, display: 'ActionsTable' };
}

/** Draws the rows of a query. */
export function chart(query: string, display: Display, { x, y, by }: Axes): object {
  return {
    kind: 'DataVisualizationNode',
    source: { kind: 'HogQLQuery', query },
    display,
    chartSettings: {
      xAxis: { column: x },
      yAxis: y.map((column) => ({ column })),
      ...(by !== undefined && { seriesBreakdownColumn: by }),
    },
  };
}
