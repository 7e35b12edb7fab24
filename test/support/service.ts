import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { until } from './tracker.js';

/** A program that runs until it is stopped, reads lines and answers each with one. */
export interface Service {
  /** Writes a line to its stdin, if one is given, and waits for the next line of its stdout. */
  next(line?: string): Promise<string>;
  /** Waits until it has written this to stderr. */
  remarked(pattern: RegExp): Promise<void>;
  /** Ends it with SIGTERM. Resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** @param args those of node */
export function startService(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Service {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let remarks = '';
  child.stderr.on('data', (chunk) => {
    remarks += chunk;
  });
  return {
    async next(line) {
      if (line !== undefined) child.stdin.write(`${line}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the program ended: ${remarks}`);
      return value;
    },
    remarked: (pattern) => until(() => pattern.test(remarks), `${pattern} on stderr`),
    stop() {
      child.kill();
      return ended;
    },
  };
}
