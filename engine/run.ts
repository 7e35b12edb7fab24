// npm run engine [-- --rows 20000000]: executes PostHog's insights in ClickHouse and compares every number with the truth.
// Exits with 1 if one differs. Writes the table of docs/posthog.md; with --rows also how much and how long it takes.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { accept } from './acceptance.js';
import { writeAcceptance, writeScale } from './document.js';
import { isInstalled } from './engine.js';
import { measureScale } from './scale.js';

const { rows } = parseArgs({ options: { rows: { type: 'string' } } }).values;
if (!isInstalled) {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  execFileSync('npm', ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'], { stdio: 'inherit' });
}
const verdicts = await accept(({ insight, state, compared, wrong }) =>
  console.log(`${wrong === 0 ? '✓' : '✗'} ${insight}, ${state}: ${compared - wrong} of ${compared} are true`),
);
writeAcceptance(verdicts);
if (verdicts.some(({ wrong }) => wrong > 0)) process.exitCode = 1;
if (rows !== undefined) writeScale(await measureScale(Number(rows), (what) => console.log(what)));
