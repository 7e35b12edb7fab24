import { tryReadText, writeAtomically } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { type Declaration, knownVocabulary, MAX_DECLARATION_BYTES } from '../consent/server-declaration.js';

/**
 * Kept in the data folder so that the command line shows, names and sends as the server would. Names that earlier
 * servers declared stay known: a report may wait that holds them.
 */
export function writeDeclaration(home: Home, declaration: Declaration): void {
  const { posthog, ephemeral } = declaration;
  const text = `${JSON.stringify({ ...knownVocabulary(home, declaration), posthog, ephemeral }, null, 2)}\n`;
  if (tryReadText(home.server, MAX_DECLARATION_BYTES) !== text) writeAtomically(home.server, text);
}
