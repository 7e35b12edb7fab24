import { debug } from './debug.js';
import { causeOf } from './errors.js';

/**
 * Returns what `action` returns, or undefined if it throws: counting never disturbs the host (P6).
 *
 * @param topic with it, `NODE_DEBUG=dot-ai-analytics` explains the error. Leave it out where `action` reads a value of
 *   the host, because the text of such an error can be anything
 */
export function guard<T>(action: () => T, topic?: string): T | undefined {
  try {
    return action();
  } catch (error) {
    if (topic !== undefined) debug('%s: %s', topic, causeOf(error));
    return undefined;
  }
}
