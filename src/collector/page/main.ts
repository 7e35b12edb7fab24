import { type About, type Answer, about, ask, type Row } from './api.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;

/** Requests and shows the data. */
async function load(): Promise<void> {
  try {
    const info = await about();
    element('invented').hidden = !info.isInvented;
    sayRefused(info);
    if (info.lastDay === null) return say('No reports yet.');
    const answers = Object.entries(await ask());
    element('sections').replaceChildren(...answers.map(([question, answer]) => section(question, answer)));
    element('sections').hidden = false;
    const few = info.pooled
      ? `Numbers are pooled over time until they are from ${info.minInstalls} installs.`
      : 'Not pooled.';
    say(few);
  } catch (error) {
    say(`The numbers cannot be loaded: ${error instanceof Error ? error.message : error}.`);
  }
}

function say(text: string): void {
  element('state').textContent = text;
}

/** A maintainer whose names are missing here must see that, also before the first report. */
function sayRefused({ refused }: About): void {
  const rules = Object.entries(refused).filter(([, count]) => count > 0);
  const line = element('refused');
  line.hidden = rules.length === 0;
  line.textContent = `Refused since the start: ${rules.map(([rule, count]) => `${count} (${rule})`).join(', ')}.`;
}

function section(question: string, { rows, covered }: Answer): HTMLElement {
  const heading = document.createElement('h2');
  heading.textContent = `${question}: ${covered.days} of ${covered.of} days`;
  const made = document.createElement('section');
  made.append(heading, table(question, rows));
  return made;
}

function table(question: string, rows: readonly Row[]): HTMLElement {
  const made = document.createElement('table');
  made.createCaption().textContent = question;
  const columns = Object.keys(rows[0] ?? {});
  const head = made.createTHead().insertRow();
  for (const column of columns) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = column;
    head.append(cell);
  }
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const column of columns) line.insertCell().textContent = `${row[column] ?? ''}`;
  }
  return made;
}

void load();
