import type { ECharts } from 'echarts/core';
import { addDays } from '../api/period.js';
import { type About, type Answers, about, ask } from './api.js';
import { draw, type Option } from './charts.js';
import { make, sectionElement } from './elements.js';
import { sectionsOf } from './sections.js';

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const form = element<HTMLFormElement>('controls');
const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement & HTMLSelectElement;
const state = element('state');
const sections = element('sections');
const charts = new Map<HTMLElement, ECharts>();

/** Draws a chart when it comes into view, so that the first one does not wait for the others. */
const undrawn = new Map<Element, Option>();
const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) drawNow(target);
  },
  { rootMargin: '300px' },
);

function drawNow(place: Element): void {
  const option = undrawn.get(place);
  if (option === undefined) return;
  undrawn.delete(place);
  draw(place as HTMLElement, option, charts);
}

let shown: { info: About; answers: Answers } | undefined;

/** Requests and shows the data for the settings of the controls. On an error, shows it with a button to try again. */
async function load(): Promise<void> {
  say('Loading…');
  sections.setAttribute('aria-busy', 'true');
  try {
    const info = await about();
    element('invented').hidden = !info.isInvented;
    sayRefused(info);
    if (info.lastDay === null) return sayEmpty();
    readAddress(info.lastDay);
    const asked = { from: field('from').value, to: field('to').value, granularity: field('granularity').value };
    shown = { info, answers: await ask(asked) };
    offerTools(shown.answers);
    show();
    say('');
  } catch (error) {
    sections.hidden = true;
    const again = make('button', 'Try again');
    again.addEventListener('click', () => void load());
    say(`The numbers could not be had: ${error instanceof Error ? error.message : error}. `, [again]);
    state.classList.add('error');
  } finally {
    sections.removeAttribute('aria-busy');
  }
}

function say(text: string, more: readonly Node[] = []): void {
  state.classList.remove('error');
  state.replaceChildren(text, ...more);
  state.hidden = text === '';
}

/** A maintainer whose names are missing here must see that, also before the first report. */
function sayRefused({ refused }: About): void {
  const rules = Object.entries(refused).filter(([, count]) => count > 0);
  const line = element('refused');
  line.hidden = rules.length === 0;
  line.textContent = `Refused since the start: ${rules.map(([rule, count]) => `${count} (${rule})`).join(', ')}.`;
}

function sayEmpty(): void {
  sections.hidden = true;
  const address = make('code', `DOT_AI_ANALYTICS_HOST=${location.origin} DOT_AI_ANALYTICS_KEY=any`);
  say('No reports yet. Point a server here with ', [
    address,
    document.createTextNode(', or look at an invented year: '),
    make('code', 'dot-ai-analytics collector --demo'),
  ]);
}

function show(): void {
  if (shown === undefined) return;
  const { info, answers } = shown;
  for (const chart of charts.values()) chart.dispose();
  charts.clear();
  undrawn.clear();
  sections.hidden = false;
  const all = sectionsOf(answers, field('tool').value);
  sections.replaceChildren(...all.map((section) => sectionElement(section, answers, info.minInstalls)));
  seen.disconnect();
  for (const section of all) {
    const place = document.getElementById(`chart-${section.id}`);
    if (place === null || section.chart === undefined) continue;
    undrawn.set(place, section.chart);
    seen.observe(place);
  }
  element('note').textContent =
    `${answers.overview.from} to ${answers.overview.to}, UTC. What fewer than ${info.minInstalls} installs reported on a day is shown nowhere, nor counted in any sum.`;
}

function offerTools({ tools }: Answers): void {
  const select = field('tool');
  const wanted = select.value || new URLSearchParams(location.search).get('tool') || '';
  const names = [...new Set(tools.rows.map(({ tool }) => String(tool)))].sort();
  select.replaceChildren(
    ...['', ...names].map((name) => {
      const option = make('option', name === '' ? 'all' : name);
      option.value = name;
      return option;
    }),
  );
  select.value = names.includes(wanted) ? wanted : '';
}

/** Sets the controls once, from the address, or to the last 90 days by day. */
function readAddress(lastDay: string): void {
  if (field('to').value !== '') return;
  const query = new URLSearchParams(location.search);
  field('to').value = query.get('to') ?? lastDay;
  field('from').value = query.get('from') ?? addDays(lastDay, -89);
  field('period').value = query.has('from') ? 'own' : '90';
  field('granularity').value = query.get('granularity') ?? 'day';
}

/** Puts the settings into the address, so that the view can be shared. */
function writeAddress(): void {
  const query = new URLSearchParams();
  for (const name of ['from', 'to', 'granularity', 'tool'])
    if (field(name).value !== '') query.set(name, field(name).value);
  history.replaceState(null, '', `?${query}`);
}

form.addEventListener('change', (event) => {
  const { name, value } = event.target as HTMLInputElement;
  if (name === 'period' && value !== 'own') {
    field('to').value = shown?.info.lastDay ?? field('to').value;
    field('from').value = addDays(field('to').value, 1 - Number(value));
    field('granularity').value = value === '365' ? 'week' : 'day';
  }
  if (name === 'from' || name === 'to') field('period').value = 'own';
  writeAddress();
  if (name === 'tool') show();
  else void load();
});
form.addEventListener('submit', (event) => event.preventDefault());

function setTheme(isDark: boolean): void {
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  element('theme').setAttribute('aria-pressed', String(isDark));
  show();
}
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
prefersDark.addEventListener('change', ({ matches }) => setTheme(matches));
element('theme').addEventListener('click', () => setTheme(document.documentElement.dataset.theme !== 'dark'));

new ResizeObserver(() => {
  for (const chart of charts.values()) chart.resize();
}).observe(sections);
addEventListener('beforeprint', () => {
  for (const place of [...undrawn.keys()]) drawNow(place);
  for (const chart of charts.values()) chart.resize({ width: 640 });
});
addEventListener('afterprint', () => {
  for (const chart of charts.values()) chart.resize({ width: 'auto' });
});

setTheme(prefersDark.matches);
void load();
