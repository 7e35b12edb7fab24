import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Random } from '../../../src/simulation/random.js';
import { add, type Tally } from './tally.js';
import type { World } from './world.js';

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));
/** Counts are exact below 100. With fewer calls for each tool and day the sums can be compared to the call. */
const MAX_CALLS = 95;
/** The system calls of sending, and up to which one of each kind a server is stopped in. */
const CALLS = { link: 3, rename: 4, connect: 2, setsockopt: 2, writev: 3, unlink: 4, utimensat: 2 } as const;

/**
 * What has to arrive: a counted call always, a doubtful one perhaps (its answer races with an opt-out), a refused one never
 * (analytics is off, or its server is another user's).
 */
export type Fate = 'counted' | 'doubtful' | 'refused';

interface Server {
  readonly client: Client;
  readonly pid: number;
  /** Another user's, in the same home. */
  readonly isGuest: boolean;
}

/** Real servers on one home, each with a real client. */
export interface Fleet {
  readonly running: Set<Server>;
  readonly answered: Tally;
  readonly unanswered: Tally;
  /** Answered calls that must not arrive. */
  readonly refused: Tally;
  /** Servers that were stopped in a system call of sending. */
  readonly traced: number;
  start(): Promise<void>;
  call(server: Server, tool: string, fate: Fate): void;
  kill(server: Server): void;
  /** Stops it with SIGSTOP, and lets it go on after some milliseconds. */
  pause(server: Server, ms: number): void;
  /** Ends when every call so far is answered, or will not be. */
  settle(): Promise<void>;
  /** Nothing of today can arrive any more. Of earlier days, what had not left is deleted. */
  optedOut(): void;
}

export function createFleet(world: World, random: Random, problems: string[]): Fleet {
  const running = new Set<Server>();
  const called: Tally = new Map();
  const answered: Tally = new Map();
  const unanswered: Tally = new Map();
  const refused: Tally = new Map();
  const pending = new Set<Promise<void>>();
  let traced = 0;

  function call({ client, isGuest }: Server, tool: string, wished: Fate): void {
    const fate = isGuest ? 'refused' : wished;
    const key = `${dayOf(world.now())} ${tool}`;
    if (fate !== 'refused') {
      if ((called.get(key) ?? 0) >= MAX_CALLS) return;
      add(called, key);
    }
    const failed = fate === 'refused' ? undefined : unanswered;
    const done = { counted: answered, doubtful: unanswered, refused }[fate];
    const answer = client.callTool({ name: tool }).then(
      () => add(done, key),
      () => failed && add(failed, key),
    );
    pending.add(answer);
    answer.finally(() => pending.delete(answer));
  }

  return {
    running,
    answered,
    unanswered,
    refused,
    get traced() {
      return traced;
    },
    call,
    async start() {
      const guest = random() < 0.1 ? world.asGuest : undefined;
      const isTraced = guest === undefined && world.hasStrace && random() < 0.3;
      const tracer = isTraced ? stopInSending(random) : [];
      const transport = transportTo(world, [...(guest ?? world.asOwner), ...tracer, process.execPath, SERVER]);
      transport.stderr?.on('data', (text) => problems.push(`a server wrote: ${text}`));
      const goOn = () => signal(transport.pid, 'SIGCONT');
      const timer = isTraced ? setInterval(goOn, 100 + random() * 400) : undefined;
      const client = new Client({ name: 'campaign', version: '1' });
      try {
        await client.connect(transport);
      } catch {
        clearInterval(timer);
        return; // it was killed while it started
      }
      if (transport.pid === null) return;
      if (isTraced) traced += 1;
      const server = { client, pid: transport.pid, isGuest: guest !== undefined };
      client.onclose = () => {
        clearInterval(timer);
        running.delete(server);
      };
      running.add(server);
    },
    kill(server) {
      running.delete(server);
      signal(server.pid, 'SIGKILL');
    },
    pause(server, ms) {
      signal(server.pid, 'SIGSTOP');
      setTimeout(() => running.has(server) && signal(server.pid, 'SIGCONT'), ms);
    },
    async settle() {
      await Promise.all(pending);
    },
    optedOut() {
      const today = dayOf(world.now());
      for (const [key, count] of answered) unanswered.set(key, (unanswered.get(key) ?? 0) + count);
      answered.clear();
      for (const key of unanswered.keys()) if (key.startsWith(today)) unanswered.delete(key);
    },
  };
}

function signal(pid: number | null, name: NodeJS.Signals): void {
  try {
    if (pid !== null) process.kill(pid, name);
  } catch {} // it has ended
}

/** Its tracer is no parent of it (`-D`), so that its number is the server's own. */
function stopInSending(random: Random): readonly string[] {
  const [call, most] = oneOf(Object.entries(CALLS), random);
  const inject = `inject=${call}:signal=SIGSTOP:when=${1 + Math.floor(random() * most)}`;
  return ['strace', '-D', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject];
}

function transportTo({ env }: World, [command, ...args]: readonly string[]) {
  return new StdioClientTransport({
    command: command as string,
    args,
    env: Object.fromEntries(Object.entries(env).map(([name, value = '']) => [name, value])),
    stderr: 'pipe',
  });
}

export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

export function oneOf<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)] as T;
}
