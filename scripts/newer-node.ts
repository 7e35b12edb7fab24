// Some programs need Node 22 or later: the conformance suite, Mastra.
import { execFileSync } from 'node:child_process';

const OLDEST = 22;

/** The path of such a Node if nothing has to be fetched: this one, or the one that NODE_22 names. */
export function nodeAtHand(): string | undefined {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST) return process.execPath;
  return process.env.NODE_22 || undefined;
}

/** The same; npx fetches one if none is at hand. */
export function newerNode(): string {
  return nodeAtHand() ?? execFileSync('npx', ['-y', '-p', 'node@22', 'which', 'node'], { encoding: 'utf8' }).trim();
}
