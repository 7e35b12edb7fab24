// npm test, npm run test:quick: lint, types, tests. Ends with vitest's summary and a line `N passed, N failed`.
// --quick leaves out the tests that take minutes; every other argument goes to vitest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Attacks, tests in a browser or with a packed tarball, and the examples. */
const SLOW = ['test/attacks/**', 'test/collector/page/**', 'test/package/**', 'test/examples/**'];

const STEPS = [
  { what: 'lint', command: [bin('biome'), 'check', '.'] },
  { what: 'types', command: [bin('tsc'), '--noEmit'] },
  { what: 'types of the dashboard', command: [bin('tsc'), '--noEmit', '-p', 'src/collector/page'] },
];

const isQuick = process.argv.includes('--quick');
const forVitest = process.argv.slice(2).filter((argument) => argument !== '--quick');

for (const { what, command } of STEPS) {
  console.log(`\n> ${what}`);
  if (run(...command) !== 0) {
    console.log(`\n${what} failed\n\n0 passed, 1 failed`);
    process.exit(1);
  }
}

console.log(isQuick ? `\n> tests, without ${SLOW.join(', ')}` : '\n> tests');
const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-test-'));
const report = join(folder, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
// More than vitest takes: most tests wait for processes and sockets.
const workers = `--maxWorkers=${availableParallelism() + 1}`;
const leftOut = isQuick ? SLOW.map((pattern) => `--exclude=${pattern}`) : [];
const status = run(bin('vitest'), 'run', ...reporters, workers, ...leftOut, ...forVitest);
console.log(`\n${summary(report, status)}`);
rmSync(folder, { recursive: true, force: true });
process.exit(status);

function bin(name: string): string {
  return join('node_modules', '.bin', name);
}

function run(...command: readonly string[]): number {
  const [program = '', ...args] = command;
  return spawnSync(program, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1;
}

function summary(path: string, code: number): string {
  try {
    const { numPassedTests, numFailedTests, numPendingTests }: Record<string, number> = JSON.parse(
      readFileSync(path, 'utf8'),
    );
    const skipped = numPendingTests === 0 ? '' : `, ${numPendingTests} skipped`;
    return `${numPassedTests} passed, ${Math.max(numFailedTests ?? 0, code === 0 ? 0 : 1)} failed${skipped}`;
  } catch {
    return '0 passed, 1 failed'; // vitest did not get as far as a report
  }
}
