import { readDeclaration } from '../core/consent/server-declaration.js';
import * as COLLECTOR_ERRORS from '../platform/error-table/collector.js';
import { AnalyticsError } from '../platform/errors.js';
import { isObject } from '../platform/files.js';
import { findHome } from '../platform/home.js';
import { dotAiVocabulary } from '../schema/dot-ai.js';
import { MAX_KNOWN_NAMES } from '../schema/limits.js';
import { canonicalVocabulary, namesProblem, type Vocabulary } from '../schema/vocabulary.js';
import { plural, shortPath } from './format.js';
import { readJsonFile } from './json-file.js';

/** The names that a collector takes, and where they are from. */
export interface Source {
  readonly vocabulary: Vocabulary;
  /** A whole sentence. */
  readonly told: string;
}

/**
 * The names of these files together; without any, those that the servers of this home declared; without a server, those
 * of dot-ai.
 * @throws AnalyticsError `USAGE`, with the file and what is wrong with it
 */
export function findVocabulary(files: readonly string[], env: NodeJS.ProcessEnv): Source {
  if (files.length > 0) return sourceOf(merge(files), files.join(', '));
  const home = findHome(env);
  const declared = home && readDeclaration(home);
  if (home === undefined || declared === undefined) return sourceOf(dotAiVocabulary, 'dot-ai');
  return sourceOf(declared, `the servers that ran here (${shortPath(home.server)})`);
}

function sourceOf({ tools, features }: Vocabulary, whose: string): Source {
  const names = `${plural(tools.length, 'tool')} and ${plural(features.length, 'feature')}`;
  return { vocabulary: { tools, features }, told: `It takes the names of ${whose}: ${names}.` };
}

function merge(files: readonly string[]): Vocabulary {
  const read = files.map(readVocabulary);
  const all = (list: keyof Vocabulary) => [...new Set(read.flatMap((one) => one[list]))];
  const merged = { tools: all('tools'), features: all('features') };
  const problem = namesProblem(merged.tools, MAX_KNOWN_NAMES) ?? namesProblem(merged.features, MAX_KNOWN_NAMES);
  if (problem !== undefined)
    throw new AnalyticsError(COLLECTOR_ERRORS.invalidVocabulary, { file: files.join(', '), problem });
  return merged;
}

function readVocabulary(file: string): Vocabulary {
  const refuse = (problem: string) => new AnalyticsError(COLLECTOR_ERRORS.invalidVocabulary, { file, problem });
  const parsed = readJsonFile(file, refuse);
  const { tools, features } = isObject(parsed) ? parsed : {};
  // The file of a home's servers can hold more names than one server may declare.
  const problem = namesProblem(tools, MAX_KNOWN_NAMES) ?? namesProblem(features, MAX_KNOWN_NAMES);
  if (problem !== undefined) throw refuse(problem);
  return canonicalVocabulary({ tools, features } as Vocabulary);
}
