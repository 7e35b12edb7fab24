import { debuglog } from 'node:util';

/**
 * Explains on stderr what the library otherwise does silently, when the host runs with `NODE_DEBUG=dot-ai-analytics`.
 * Never called with anything that a user or a tool supplied: at most file names, codes and our own words.
 */
export const debug = debuglog('dot-ai-analytics');
