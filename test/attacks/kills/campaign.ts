// P7 and P10 by attack: real MCP servers on one home, driven by real clients, are stopped and killed at random moments,
// while days pass, the user opts out and in again, another user's servers run in the same home, and the destination
// misbehaves and lies in every way it can. At the end every answered call has arrived exactly once, apart from those that
// an opt-out may have deleted, and nothing has left between an opt-out and the next opt-in.
import { dotAiVocabulary } from '../../../src/index.js';
import { type Random, randomFrom } from '../../../src/simulation/random.js';
import { cli } from '../../support/processes.js';
import { createFleet, dayOf, type Fate, type Fleet, oneOf } from './fleet.js';
import { compare, readReports } from './reckoning.js';
import { sumOf } from './tally.js';
import { ageClaims, countsIn, createWorld, locksIn, MODES, type World, waitingIn } from './world.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** An opt-in is noticed at the first call that is a second after the last look. */
const NOTICED_AFTER_MS = 1_100;

export interface CampaignOptions {
  readonly kills: number;
  readonly seed: number;
  /** How many run at the same time, at most. */
  readonly servers: number;
}

/** @returns sums, and `problems`: empty where every promise held */
export async function campaign({ kills, seed, servers }: CampaignOptions) {
  const startedAt = Date.now();
  const problems: string[] = [];
  const random = randomFrom(seed);
  const world = await createWorld(Date.parse('2026-01-05T10:00:00Z'));
  const fleet = createFleet(world, random, problems);
  const { days, optOuts, inDoubt } = await killAtRandom(world, fleet, problems, { kills, servers, random });

  // The destination comes back; within the 21 days everything has to arrive.
  await fleet.settle();
  world.answerAs('up');
  await passDay(world, fleet, random);
  const left = await deliverAll(world, fleet);
  await Promise.all([...fleet.running].map(({ client }) => client.close()));

  const { requests } = world.destination;
  const { reported, repeatedEvents } = readReports(requests, problems);
  compare(fleet, reported, problems);
  if (left.length > 0) problems.push(`left behind: ${left.join(', ')}`);
  const locks = locksIn(world);
  if (locks.length > 0) problems.push(`litter: ${locks.join(', ')}`);

  world.relay.close();
  await world.destination.close();
  world.home.remove();
  return {
    seed,
    kills,
    days,
    traced: fleet.traced,
    optOuts,
    inDoubt,
    answered: sumOf(fleet.answered),
    unanswered: sumOf(fleet.unanswered),
    refused: sumOf(fleet.refused),
    reported: sumOf(reported),
    requests: requests.length,
    repeatedEvents,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    problems,
  };
}

async function killAtRandom(
  world: World,
  fleet: Fleet,
  problems: string[],
  { kills, servers, random }: Omit<CampaignOptions, 'seed'> & { readonly random: Random },
) {
  let killed = 0;
  const sums = { days: 0, optOuts: 0, inDoubt: 0 };
  while (killed < kills) {
    const wanted = 1 + Math.floor(random() * servers);
    await Promise.all(Array.from({ length: Math.max(0, wanted - fleet.running.size) }, fleet.start));
    callAtRandom(fleet, 'counted', random);
    await sleep(random() * 60);
    if (fleet.running.size > 0) {
      fleet.kill(oneOf([...fleet.running], random));
      killed += 1;
    }
    if (random() < 0.2 && fleet.running.size > 0) fleet.pause(oneOf([...fleet.running], random), random() * 500);
    if (random() < 0.25) world.answerAs(oneOf(MODES, random));
    if (random() < 0.15) {
      await passDay(world, fleet, random);
      sums.days += 1;
      if (random() < 0.5) {
        sums.optOuts += 1;
        if (await optOutAndIn(world, fleet, problems, random)) sums.inDoubt += 1;
      }
    }
  }
  return sums;
}

function callAtRandom(fleet: Fleet, fate: Fate, random: Random): void {
  for (let calls = 0; calls < 12 && fleet.running.size > 0; calls += 1) {
    fleet.call(oneOf([...fleet.running], random), oneOf(dotAiVocabulary.tools, random), fate);
  }
}

/** @returns whether `disable` failed and named a process that may still send */
async function optOutAndIn(world: World, fleet: Fleet, problems: string[], random: Random): Promise<boolean> {
  await fleet.settle();
  callAtRandom(fleet, 'doubtful', random);
  // Time passes, so that servers send while the user opts out. It stays below the fourteen hours that are left of the day.
  const time = setInterval(() => world.setClock(world.now() + 5 * MINUTE_MS), 20);
  const disable = await cli(['disable'], { env: world.env, under: world.asOwner });
  await sleep(50); // what was written before it returned is read
  const before = world.relay.received;
  callAtRandom(fleet, 'refused', random);
  await sleep(random() * 1000);
  clearInterval(time);
  await fleet.settle();
  const late = world.relay.received - before;
  if (disable.code === 0 && late > 0) problems.push(`${late} bytes after disable`);
  const counted = countsIn(world);
  if (counted.length > 0) problems.push(`counted while off: ${counted.join(', ')}`);
  if (disable.code !== 0 && !/process \d+/i.test(disable.stderr)) problems.push(`disable: ${disable.stderr}`);
  fleet.optedOut();
  const enable = await cli(['enable', '--yes'], { env: world.env, under: world.asOwner });
  if (enable.code !== 0) problems.push(`enable: ${enable.stderr}`);
  await sleep(NOTICED_AFTER_MS);
  return disable.code !== 0;
}

/** The day ends. Nothing is called between midnight and the closing hour, so that each call's day is known. */
async function passDay(world: World, fleet: Fleet, random: Random): Promise<void> {
  await fleet.settle();
  const midnight = Date.parse(dayOf(world.now())) + DAY_MS;
  world.setClock(midnight + HOUR_MS / 2);
  await sleep(30);
  world.setClock(midnight + HOUR_MS + 1);
  await sleep(random() * 150); // while it is being closed, the killing goes on
  if (fleet.running.size > 0) fleet.kill(oneOf([...fleet.running], random));
  world.setClock(midnight + 10 * HOUR_MS);
  ageClaims(world);
}

/** @returns the files that have still not left after 200 hours */
async function deliverAll(world: World, fleet: Fleet): Promise<readonly string[]> {
  for (let tries = 0; tries < 400 && waitingIn(world).length > 0; tries += 1) {
    if (fleet.running.size === 0) await fleet.start();
    world.setClock(world.now() + HOUR_MS / 2);
    ageClaims(world);
    await sleep(100);
    if (tries % 30 === 29) for (const server of fleet.running) fleet.kill(server);
  }
  return waitingIn(world);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
