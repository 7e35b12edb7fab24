// npm run attack -- --times 20 [--seed 7] [name of an attack …]: runs test/attacks/ at length and prints the sums of each
// attack.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { times: { type: 'string', default: '20' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-attack-'));
const results = join(folder, 'results');
const startedAt = Date.now();
const all = ['test/attacks/', 'test/core/tracker/hint.test.ts'];
const which = positionals.length === 0 ? all : positionals.map((name) => `test/attacks/${name}`);
const { status } = spawnSync(join('node_modules', '.bin', 'vitest'), ['run', '--testTimeout=3600000', ...which], {
  stdio: 'inherit',
  env: { ...process.env, ATTACK_SEED: seed, ATTACK_TIMES: values.times, ATTACK_RESULTS: results },
  shell: process.platform === 'win32',
});
console.log(`\nseed ${seed}, times ${values.times}, ${Math.round((Date.now() - startedAt) / 1000)} s`);
try {
  console.log(readFileSync(results, 'utf8'));
} catch {
  // no attack got as far as its sums
}
rmSync(folder, { recursive: true, force: true });
process.exit(status ?? 1);
