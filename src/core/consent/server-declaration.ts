import { isObject, tryReadObject } from '../../platform/files.js';
import { folderProblem } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import { MAX_KNOWN_NAMES } from '../../schema/limits.js';
import { namesProblem, type Vocabulary } from '../../schema/vocabulary.js';
import type { Endpoint } from './destination.js';

/** What the last server that recorded here declared when it created its tracker. */
export interface Declaration extends Vocabulary {
  readonly posthog?: Endpoint;
  /** Set if the server declared it, instead of having it detected. */
  readonly ephemeral?: boolean;
}

export const MAX_DECLARATION_BYTES = 256 * 1024;

/**
 * The names that reports of this home can contain: those of this server and of the servers that recorded here before. A
 * server may declare as many names as are allowed, and must not make the reports of another one unsendable.
 */
export function knownVocabulary(home: Home | undefined, own: Vocabulary): Vocabulary {
  const earlier = home === undefined ? undefined : readDeclaration(home);
  const merge = (mine: readonly string[], theirs: readonly string[] = []) =>
    [...new Set([...mine, ...theirs])].slice(0, MAX_KNOWN_NAMES);
  return { tools: merge(own.tools, earlier?.tools), features: merge(own.features, earlier?.features) };
}

/**
 * Undefined where no server has recorded here yet, where the file is damaged, or where another user can have put it.
 */
export function readDeclaration(home: Home): Declaration | undefined {
  if (folderProblem(home.data) !== undefined) return undefined;
  const value = tryReadObject(home.server, MAX_DECLARATION_BYTES);
  const problem = namesProblem(value?.tools, MAX_KNOWN_NAMES) ?? namesProblem(value?.features, MAX_KNOWN_NAMES);
  if (value === undefined || problem !== undefined) return undefined;
  const { tools, features, posthog, ephemeral } = value as unknown as Declaration;
  const isEndpoint = isObject(posthog) && typeof posthog.host === 'string' && typeof posthog.key === 'string';
  return { tools, features, ...(isEndpoint && { posthog }), ...(typeof ephemeral === 'boolean' && { ephemeral }) };
}
