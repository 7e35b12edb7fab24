import { type Address, linkTo, readAddress } from './address.js';
import { inShort } from './answers.js';
import { coverage } from './coverage.js';
import { type Data, load } from './data.js';
import { h, link } from './elements.js';
import { empty, hasNumbers } from './empty.js';
import { failures } from './failures.js';
import { keyNumbers } from './key-numbers.js';
import { features, providers, sessions } from './names.js';
import { overTime } from './over-time.js';
import { CHOICES } from './period.js';
import { releases } from './releases.js';
import { steps } from './steps.js';
import { startTheme } from './theme.js';
import { toolPage } from './tool-page.js';
import { toolsTable } from './tools-table.js';
import { type View, viewOf } from './view.js';
import { received, words } from './words.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;
const main = element('main');
const state = element('state');
const sections = element('sections');

let data: Data | undefined;

async function start(): Promise<void> {
  say('Loading…');
  main.setAttribute('aria-busy', 'true');
  try {
    data = await load();
    say('');
    show();
  } catch (error) {
    const again = h('button', { type: 'button' }, 'Try again');
    again.addEventListener('click', () => void start());
    say(`The numbers could not be loaded: ${error instanceof Error ? error.message : error}. `, again);
    state.classList.add('error');
  } finally {
    main.removeAttribute('aria-busy');
  }
}

function say(text: string, ...more: readonly Node[]): void {
  state.classList.remove('error');
  state.replaceChildren(text, ...more);
  state.hidden = text === '';
}

function show(): void {
  if (data === undefined) return;
  const { about } = data;
  element('invented').hidden = !about.isInvented;
  if (!hasNumbers(data)) {
    sections.replaceChildren(empty(data), words(about));
    return;
  }
  element('received').textContent = receivedLine(data);
  const view = viewOf(data, readAddress(location.search));
  showPeriods(view);
  document.title = view.address.tool === undefined ? 'dot-ai usage' : `${view.address.tool} – dot-ai usage`;
  sections.replaceChildren(...sectionsOf(view), words(about));
}

function sectionsOf(view: View): Node[] {
  const { tool } = view.address;
  if (tool !== undefined) return toolPage(view, tool);
  const all = [
    ...[keyNumbers, coverage, inShort, toolsTable, failures, releases, overTime, steps].map((draw) => draw(view)),
    h('div', { class: 'two' }, h('div', {}, features(view), sessions(view)), h('div', {}, providers(view))),
  ];
  return all.filter((one) => one !== undefined);
}

function receivedLine({ about }: Data): string {
  const last = about.lastDay === null ? '' : `Last report: ${about.lastDay}.`;
  const counts = received(about);
  return counts === undefined ? last : `${last} Since the start of the collector: ${counts}.`;
}

function showPeriods({ address, period }: View): void {
  const links = CHOICES.map(([name, label]) =>
    link(linkTo(address, { period: name }), label, {
      id: `period-${name}`,
      ...(name === period.name ? { 'aria-current': 'true' } : {}),
    }),
  );
  element('periods').replaceChildren(...links);
}

/** Follows a link of the page without loading it again. The element that was used keeps the focus. */
document.addEventListener('click', (event) => {
  const followed = (event.target as Element).closest<HTMLAnchorElement>('a[data-view]');
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (followed === null || !isPlain || data === undefined) return;
  event.preventDefault();
  const before: Address = readAddress(location.search);
  history.pushState(null, '', followed.getAttribute('href'));
  show();
  if (readAddress(location.search).tool !== before.tool) moveToTop();
  else document.getElementById(followed.id)?.focus({ preventScroll: true });
});
addEventListener('popstate', show);

/** Another tool is another page: reading begins at its heading. */
function moveToTop(): void {
  scrollTo(0, 0);
  (sections.querySelector<HTMLElement>('h2[tabindex]') ?? main).focus({ preventScroll: true });
}

startTheme(element('theme'));
void start();
