import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FOLDER, FRAMEWORKS, type Framework, measure, measureInstrumented } from '../../scripts/frameworks/measure.js';
import { nodeAtHand } from '../../scripts/newer-node.js';
import { testHome } from '../support/home.js';
import { countsIn } from '../support/previewed.js';
import { ROOT, run } from '../support/processes.js';
import { runReadme } from '../support/readme.js';

const isInstalled = existsSync(`${FOLDER}/node_modules`);
if (!isInstalled)
  process.stderr.write('SKIPPED: npm ci --prefix examples/frameworks was not run, so no framework is counted\n');

/** Mastra needs a newer Node. */
const nodeFor = (framework: Framework) => (FRAMEWORKS[framework].needsNewerNode ? nodeAtHand() : process.execPath);
const runnable = (Object.keys(FRAMEWORKS) as Framework[]).filter((framework) => nodeFor(framework) !== undefined);
if (isInstalled && runnable.length < Object.keys(FRAMEWORKS).length)
  process.stderr.write('SKIPPED: Mastra needs Node 22 or later: set NODE_22 to its path\n');

const ONE_SESSION = {
  steps: { 'start > echo': 1, 'echo > divide': 1, 'divide > divide': 1 },
  sessions: { sessions_2_tools: 1 },
};

/** A success, a thrown error; refused arguments and unknown tools reach the tool only where it says so. */
const EXPECTED = {
  fastmcp: { divide: { invocations: 2, successes: 1, failures: 1, failures_internal: 1 }, ...ONE_SESSION },
  'mcp-framework': {
    divide: { invocations: 3, successes: 1, failures: 2, failures_operation: 2 },
    ...ONE_SESSION,
    steps: { ...ONE_SESSION.steps, 'divide > divide': 2 },
  },
  mastra: { divide: { invocations: 2, successes: 1, failures: 1, failures_internal: 1 }, steps: {}, sessions: {} },
};

describe.runIf(isInstalled)('recipes for frameworks', () => {
  test('they compile', async () => {
    const { code, stdout } = await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', FOLDER], {
      cwd: ROOT,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  test.each(runnable)('%s: what its tools do is counted, and they answer as ever', async (framework) => {
    const { answers, bodies } = await measure(nodeFor(framework) as string, framework);
    expect(answers.map((answer) => answer.replaceAll('"', ''))).toEqual([
      'hello',
      '0.5',
      expect.stringContaining('nothing can be divided by zero'),
      expect.stringMatching(/expected number, received string/is),
      expect.stringContaining('Unknown tool: no_such_tool'),
    ]);
    const { divide, steps, sessions } = EXPECTED[framework];
    const tools = { echo: { invocations: 1, successes: 1 }, divide };
    expect(countsIn(bodies)).toEqual({ tools, steps, sessions, features: {}, providers: {} });
  });

  test.each(runnable)('%s: its own object is no server that instrument can count', async (framework) => {
    const { answers, bodies } = await measureInstrumented(nodeFor(framework) as string, framework);
    expect(answers[0]).toContain('hello');
    expect(countsIn(bodies).tools).toEqual({});
  });

  test('the README works as written, but for what it installs', async () => {
    const { code, stdout } = await runReadme('frameworks', testHome().folder);
    expect(code).toBe(0);
    expect(stdout).toContain('divide  1 call; 1 failed (1 internal)');
  });
});
