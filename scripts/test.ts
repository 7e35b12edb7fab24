// `npm test`: lint, types, tests. Ends with vitest's own summary and a line `N passed, N failed`. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = (name) => join('node_modules', '.bin', name);
const run = (command, ...args) =>
  spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1;

for (const [what, ...command] of [
  ['lint', bin('biome'), 'check', '.'],
  ['types', bin('tsc'), '--noEmit'],
  ['types of the dashboard', bin('tsc'), '--noEmit', '-p', 'src/collector/page'],
]) {
  console.log(`\n> ${what}`);
  if (run(...command) !== 0) {
    console.log(`\n${what} failed\n\n0 passed, 1 failed`);
    process.exit(1);
  }
}

console.log('\n> tests');
const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-test-'));
const report = join(folder, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const status = run(bin('vitest'), 'run', ...reporters, ...process.argv.slice(2));
try {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
  const skipped = numPendingTests === 0 ? '' : `, ${numPendingTests} skipped`;
  console.log(`\n${numPassedTests} passed, ${Math.max(numFailedTests, status === 0 ? 0 : 1)} failed${skipped}`);
} catch {
  console.log('\n0 passed, 1 failed'); // vitest did not get as far as a report
}
rmSync(folder, { recursive: true, force: true });
process.exit(status);
