import { debug } from '../../platform/debug.js';
import type { Hint } from './hint.js';

/** A link to give feedback, offered now and then when a workflow has completed. */
export interface Feedback {
  /** The text if it is to be shown this time, else undefined. Nothing is remembered or counted about it. */
  claim(): string | undefined;
}

/** The link is shown after one of twenty completed workflows, on average. */
const DEFAULT_PROBABILITY = 0.05;
/** For this long after the hint, the link is not shown: two notes at once are too many. */
const QUIET_AFTER_HINT_MS = 60_000;
const MAX_URL_CHARACTERS = 500;

const NEVER: Feedback = { claim: () => undefined };

/**
 * Set by environment variables alone: `DOT_AI_FEEDBACK_URL` (none: off), `DOT_AI_FEEDBACK_ENABLED` (default `true`)
 * and `DOT_AI_FEEDBACK_PROBABILITY` (0 to 1, default 0.05). A value that is not understood means off, and NODE_DEBUG
 * explains it.
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
  if (value === undefined) return DEFAULT_PROBABILITY;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (number >= 0 && number <= 1) return number;
  debug('DOT_AI_FEEDBACK_PROBABILITY is not a number from 0 to 1: no feedback link is shown');
  return 0;
}

/** It is shown to people, so it must be a web address without a name or password, and must not look like other text. */
function urlOf(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  try {
    const url = new URL(value);
    const isPlain = url.username === '' && url.password === '' && url.href.length <= MAX_URL_CHARACTERS;
    if (['https:', 'http:'].includes(url.protocol) && isPlain) return url.href;
  } catch {
    // explained below
  }
  debug('DOT_AI_FEEDBACK_URL is not a plain http address: no feedback link is shown');
  return undefined;
}
