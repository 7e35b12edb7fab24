// The tables of docs/conformance.md, as one complete run came out.
import { replacePart, table } from '../scripts/document-part.js';
import { CONDITIONS, type Condition } from './conditions.js';
import { type ComparedCommand, INSPECTOR } from './inspector.js';
import { ALL_CONDITIONS, type Run, SERVERS } from './matrix.js';
import { SUITES } from './suite.js';

/** One run, in each condition. */
export interface Compared {
  readonly run: Run;
  /** Checks, of the plain server. */
  readonly passed: number;
  readonly failed: number;
  /** What a condition did to the server's home. */
  readonly evidence: Partial<Record<Condition, string>>;
  /** Checks whose verdict is not that of the plain server. */
  readonly differing: readonly string[];
}

const INSTRUMENTED = ALL_CONDITIONS.filter((condition) => condition !== 'plain');

export function writeDocument(compared: readonly Compared[], commands: readonly ComparedCommand[]): void {
  const suite = table(
    ['server', 'suite', 'revision', 'plain', ...INSTRUMENTED.map((condition) => CONDITIONS[condition])],
    compared.map((row) => [
      SERVERS[row.run.server] ?? '',
      SUITES[row.run.suite],
      row.run.revision,
      `${row.passed} passed, ${row.failed} failed`,
      ...INSTRUMENTED.map((condition) => verdictIn(row, condition)),
    ]),
  );
  const inspector = table(
    ['server', 'command', 'plain', 'off, on, dead destination'],
    commands.map(({ server, command, printed, differing }) => [
      SERVERS[server] ?? '',
      `\`${command}\``,
      printed,
      differing.length === 0 ? 'identical' : `**${differing.length} lines differ**`,
    ]),
  );
  const when = new Date().toISOString().slice(0, 10);
  const versions = `${when}, servers on Node ${process.versions.node}, \`${INSPECTOR}\`.`;
  replacePart('docs/conformance.md', 'results', `${versions}\n\n${suite}\n\n${inspector}`);
}

function verdictIn({ differing, evidence }: Compared, condition: Condition): string {
  const different = differing.filter((line) => line.startsWith(`${CONDITIONS[condition]}:`)).length;
  const verdict = different === 0 ? 'equal' : `**${different} differ**`;
  return evidence[condition] === '–' ? verdict : `${verdict}; ${evidence[condition]}`;
}
