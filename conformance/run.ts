// npm run conformance [-- --short]: the official suite against servers of both SDKs, plain and instrumented.
// Exits with 1 if a verdict differs. The complete run writes the tables of docs/conformance.md.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { newerNode } from '../scripts/newer-node.js';
import { CONDITIONS, type Condition, prepare } from './conditions.js';
import { type Compared, writeDocument } from './document.js';
import { compareInspector } from './inspector.js';
import { ALL_CONDITIONS, COMPLETE, type Run, SERVERS, SHORT, SHORT_CONDITIONS } from './matrix.js';
import { startServer } from './server-process.js';
import { differences, runSuite, SUITES, type Verdicts } from './suite.js';

const { short } = parseArgs({ options: { short: { type: 'boolean', default: false } } }).values;
install();
const node = newerNode();
const compared: Compared[] = [];
for (const run of short ? SHORT : COMPLETE)
  compared.push(await compare(run, short ? SHORT_CONDITIONS : ALL_CONDITIONS));
const commands = short ? [] : await compareInspector(node);
if (!short) writeDocument(compared, commands);

const isEqual = [...compared, ...commands].every(({ differing }) => differing.length === 0);
console.log(isEqual ? 'every verdict is equal, plain and instrumented' : 'VERDICTS DIFFER');
process.exitCode = isEqual ? 0 : 1;

/** One row: the same run in each condition, and what differs from the plain server. */
async function compare(run: Run, conditions: readonly Condition[]): Promise<Compared> {
  const evidence: Partial<Record<Condition, string>> = {};
  const differing: string[] = [];
  let plain: Verdicts = { all: [], passed: 0, failed: 0 };
  for (const condition of conditions) {
    const { verdicts, did } = await judge(run, condition);
    evidence[condition] = did;
    if (condition === 'plain') plain = verdicts;
    differing.push(...differences(plain.all, verdicts.all).map((line) => `${CONDITIONS[condition]}: ${line}`));
  }
  const { server, suite, revision } = run;
  const name = `${SERVERS[server]}, suite ${SUITES[suite]}, ${revision}`;
  console.log(`${differing.length === 0 ? '✓' : '✗'} ${name}: ${plain.passed} passed, ${plain.failed} failed`);
  for (const condition of conditions) {
    if (evidence[condition] !== '–') console.log(`  ${CONDITIONS[condition]}: ${evidence[condition]}`);
  }
  for (const line of differing) console.log(`  ${line}`);
  return { run, passed: plain.passed, failed: plain.failed, evidence, differing };
}

/** The verdicts about a server in this condition, and what the server did meanwhile. */
async function judge(run: Run, condition: Condition): Promise<{ verdicts: Verdicts; did: string }> {
  const home = await prepare(condition);
  try {
    const server = await startServer(run.server, home.env);
    const verdicts = await runSuite(node, run.suite, run.revision, server.url).finally(server.end);
    return { verdicts, did: await home.evidence() };
  } finally {
    await home.remove();
  }
}

function install(): void {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  if (existsSync(new URL('node_modules', import.meta.url))) return;
  console.log('Installing the suite into conformance/node_modules …');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
  });
}
