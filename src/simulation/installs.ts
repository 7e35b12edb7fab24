import type { Outcome } from '../core/record/cells.js';
import { type Day, daysBetween } from '../schema/calendar.js';
import type { Category, Provider } from '../schema/vocabulary.js';
import { logNormal, pick, type Random } from './random.js';

/*
 * A plausible user of dot-ai, for demonstrations and for the privacy figures. It is not based on the usage of real
 * people. Only the calls and their times are invented. The code of the library makes the counts, rows and bytes.
 */

export interface SimulatedCall {
  readonly tool: string;
  readonly milliseconds: number;
  readonly outcome: Outcome;
  /** ms since midnight. No count depends on it. The comparison with timed events (uniqueness.ts) does. */
  readonly at: number;
}

/** The calls of one install on one day. */
export interface SimulatedDay {
  readonly sessions: readonly (readonly SimulatedCall[])[];
  readonly features: readonly string[];
  readonly providers: readonly Provider[];
}

export interface Install {
  /** Undefined on a day without use. */
  on(day: Day): SimulatedDay | undefined;
}

const TOOLS = {
  recommend: { weight: 9, median: 4_000, fails: 0.05, how: { ai_service: 6, validation: 2, kubernetes: 2 } },
  query: { weight: 8, median: 2_500, fails: 0.03, how: { ai_service: 3, kubernetes: 4, timeout: 1 } },
  operate: { weight: 4, median: 9_000, fails: 0.06, how: { kubernetes: 5, authorization: 3, timeout: 1 } },
  remediate: {
    weight: 4,
    median: 22_000,
    fails: 0.09,
    how: { ai_service: 4, kubernetes: 4, authorization: 2, timeout: 2 },
  },
  manageOrgData: { weight: 3, median: 700, fails: 0.04, how: { storage: 4, validation: 3 } },
  version: { weight: 3, median: 120, fails: 0.01, how: { network: 1 } },
  projectSetup: { weight: 1.5, median: 900, fails: 0.02, how: { validation: 1 } },
  manageKnowledge: { weight: 1.2, median: 1_300, fails: 0.03, how: { storage: 2, network: 1 } },
  impact_analysis: { weight: 0.8, median: 12_000, fails: 0.05, how: { ai_service: 2, kubernetes: 2 } },
} satisfies Record<string, { weight: number; median: number; fails: number; how: Partial<Record<Category, number>> }>;
type Tool = keyof typeof TOOLS;

/** The tools that often follow a tool. Otherwise the next tool is drawn like the first. */
const THEN: Partial<Record<Tool, Partial<Record<Tool, number>>>> = {
  version: { recommend: 3, query: 2, projectSetup: 1 },
  recommend: { recommend: 6, operate: 1, query: 1 },
  query: { query: 4, remediate: 2, operate: 2 },
  remediate: { remediate: 2, query: 2, operate: 1 },
  projectSetup: { projectSetup: 3, recommend: 1 },
  impact_analysis: { operate: 4, query: 1 },
};

const STAGES = ['chooseSolution', 'answerQuestion', 'generateManifests', 'deployManifests'];
const PROVIDERS = {
  anthropic: 55,
  openai: 16,
  google: 12,
  amazon_bedrock: 7,
  host: 4,
  openrouter: 3,
  custom: 2,
  xai: 1,
};

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** From this day on, a tool fails less often: what a release did. */
export interface Repair {
  readonly tool: Tool;
  readonly since: Day;
  /** The share of calls that fail then. */
  readonly fails: number;
}

/** Creates a user who began on `since`, with a random amount of use, habits and preferred tools. */
export function createInstall(since: Day, random: Random, repair?: Repair): Install {
  const callsADay = logNormal(9, 1, random);
  const activity = 0.15 + 0.75 * random();
  const taste = Object.fromEntries(
    Object.entries(TOOLS).map(([tool, { weight }]) => [tool, weight * logNormal(1, 0.8, random)]),
  ) as Record<Tool, number>;
  const provider = pick(PROVIDERS, random);
  const second = random() < 0.15 ? pick(PROVIDERS, random) : provider;
  const zone = Math.floor(random() * 24);
  const machine = logNormal(1, 0.3, random);

  function call(tool: Tool, at: number, day: Day): SimulatedCall {
    const { median, how } = TOOLS[tool];
    const isRepaired = repair !== undefined && repair.tool === tool && day >= repair.since;
    const fails = isRepaired ? repair.fails : TOOLS[tool].fails;
    const milliseconds = logNormal(median * machine, 0.7, random);
    const outcome = random() < fails ? pick(how as Record<Category, number>, random) : 'success';
    return { tool, milliseconds, outcome, at };
  }

  function session(length: number, day: Day): SimulatedCall[] {
    const calls: SimulatedCall[] = [];
    let at = (((8 + 10 * random() + zone) % 24) * HOUR_MS) % DAY_MS;
    for (let number = 0; number < length; number += 1) {
      const before = calls.at(-1)?.tool as Tool | undefined;
      const follows = before === undefined ? undefined : THEN[before];
      const tool =
        follows !== undefined && random() < 0.6 ? pick(follows as Record<Tool, number>, random) : pick(taste, random);
      calls.push(call(tool, at, day));
      at = (at + logNormal(40_000, 1, random)) % DAY_MS;
    }
    return calls;
  }

  return {
    on(day) {
      const age = daysBetween(since, day);
      const weekday = new Date(`${day}T12:00:00Z`).getUTCDay();
      const isWorkday = weekday >= 1 && weekday <= 5;
      // Some users try it once, others stay, and few work at weekends.
      const stays = age === 0 ? 1 : activity * (isWorkday ? 1 : 0.25) * (0.35 + 0.65 * Math.exp(-age / 200));
      if (age < 0 || random() >= stays) return undefined;
      const sessions: SimulatedCall[][] = [];
      let left = Math.min(2_000, Math.max(1, Math.round(logNormal(callsADay, 0.5, random))));
      while (left > 0) {
        const length = Math.min(left, 1 + Math.floor(logNormal(3, 0.8, random)));
        sessions.push(session(length, day));
        left -= length;
      }
      const all = sessions.flat();
      const recommended = all.filter(({ tool }) => tool === 'recommend').length;
      const features = Array.from({ length: recommended }).flatMap(() =>
        STAGES.filter((_, at) => random() < 0.85 - 0.2 * at),
      );
      const providers = all.filter(({ tool }) => tool !== 'version').map(() => (random() < 0.8 ? provider : second));
      return { sessions, features, providers };
    },
  };
}
