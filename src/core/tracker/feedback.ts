import { debug } from '../../platform/debug.js';
import type { Hint } from './hint.js';

/** A link where people can say what they think, offered now and then when a workflow has completed. */
export interface Feedback {
  /** The text, for this one time; undefined most times. Nothing is remembered or counted about it. */
  claim(): string | undefined;
}

/** One of twenty completed workflows mentions it. */
const PROBABILITY = 0.05;
/** Two notes at once are one too many; so long after the hint this one is not shown. */
const QUIET_AFTER_HINT_MS = 60_000;
const MOST_URL_CHARACTERS = 500;

const NEVER: Feedback = { claim: () => undefined };

/**
 * Set by environment variables alone: `DOT_AI_FEEDBACK_URL` (none: off), `DOT_AI_FEEDBACK_ENABLED` (default `true`)
 * and `DOT_AI_FEEDBACK_PROBABILITY` (0 to 1, default 0.05). What is not understood means off, and NODE_DEBUG tells.
 */
export function createFeedback(env: NodeJS.ProcessEnv, hint: Hint, random: () => number): Feedback {
  const url = urlOf(env.DOT_AI_FEEDBACK_URL);
  const probability = probabilityOf(env.DOT_AI_FEEDBACK_PROBABILITY);
  if (url === undefined || !isEnabled(env.DOT_AI_FEEDBACK_ENABLED) || probability === 0) return NEVER;
  const text = `Feedback about dot-ai is welcome at ${url}`;
  return {
    claim: () =>
      hint.isOpen() || hint.wasShownWithin(QUIET_AFTER_HINT_MS) || random() >= probability ? undefined : text,
  };
}

function isEnabled(value = 'true'): boolean {
  return ['true', '1', 'yes', 'on'].includes(value.trim().toLowerCase());
}

function probabilityOf(value: string | undefined): number {
  if (value === undefined) return PROBABILITY;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (number >= 0 && number <= 1) return number;
  debug('DOT_AI_FEEDBACK_PROBABILITY is not a number from 0 to 1: no feedback link is shown');
  return 0;
}

/** It is shown to people: a web address without a name or password in it, and nothing that could pass for other text. */
function urlOf(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  try {
    const url = new URL(value);
    const isPlain = url.username === '' && url.password === '' && url.href.length <= MOST_URL_CHARACTERS;
    if (['https:', 'http:'].includes(url.protocol) && isPlain) return url.href;
  } catch {
    // said below
  }
  debug('DOT_AI_FEEDBACK_URL is not a plain http address: no feedback link is shown');
  return undefined;
}
