import { roundCount } from '../src/schema/rounding.js';
import { type Kind, PEERS, TOOLS } from './peers.mjs';

/** What a report of these calls says, if all tools were called in turn: it rounds the count of each. */
function reported(calls: number): number {
  const perTool = TOOLS.map((_, at) => Math.floor(calls / TOOLS.length) + (at < calls % TOOLS.length ? 1 : 0));
  return perTool.reduce((sum, count) => sum + roundCount(count), 0);
}

/**
 * How many of the calls arrived in the bodies. This library's must all be there; what peers lost is a result.
 * @throws if one of this library's is missing or one too many
 */
export function arrivedOf(kind: Kind, calls: number, bodies: readonly string[]): string {
  const arrived = PEERS[kind].counted(bodies);
  if (kind === 'none' || kind === 'off') return '–';
  if (kind === 'on' && arrived !== reported(calls))
    throw new Error(`the report says ${arrived} calls instead of ${reported(calls)}, for ${calls} calls`);
  return kind === 'on' ? 'all' : share(arrived, calls);
}

function share(arrived: number, calls: number): string {
  return arrived === calls ? 'all' : `${((100 * arrived) / calls).toFixed(1)} %`;
}
