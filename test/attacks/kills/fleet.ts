import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { add, type Tally } from './tally.js';
import type { World } from './world.js';

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));
/** Counts are exact below 100. With fewer calls for each tool and day the sums can be compared to the call. */
const MAX_CALLS = 95;

interface Server {
  readonly client: Client;
  readonly pid: number;
}

/** Real servers on one home, each with a real client. */
export interface Fleet {
  readonly running: Set<Server>;
  readonly answered: Tally;
  readonly unanswered: Tally;
  start(): Promise<void>;
  call(server: Server, tool: string): void;
  kill(server: Server): void;
  /** Stops it with SIGSTOP, and lets it go on after some milliseconds. */
  pause(server: Server, ms: number): void;
  /** Ends when every call so far is answered, or will not be. */
  settle(): Promise<void>;
}

export function createFleet(world: World, problems: string[]): Fleet {
  const running = new Set<Server>();
  const called: Tally = new Map();
  const answered: Tally = new Map();
  const unanswered: Tally = new Map();
  const pending = new Set<Promise<void>>();

  function call({ client }: Server, tool: string): void {
    const key = `${dayOf(world.now())} ${tool}`;
    if ((called.get(key) ?? 0) >= MAX_CALLS) return;
    add(called, key);
    const answer = client.callTool({ name: tool }).then(
      () => add(answered, key),
      () => add(unanswered, key),
    );
    pending.add(answer);
    answer.finally(() => pending.delete(answer));
  }

  return {
    running,
    answered,
    unanswered,
    call,
    async start() {
      const server = await connect(world, problems);
      if (server === undefined) return;
      server.client.onclose = () => running.delete(server);
      running.add(server);
    },
    kill(server) {
      running.delete(server);
      process.kill(server.pid, 'SIGKILL');
    },
    pause(server, ms) {
      process.kill(server.pid, 'SIGSTOP');
      setTimeout(() => running.has(server) && process.kill(server.pid, 'SIGCONT'), ms);
    },
    async settle() {
      await Promise.all(pending);
    },
  };
}

/** @returns undefined where it was killed while it started */
async function connect({ env }: World, problems: string[]): Promise<Server | undefined> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [SERVER],
    env: Object.fromEntries(Object.entries(env).map(([name, value = '']) => [name, value])),
    stderr: 'pipe',
  });
  transport.stderr?.on('data', (text) => problems.push(`a server wrote: ${text}`));
  const client = new Client({ name: 'campaign', version: '1' });
  try {
    await client.connect(transport);
  } catch {
    return undefined;
  }
  return transport.pid === null ? undefined : { client, pid: transport.pid };
}

export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
