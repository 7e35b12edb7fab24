import { isObject } from '../../platform/files.js';
import type { Answer } from './answer.js';

/** Characters of a reason that a destination states. */
const MAX_STATED_REASON = 200;
/** Printable ASCII. This package did not write any other text in the file. */
const ESCAPED = /^[ -~]+$/;
/** The keys that services use: RFC 9457, PostHog, and others. */
const NAMES = ['detail', 'error', 'message', 'reason', 'title'];

/**
 * The reason that the destination gives for a refusal, from its JSON or its plain text. The text is foreign, so it is
 * escaped as in JSON (`\n`, `\u202e`) and cut to one short line of printable ASCII.
 */
export function statedReason({ body }: Answer): string | undefined {
  const text = stated(body).trim();
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return escaped === '' ? undefined : cut(escaped);
}

/** The same for a value that was read from a file. */
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
    return body; // plain text; a page never gets here, because it is not a rejection
  }
}

function cut(text: string): string {
  return text.length <= MAX_STATED_REASON ? text : `${text.slice(0, MAX_STATED_REASON - 4)} ...`;
}
