// Runs the official suite against a server, and reads its verdicts.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** By the name that package.json gives each version. */
export const SUITES = { 'conformance-0.1': '0.1.16', 'conformance-0.2': '0.2.0-alpha.12' } as const;
export type Suite = keyof typeof SUITES;

export interface Verdicts {
  /** `scenario check status`, sorted. */
  readonly all: readonly string[];
  readonly passed: number;
  readonly failed: number;
}

export async function runSuite(node: string, suite: Suite, revision: string, url: string): Promise<Verdicts> {
  const program = fileURLToPath(new URL(`node_modules/${suite}/dist/index.js`, import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const args = [program, 'server', '--url', url, '--suite', 'all', '--spec-version', revision, '-o', folder];
  try {
    const output = await outputOf(node, args);
    const all = readdirSync(folder).flatMap((name) => verdictsIn(folder, name));
    if (all.length === 0) throw new Error(`${suite} ${revision} gave no verdict: ${output}`);
    const count = (status: string) => all.filter((verdict) => verdict.endsWith(` ${status}`)).length;
    return { all: all.sort(), passed: count('SUCCESS'), failed: count('FAILURE') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** It exits with 1 if a check failed, which is no error here. */
function outputOf(node: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(node, args, { maxBuffer: 2 ** 26 }, (_error, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
}

/** Of one scenario: its folder is named after it and the time. */
function verdictsIn(folder: string, name: string): string[] {
  const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '');
  const checks: { id: string; status: string }[] = JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8'));
  return checks.map(({ id, status }) => `${scenario} ${id} ${status}`);
}

/** What one has and the other has not: `- ` of the first, `+ ` of the second. */
export function differences(first: readonly string[], second: readonly string[]): string[] {
  const left = [...second];
  const missing = first.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...missing.map((line) => `- ${line}`), ...left.map((line) => `+ ${line}`)];
}
