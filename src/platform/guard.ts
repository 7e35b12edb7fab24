import { debug } from './debug.js';
import { causeOf } from './errors.js';

/**
 * Returns the result of `action`, or undefined if it throws, so that counting never disturbs the host (P6).
 *
 * @param topic with it, `NODE_DEBUG=dot-ai-analytics` says that and where there was an error
 */
export function guard<T>(action: () => T, topic?: string): T | undefined {
  try {
    return action();
  } catch (error) {
    if (topic !== undefined) debug('%s: %s', topic, causeOf(error));
    return undefined;
  }
}
