import type { Output } from './output.js';

const MARK = '  | ';

/**
 * Prints what a destination says. It is broken here, and each line has a mark, so that no part of it can stand where a
 * line of this program begins.
 */
export function showForeign(text: string, { line, width }: Output): void {
  const room = Math.max(1, width - MARK.length);
  for (let at = 0; at < text.length; at += room) line(`${MARK}${text.slice(at, at + room)}`);
}
