import { debuglog } from 'node:util';

/**
 * Prints to stderr what the library otherwise does silently, if the host runs with `NODE_DEBUG=dot-ai-analytics`. Never
 * call it with text of a user or a tool: it gets file names, codes and our own words only.
 */
export const debug = debuglog('dot-ai-analytics');
