import { debug } from './debug.js';
import { causeOf } from './errors.js';

/**
 * Returns the result of `action`, or undefined if it throws, so that counting never disturbs the host (P6).
 *
 * @param topic if given, `NODE_DEBUG=dot-ai-analytics` prints the error. Leave it out if `action` reads a value of the
 *   host, because such an error can contain any text
 */
export function guard<T>(action: () => T, topic?: string): T | undefined {
  try {
    return action();
  } catch (error) {
    if (topic !== undefined) debug('%s: %s', topic, causeOf(error));
    return undefined;
  }
}
