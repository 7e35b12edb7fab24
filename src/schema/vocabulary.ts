import * as LIBRARY_ERRORS from '../platform/error-table/library.js';
import { AnalyticsError } from '../platform/errors.js';
import { MAX_NAME_LENGTH, MAX_NAMES } from './limits.js';

/** Every failed call has exactly one. Chosen by error codes and known classes, never by a name, a message or a stack. */
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

/** What any name outside the vocabulary becomes. */
export const OTHER = 'other';
/** Where a session's chain of tools begins. */
export const START = 'start';

/** The names a server declares when it creates its tracker: with them the set of strings that can leave is closed. */
export interface Vocabulary {
  /** At most 64 names, each `^[a-z][A-Za-z0-9_]{0,39}$`, not `other` or `start`. */
  readonly tools: readonly string[];
  /** Likewise. */
  readonly features: readonly string[];
}

/** The kinds of names that a property can have for a value. */
export type Names = 'tool' | 'tool_or_start' | 'feature' | 'provider';

/** Every string that such a property can have: the closed world, spelled out. */
export function namesFor(names: Names, { tools, features }: Vocabulary): readonly string[] {
  if (names === 'provider') return PROVIDERS;
  if (names === 'feature') return [...features, OTHER];
  return names === 'tool' ? [...tools, OTHER] : [...tools, OTHER, START];
}

const NAME = new RegExp(`^[a-z][A-Za-z0-9_]{0,${MAX_NAME_LENGTH - 1}}$`);

/** @throws AnalyticsError `BAD_VOCABULARY` */
export function checkVocabulary(vocabulary: Vocabulary | undefined): void {
  checkNames('tools', vocabulary?.tools);
  checkNames('features', vocabulary?.features);
}

function checkNames(list: string, names: readonly string[] | undefined): void {
  const problem = namesProblem(names);
  if (problem !== undefined) throw new AnalyticsError(LIBRARY_ERRORS.badVocabulary, { list, problem });
}

/** What is wrong with a list of declared names, undefined where nothing is. */
export function namesProblem(names: unknown): string | undefined {
  if (!Array.isArray(names)) return 'expected an array of names';
  if (names.length > MAX_NAMES) return `${names.length} names are declared, but at most ${MAX_NAMES} are allowed`;
  const bad = names.findIndex(
    (name) => typeof name !== 'string' || !NAME.test(name) || name === OTHER || name === START,
  );
  if (bad !== -1) {
    return `the name at index ${bad} is not of the form ${NAME.source}, or is one of the reserved words "${OTHER}" and "${START}"`;
  }
  return new Set(names).size === names.length ? undefined : 'a name is declared twice';
}

/** Maps any value to the vocabulary: a member to itself, everything else to `other`. Made once, used per call. */
export type Fold = (name: unknown) => string;

export function foldInto(names: readonly string[]): Fold {
  const known = new Set<unknown>(names);
  return (name) => (known.has(name) ? (name as string) : OTHER);
}

/** dot-ai's presets name a model family (`anthropic_opus`, `google_flash`); the provider is what leaves. */
export function foldProvider(name: unknown): Provider {
  if (typeof name !== 'string') return OTHER;
  const known = PROVIDERS.find((provider) => name === provider || name.startsWith(`${provider}_`));
  return known ?? OTHER;
}
