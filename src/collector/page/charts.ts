import { BarChart, HeatmapChart, LineChart, SankeyChart } from 'echarts/charts';
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import { type ECharts, type EChartsCoreOption, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { Row } from './api.js';
import { number } from './format.js';

use([
  BarChart,
  HeatmapChart,
  LineChart,
  SankeyChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
]);

export type Option = EChartsCoreOption;

/** The colors of Okabe and Ito, which color-blind people can tell apart. Readable on light and dark backgrounds. */
const COLOURS = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#8c8c00',
  '#7f7fff',
  '#4d7c0f',
  '#b15928',
  '#6a3d9a',
];

/** The start of a session, which is not a tool. */
const UNNAMED = '#999999';

/** Gives a tool the same color in every chart. */
export function colourOf(name: string, names: readonly string[]): string {
  const at = names.indexOf(name);
  return at === -1 ? UNNAMED : (COLOURS[at % COLOURS.length] as string);
}

function style(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The options of all charts. Tooltips are drawn on the canvas, because the page's policy forbids styles in HTML. */
function base(): Option {
  const text = { color: style('--ink') };
  return {
    animation: false,
    textStyle: { ...text, fontFamily: 'system-ui, sans-serif' },
    legend: { type: 'scroll', top: 0, textStyle: text, pageTextStyle: text, pageIconColor: style('--ink') },
    grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
    tooltip: { trigger: 'axis', renderMode: 'richText', confine: true },
    aria: { enabled: false },
  };
}

const axis = () => ({
  axisLabel: { color: style('--ink'), hideOverlap: true },
  axisLine: { lineStyle: { color: style('--line') } },
  splitLine: { lineStyle: { color: style('--line') } },
});
const category = (data: readonly string[]) => ({ type: 'category', data, ...axis(), splitLine: { show: false } });
const value = (format: (n: number) => string = number) => ({
  type: 'value',
  ...axis(),
  axisLabel: { color: style('--ink'), formatter: format, hideOverlap: true },
});

interface Series {
  readonly name: string;
  readonly data: readonly (number | null)[];
  readonly colour: string;
}

export function lines(buckets: readonly string[], series: readonly Series[]): Option {
  const all = series.map(({ name, data, colour }) => ({
    type: 'line',
    name,
    data,
    color: colour,
    showSymbol: buckets.length < 40,
    connectNulls: false,
  }));
  return { ...base(), xAxis: category(buckets), yAxis: value(), series: all };
}

/** Bars over time, stacked by series. */
export function stackedBars(buckets: readonly string[], series: readonly Series[]): Option {
  const all = series.map(({ name, data, colour }) => ({
    type: 'bar',
    name,
    data,
    color: colour,
    stack: 'all',
    barCategoryGap: '20%',
  }));
  return { ...base(), xAxis: category(buckets), yAxis: value(), series: all };
}

/** One bar for each name, stacked by series. */
export function partedBars(names: readonly string[], series: readonly Series[]): Option {
  const all = series.map(({ name, data, colour }) => ({
    type: 'bar',
    name,
    data,
    color: colour,
    stack: 'all',
    barMaxWidth: 28,
  }));
  const legend = all.length > 1 ? {} : { legend: { show: false } };
  return { ...base(), ...legend, xAxis: value(), yAxis: { ...category(names), inverse: true }, series: all };
}

/** The share of the calls of each tool in each cell. Darker means more. */
export function heat(
  tools: readonly string[],
  bounds: readonly string[],
  shares: readonly (readonly [number, number, number])[],
): Option {
  const ramp = [style('--panel'), '#56b4e9', '#0072b2', '#00334f'];
  const dark = [style('--panel'), '#00507d', '#56b4e9', '#d6efff'];
  return {
    ...base(),
    tooltip: {
      renderMode: 'richText',
      confine: true,
      formatter: ({ data: [x, y, share] }: { data: [number, number, number] }) =>
        `${tools[y]}, ${bounds[x]}: ${Math.round(share * 100)} % of its calls`,
    },
    xAxis: { ...category(bounds), axisLabel: { color: style('--ink'), rotate: 40 } },
    yAxis: { ...category(tools), inverse: true, axisLabel: { color: style('--ink'), lineHeight: 14, interval: 0 } },
    visualMap: {
      show: false,
      min: 0,
      max: 0.6,
      inRange: { color: document.documentElement.dataset.theme === 'dark' ? dark : ramp },
    },
    series: [{ type: 'heatmap', data: shares, itemStyle: { borderColor: style('--panel'), borderWidth: 1 } }],
  };
}

/** The tool before is on the left, the next one on the right. Two sides are needed, because steps can form circles. */
export function flow(steps: readonly Row[], names: readonly string[]): Option {
  const before = (name: unknown) => `${name} `;
  const nodes = [...new Set(steps.map(({ from }) => before(from))), ...new Set(steps.map(({ to }) => String(to)))];
  const text = { color: style('--ink'), textBorderWidth: 0 };
  return {
    ...base(),
    legend: { show: false },
    tooltip: {
      renderMode: 'richText',
      confine: true,
      formatter: ({
        dataType,
        data,
        name,
      }: {
        dataType: string;
        data: { source: string; target: string; value: number };
        name: string;
      }) => (dataType === 'edge' ? `${data.source.trim()} → ${data.target}: ${number(data.value)}` : name),
    },
    series: [
      {
        type: 'sankey',
        left: 8,
        right: 8,
        top: 8,
        bottom: 8,
        nodeGap: 6,
        draggable: false,
        emphasis: { focus: 'adjacency' },
        lineStyle: { color: 'source', opacity: 0.4 },
        data: nodes.map((name) => ({
          name,
          itemStyle: { color: colourOf(name.trim(), names) },
          label: { ...text, position: name.endsWith(' ') ? 'right' : 'left' },
        })),
        links: steps.map(({ from, to, count }) => ({ source: before(from), target: String(to), value: count })),
      },
    ],
  };
}

/** Draws a chart. It follows the size of its element, and is drawn again for printing. */
export function draw(place: HTMLElement, option: Option, known: Map<HTMLElement, ECharts>): void {
  const chart = known.get(place) ?? init(place);
  known.set(place, chart);
  chart.setOption(option, { notMerge: true });
  chart.resize();
}
