import { tryReadText } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { writeAtomically } from '../../platform/temporary-files.js';
import { asEndpoint } from '../consent/destination.js';
import { isInForce } from '../consent/look-up.js';
import {
  type Declaration,
  knownVocabulary,
  MAX_DECLARATION_BYTES,
  readDeclaration,
} from '../consent/server-declaration.js';

/**
 * Writes the declaration into the data folder, so that the command line shows, names and sends as the server would.
 * Names that earlier servers declared stay known, because a waiting report may hold them. The destination of the first
 * server stays too, unless the user accepted the one of this server (P11).
 */
export function writeDeclaration(home: Home, declaration: Declaration): void {
  const own = asEndpoint(declaration.posthog);
  const posthog = own !== undefined && isInForce(home, {}, own, own) ? own : (readDeclaration(home)?.posthog ?? own);
  const { ephemeral } = declaration;
  const text = `${JSON.stringify({ ...knownVocabulary(home, declaration), posthog, ephemeral }, null, 2)}\n`;
  if (tryReadText(home.server, MAX_DECLARATION_BYTES) !== text) writeAtomically(home.server, text);
}
