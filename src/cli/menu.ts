import { emitKeypressEvents } from 'node:readline';
import { lookAt } from '../core/inspect/local-state.js';
import { printable } from '../platform/printable.js';
import type { PlainCommand } from './command.js';
import { COMMANDS } from './command-table.js';
import { decider } from './format.js';

/** Asks what to do next. @returns the chosen command, or undefined to quit, also with q and Esc */
export async function chooseCommand(): Promise<PlainCommand | undefined> {
  const { consent } = lookAt();
  const offered: readonly PlainCommand[] = [
    'preview',
    consent.enabled ? 'disable' : 'enable',
    'status',
    'history',
    'sent',
    'schema',
  ];
  const message = printable(`Analytics is ${consent.enabled ? 'on' : 'off'}: ${decider(consent)}. What next?`);
  const choices = [
    ...offered.map((name) => ({ name, value: name, description: summaryOf(name) })),
    { name: 'quit', value: undefined, description: 'also q or Esc' },
  ];
  return untilQuit(async (signal) => {
    const { select } = await import('@inquirer/prompts');
    return select<PlainCommand | undefined>({ message, choices, pageSize: choices.length, theme: PLAIN }, { signal });
  });
}

const asItIs = (text: string) => text;
/** The arrow shows what is chosen. A color of ours would have to be legible on every background. */
const PLAIN = { style: { description: asItIs, highlight: asItIs, answer: asItIs } };

async function untilQuit<Answer>(ask: (signal: AbortSignal) => Promise<Answer>): Promise<Answer | undefined> {
  const quit = new AbortController();
  const onKey = (_: unknown, { name }: { name?: string } = {}) => {
    if (name === 'q' || name === 'escape') quit.abort();
  };
  emitKeypressEvents(process.stdin);
  process.stdin.on('keypress', onKey);
  try {
    return await ask(quit.signal);
  } catch (error) {
    if (quit.signal.aborted) return undefined;
    throw error;
  } finally {
    process.stdin.off('keypress', onKey);
  }
}

function summaryOf(name: PlainCommand): string {
  return COMMANDS.find((spec) => spec.name === name)?.does ?? '';
}
