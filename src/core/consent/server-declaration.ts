import { isObject, tryReadObject, tryReadText, writeAtomically } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { MAX_NAMES, namesProblem, type Vocabulary } from '../../schema/vocabulary.js';

/** Where reports go: PostHog's ingestion host, or a collector that speaks the same protocol. */
export interface Endpoint {
  /** e.g. `https://eu.i.posthog.com` */
  readonly host: string;
  /** PostHog's public project key. */
  readonly key: string;
}

/** What a server declared when it created its tracker. */
export interface Declaration extends Vocabulary {
  readonly posthog?: Endpoint;
  /** Set where the server said so itself, instead of having it detected. */
  readonly ephemeral?: boolean;
}

const MOST_BYTES = 64 * 1024;

/**
 * Kept in the data folder so that the command line shows, names and sends as the server would. Names that earlier
 * servers declared stay known: a report may wait that holds them.
 */
export function writeDeclaration(home: Home, declaration: Declaration): void {
  const { posthog, ephemeral } = declaration;
  const text = `${JSON.stringify({ ...knownVocabulary(home, declaration), posthog, ephemeral }, null, 2)}\n`;
  if (tryReadText(home.server, MOST_BYTES) !== text) writeAtomically(home.server, text);
}

/** The names of this server and of those that recorded here before: what a report of this home can hold. */
export function knownVocabulary(home: Home | undefined, own: Vocabulary): Vocabulary {
  const earlier = home === undefined ? undefined : readDeclaration(home);
  const merge = (mine: readonly string[], theirs: readonly string[] = []) =>
    [...new Set([...mine, ...theirs])].slice(0, MAX_NAMES);
  return { tools: merge(own.tools, earlier?.tools), features: merge(own.features, earlier?.features) };
}

/** Undefined where no server has recorded here yet, or where the file is damaged. */
export function readDeclaration(home: Home): Declaration | undefined {
  const value = tryReadObject(home.server, MOST_BYTES);
  if (value === undefined || namesProblem(value.tools) !== undefined || namesProblem(value.features) !== undefined)
    return;
  const { tools, features, posthog, ephemeral } = value as unknown as Declaration;
  const isEndpoint = isObject(posthog) && typeof posthog.host === 'string' && typeof posthog.key === 'string';
  return { tools, features, ...(isEndpoint && { posthog }), ...(typeof ephemeral === 'boolean' && { ephemeral }) };
}
