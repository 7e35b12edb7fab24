import * as LIBRARY_ERRORS from '../platform/error-table/library.js';
import { AnalyticsError } from '../platform/errors.js';
import { MAX_NAME_LENGTH, MAX_NAMES } from './limits.js';

/** The category of a failed call. It is chosen by error codes and known classes, never by a name or a message. */
export const CATEGORIES = [
  'authentication',
  'authorization',
  'validation',
  'configuration',
  'kubernetes',
  'network',
  'ai_service',
  'storage',
  'mcp_protocol',
  'operation',
  'timeout',
  'cancelled',
  'internal',
  'other',
] as const;
export type Category = (typeof CATEGORIES)[number];

export const PROVIDERS = [
  'anthropic',
  'openai',
  'google',
  'xai',
  'alibaba',
  'kimi',
  'amazon_bedrock',
  'openrouter',
  'copilot',
  'host',
  'custom',
  'other',
] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Replaces every name that is not in the vocabulary. */
export const OTHER = 'other';
/** The start of a session's chain of tools. */
export const START = 'start';

/** The names that a server declares when it creates its tracker. No other names can leave the machine. */
export interface Vocabulary {
  /** At most 64 names, each `^[a-z][A-Za-z0-9_-]{0,39}$`, not `other` or `start`. `-` is read as `_`. */
  readonly tools: readonly string[];
  /** The same rules. */
  readonly features: readonly string[];
}

/** The kinds of names that can be the value of a property. */
export type Names = 'tool' | 'tool_or_start' | 'feature' | 'provider';

/** Every string that such a property can have. */
export function namesFor(names: Names, { tools, features }: Vocabulary): readonly string[] {
  if (names === 'provider') return PROVIDERS;
  if (names === 'feature') return [...features, OTHER];
  return names === 'tool' ? [...tools, OTHER] : [...tools, OTHER, START];
}

const NAME = new RegExp(`^[a-z][A-Za-z0-9_-]{0,${MAX_NAME_LENGTH - 1}}$`);

/** A declared name as it is counted and sent: clients may call it with `-`. */
function canonical(name: string): string {
  return name.replaceAll('-', '_');
}

/** The vocabulary as it is counted and sent. */
export function canonicalVocabulary({ tools, features }: Vocabulary): Vocabulary {
  return { tools: tools.map(canonical), features: features.map(canonical) };
}

/** @throws AnalyticsError `BAD_VOCABULARY` */
export function checkVocabulary(vocabulary: Vocabulary | undefined): void {
  checkNames('tools', vocabulary?.tools);
  checkNames('features', vocabulary?.features);
}

function checkNames(list: string, names: readonly string[] | undefined): void {
  const problem = namesProblem(names);
  if (problem !== undefined) throw new AnalyticsError(LIBRARY_ERRORS.badVocabulary, { list, problem });
}

/** Why a list of names cannot be declared; undefined if it can be. */
export function namesProblem(names: unknown, max: number = MAX_NAMES): string | undefined {
  if (!Array.isArray(names)) return 'expected an array of names';
  if (names.length > max) return `${names.length} names are declared, but at most ${max} are allowed`;
  const bad = names.findIndex(
    (name) => typeof name !== 'string' || !NAME.test(name) || name === OTHER || name === START,
  );
  if (bad !== -1) {
    return `the name at index ${bad} is not of the form ${NAME.source}, or is one of the reserved words "${OTHER}" and "${START}"`;
  }
  return new Set(names.map(canonical)).size === names.length ? undefined : 'a name is declared twice';
}

/** Maps a member of the vocabulary to its canonical name, and every other value to `other`. Made once for all calls. */
export type Fold = (name: unknown) => string;

export function foldInto(names: readonly string[]): Fold {
  const known = new Map<unknown, string>(
    names.flatMap((name) => [name, canonical(name)].map((one) => [one, canonical(name)])),
  );
  return (name) => known.get(name) ?? known.get(spelled(name)) ?? OTHER;
}

/** No longer name can be declared. */
function spelled(name: unknown): unknown {
  return typeof name === 'string' && name.length <= MAX_NAME_LENGTH ? canonical(name) : name;
}

/** Reduces a name of a model family in dot-ai's presets (`anthropic_opus`, `google_flash`) to its provider. */
export function foldProvider(name: unknown): Provider {
  if (typeof name !== 'string') return OTHER;
  const known = PROVIDERS.find((provider) => name === provider || name.startsWith(`${provider}_`));
  return known ?? OTHER;
}
