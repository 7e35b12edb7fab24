// The state that a server finds: does it count, and where would reports go?
import { readdirSync } from 'node:fs';
import { plural } from '../src/cli/format.js';
import { preview } from '../src/index.js';
import { memoryDestination, temporaryHome } from '../src/testing/index.js';

/** In the order of the table. `plain` is not instrumented; the others are compared with it. */
export const CONDITIONS = {
  plain: 'not instrumented',
  off: 'off',
  on: 'on',
  dead: 'on, dead destination',
  hint: 'undecided, hint in every session',
} as const;
export type Condition = keyof typeof CONDITIONS;

/** A home in this condition. */
export interface Prepared {
  readonly env: NodeJS.ProcessEnv;
  /** What the server did to the home, once it has ended. Throws if that is not what the condition is about. */
  evidence(): Promise<string>;
  remove(): Promise<void>;
}

/** Nothing listens there. */
const DEAD = { host: 'http://127.0.0.1:9', key: 'phc_dead' };

export async function prepare(condition: Condition): Promise<Prepared> {
  const home = temporaryHome();
  const destination = await memoryDestination();
  const posthog = condition === 'dead' ? DEAD : destination.posthog;
  const isOn = condition === 'on' || condition === 'dead';
  const env: NodeJS.ProcessEnv = {
    ...home.env,
    TMPDIR: home.folder,
    CONDITION: condition,
    DOT_AI_ANALYTICS_HOST: posthog.host,
    DOT_AI_ANALYTICS_KEY: posthog.key,
    ...(condition === 'off' ? { DOT_AI_ANALYTICS: 'false' } : {}),
    ...(isOn ? { DOT_AI_ANALYTICS: 'true' } : {}),
  };
  return {
    env,
    async evidence() {
      if (condition === 'hint') return `${plural(hintedHomes(home.folder), 'hint')} shown`;
      if (!isOn) return '–';
      const sent = callsIn(destination.requests.map(({ body }) => body.toString()));
      const kept = callsIn((await preview({ env })).requests.map(({ body }) => body));
      if ((condition === 'on') !== sent > 0) throw new Error(`${condition}: ${sent} counted calls arrived`);
      if (sent + kept === 0) throw new Error(`${condition}: nothing was counted`);
      return `${plural(sent + kept, 'call')} counted, ${plural(destination.requests.length, 'report')} arrived`;
    },
    async remove() {
      await destination.close();
      home.remove();
    },
  };
}

function callsIn(bodies: readonly string[]): number {
  const rows = bodies.flatMap((body) => JSON.parse(body).batch);
  const tools = rows.filter(({ event }) => event === 'tool_usage');
  return tools.reduce((sum: number, { properties }) => sum + properties.invocations, 0);
}

/** Each server object has a home of its own then. */
function hintedHomes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('config.json'))
    .length;
}
