import type { Bucket } from './buckets.js';
import type { Release } from './data.js';
import { h, s } from './elements.js';
import { fullDay, shortDay } from './format.js';

/*
 * Charts over time, as SVG. The picture is stretched to the size of its place, so nothing has to be drawn again for a
 * phone or for paper. All text is HTML beside it, because it would be stretched too.
 */

export interface Chart {
  readonly title: string;
  readonly buckets: readonly Bucket[];
  readonly kind: 'bars' | 'line';
  /** Null where nothing is known. */
  readonly values: readonly (number | null)[];
  /** Below the values: the area between both is filled. */
  readonly low?: readonly (number | null)[];
  /** Which values are averages of a month's rest, or of a part of the tools. They are drawn lighter. */
  readonly isPartly?: readonly boolean[];
  readonly format: (value: number) => string;
  readonly releases?: readonly Release[];
  /** A class that has a color. */
  readonly color?: string;
}

const STEP = 10;
const HEIGHT = 100;

/** A chart with an axis, and a text for readers that cannot see it. */
export function chart(options: Chart): HTMLElement {
  const { title, buckets, values, format, color, releases = [] } = options;
  const top = topOf(options);
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) return h('figure', {});
  const marks = releasesOn(buckets, releases).map(({ at, release }) => {
    const mark = h('span', { class: 'release', title: `${release.name}, ${fullDay(release.date)}` }, release.name);
    mark.style.left = `${(100 * at) / buckets.length}%`; // set by script, which the page's policy allows
    return mark;
  });
  const drawing = draw(options, top);
  drawing.classList.add('drawing');
  const picture = h('div', { class: 'picture' }, drawing, ...marks);
  const notOver = buckets.some(({ isOver }) => !isOver) ? 'shaded: not over yet' : '';
  const axis = h('div', { class: 'axis' }, h('span', {}, shortDay(first.from)), h('span', { class: 'note' }, notOver));
  axis.append(h('span', {}, shortDay(last.to)));
  const known = values.filter((value) => value !== null);
  const says = known.length === 0 ? 'Nothing is known.' : `From ${format(Math.min(...known))} to ${format(top)}.`;
  const body = h('div', { class: 'drawn', role: 'img', 'aria-label': `${title}. ${says}` }, h('span', {}, format(top)));
  body.append(picture, axis);
  return h('figure', { class: `chart ${color ?? 'accent'}` }, h('figcaption', {}, title), body);
}

/** A chart without an axis. It repeats what is in text beside it. */
export function spark(options: Omit<Chart, 'title' | 'format'>): SVGSVGElement {
  const all = { ...options, title: '', format: String };
  const svg = draw(all, topOf(all));
  svg.classList.add('spark', options.color ?? 'accent');
  svg.setAttribute('aria-hidden', 'true');
  return svg;
}

function topOf({ values }: Chart): number {
  return Math.max(...values.map((value) => value ?? 0), 0) || 1;
}

function draw(options: Chart, top: number): SVGSVGElement {
  const { buckets, kind, releases = [] } = options;
  const width = STEP * Math.max(1, buckets.length);
  const svg = s('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, preserveAspectRatio: 'none' });
  for (const [at, { isOver, label }] of buckets.entries()) {
    if (isOver) continue;
    const shade = s('rect', { class: 'unfinished', x: at * STEP, y: 0, width: STEP, height: HEIGHT });
    shade.append(s('title', {}, `${label}: not over yet`));
    svg.append(shade);
  }
  svg.append(s('path', { class: 'ground', d: `M0 ${HEIGHT}H${width}` }));
  svg.append(...(kind === 'bars' ? bars(options, top) : lines(options, top)));
  for (const { at } of releasesOn(buckets, releases)) {
    svg.append(s('path', { class: 'release', d: `M${at * STEP} 0V${HEIGHT}` }));
  }
  return svg;
}

const heightOf = (value: number, top: number) => HEIGHT - ((HEIGHT - 4) * value) / top;

function bars({ buckets, values, isPartly, format }: Chart, top: number): SVGElement[] {
  return values.flatMap((value, at) => {
    if (value === null) return [];
    const y = heightOf(value, top);
    const partly = isPartly?.[at] ? 'partly' : '';
    const rect = s('rect', { class: `bar ${partly}`, x: at * STEP + 1, y, width: STEP - 2, height: HEIGHT - y });
    rect.append(s('title', {}, `${buckets[at]?.label}: ${partly} ${format(value)}`));
    return [rect];
  });
}

/** Lines are broken where nothing is known. A value alone is a point. */
function lines({ buckets, values, low, format }: Chart, top: number): SVGElement[] {
  const place = (value: number, at: number) => `${at * STEP + STEP / 2} ${heightOf(value, top).toFixed(2)}`;
  const runs = runsOf(values);
  const path = (all: readonly (number | null)[]) =>
    runs.map((run) => `M${run.map((at) => place(all[at] ?? 0, at)).join('L')}`);
  const drawn: SVGElement[] = [];
  if (low !== undefined) {
    for (const run of runs) {
      const back = run.toReversed().map((at) => place(low[at] ?? 0, at));
      const d = `M${[...run.map((at) => place(values[at] ?? 0, at)), ...back].join('L')}Z`;
      drawn.push(s('path', { class: 'band', d }));
    }
    drawn.push(s('path', { class: 'line low', d: path(low).join('') }));
  }
  drawn.push(s('path', { class: 'line', d: path(values).join('') }));
  const single = runs.flatMap((run) => (run.length === 1 ? run : []));
  const points = single.flatMap((at) => [values[at], low?.[at]].map((value) => [at, value ?? null] as const));
  for (const [at, value] of points) {
    if (value !== null) drawn.push(s('path', { class: 'line point', d: `M${place(value, at)}h0.01` }));
  }
  for (const at of runs.flat()) {
    const below = low === undefined ? '' : `${format(low[at] ?? 0)} to `;
    const target = s('rect', { class: 'target', x: at * STEP, y: 0, width: STEP, height: HEIGHT });
    target.append(s('title', {}, `${buckets[at]?.label}: ${below}${format(values[at] ?? 0)}`));
    drawn.push(target);
  }
  return drawn;
}

function runsOf(values: readonly (number | null)[]): number[][] {
  const runs: number[][] = [];
  for (const [at, value] of values.entries()) {
    if (value === null) continue;
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === at - 1) run.push(at);
    else runs.push([at]);
  }
  return runs;
}

/** Where releases are on the axis, in buckets from its beginning. */
function releasesOn(buckets: readonly Bucket[], releases: readonly Release[]) {
  return releases.flatMap((release) => {
    const at = buckets.findIndex(({ from, to }) => release.date >= from && release.date <= to);
    const bucket = buckets[at];
    if (bucket === undefined) return [];
    const length = Date.parse(bucket.to) - Date.parse(bucket.from) + 86_400_000;
    return [{ release, at: at + (Date.parse(release.date) - Date.parse(bucket.from)) / length }];
  });
}
