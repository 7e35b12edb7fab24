import { expect, test } from 'vitest';
import { knownVocabulary, readDeclaration } from '../../../src/core/consent/server-declaration.js';
import { writeDeclaration } from '../../../src/core/record/declare.js';
import { ensurePrivateFolder } from '../../../src/platform/folders.js';
import { MAX_KNOWN_NAMES, MAX_NAME_LENGTH, MAX_NAMES } from '../../../src/schema/limits.js';
import { testHome } from '../../support/home.js';

const names = (server: number) =>
  Array.from({ length: MAX_NAMES }, (_, index) => `s${server}_${index}_`.padEnd(MAX_NAME_LENGTH, 'x'));

test('P7: names that one server declares stay known when others declare as many as are allowed', () => {
  const home = testHome().paths;
  ensurePrivateFolder(home.data);
  const servers = MAX_KNOWN_NAMES / MAX_NAMES;
  for (let server = 0; server < servers; server += 1)
    writeDeclaration(home, { tools: names(server), features: names(server) });
  expect(readDeclaration(home)?.tools).toEqual(expect.arrayContaining(names(0)));
  expect(knownVocabulary(home, { tools: [], features: [] }).features).toEqual(expect.arrayContaining(names(0)));
  // The set stays finite: the oldest names go first.
  writeDeclaration(home, { tools: names(servers), features: [] });
  expect(readDeclaration(home)?.tools).toHaveLength(MAX_KNOWN_NAMES);
  expect(readDeclaration(home)?.tools).toEqual(expect.arrayContaining(names(servers)));
});
