import { isObject } from '../../platform/files.js';
import type { Answer } from './answer.js';

/** Characters of a reason that a destination states. */
export const MAX_STATED_REASON = 200;
/** Printable ASCII: what else a file holds in its place was not written by us. */
const ESCAPED = /^[ -~]+$/;
/** Where services put it: RFC 9457, PostHog, and others. */
const NAMES = ['detail', 'error', 'message', 'reason', 'title'];

/**
 * Why the destination refuses, in its own words: from its JSON, or the plain text itself. These words are foreign: they
 * are escaped as in JSON (`\n`, `\u202e`) and cut, so that they are one short line of printable ASCII.
 */
export function statedReason({ body }: Answer): string | undefined {
  const text = stated(body).trim();
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return escaped === '' ? undefined : cut(escaped);
}

/** The same for what a file holds. */
export function asStatedReason(value: unknown): string | undefined {
  const fits = typeof value === 'string' && value.length <= MAX_STATED_REASON && ESCAPED.test(value);
  return fits ? value : undefined;
}

function stated(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'string') return value;
    if (!isObject(value)) return '';
    return NAMES.map((name) => value[name]).find((one): one is string => typeof one === 'string' && one !== '') ?? '';
  } catch {
    return body; // plain text; a page never gets here, because it rejects nothing
  }
}

function cut(text: string): string {
  return text.length <= MAX_STATED_REASON ? text : `${text.slice(0, MAX_STATED_REASON - 4)} ...`;
}
