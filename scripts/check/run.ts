// Programs that checks run, to their end.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** npm's remarks about its own settings are nothing to report. */
export const NPM = { ...process.env, npm_config_loglevel: 'error' };

/** A question that nobody answered is neither well nor failed. */
export class NotChecked extends Error {}

/** ms; an installation over a slow network takes minutes, and what hangs has to end. */
const LONGEST = 300_000;

export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: LONGEST, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** What a program prints that has to succeed. */
export async function output(program, args, options) {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
  return stdout;
}

/** A tool of the registry that is needed here alone, by name@version: pinned, so that a new rule is met on purpose. */
export function tool(name, ...args) {
  return run('npx', ['-y', name, ...args], { cwd: ROOT, env: { ...NPM, NO_COLOR: '1', FORCE_COLOR: '0' } });
}
