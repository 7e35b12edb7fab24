// A server in a process of its own, for as long as one run of the suite.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface ServerProcess {
  readonly url: string;
  /** Ends the process. Rejects if it ended before. */
  end(): Promise<void>;
}

export async function startServer(name: string, env: NodeJS.ProcessEnv): Promise<ServerProcess> {
  const port = await freePort();
  const args = ['--import', 'tsx', `conformance/servers/${name}.ts`, 'streamableHttp'];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...env, PORT: `${port}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`${name} did not start: ${stderr}`)));
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      if (/listening on/.test(stderr)) resolve();
    });
  });
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async end() {
      if (child.exitCode !== null) throw new Error(`${name} ended by itself: ${stderr}`);
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(killer);
    },
  };
}

/** The published server cannot say which port it took. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return address !== null && typeof address === 'object' ? address.port : 0;
}
