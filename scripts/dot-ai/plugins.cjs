// Preloaded into dot-ai: lets it read the list of plugins, whose path is fixed, from DOT_AI_PLUGINS.
// @ts-check
const fs = require('node:fs');

const FIXED = '/etc/dot-ai/plugins.json';
const { existsSync, readFileSync } = fs;
fs.existsSync = (path) => path === FIXED || existsSync(path);
// @ts-expect-error: only the overload that dot-ai uses
fs.readFileSync = (path, options) =>
  path === FIXED ? (process.env.DOT_AI_PLUGINS ?? '[]') : readFileSync(path, options);
