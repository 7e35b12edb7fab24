// @ts-check
// The library as it is published, for the processes that are measured. Its types are those of src/: checking needs no build.

/** @typedef {typeof import('../src/index.js')} Library */
/** @typedef {typeof import('../src/mcp/index.js')} Adapter */

/** @returns {Promise<Pick<Library, 'createAnalytics' | 'dotAiVocabulary'>>} */
export function loadLibrary() {
  return import(String(new URL('../dist/esm/index.js', import.meta.url)));
}

/** @returns {Promise<Pick<Adapter, 'instrument'>>} */
export function loadAdapter() {
  return import(String(new URL('../dist/esm/mcp.js', import.meta.url)));
}
