import { expect, test } from 'vitest';
import { ROOT, run } from '../support/processes.js';

test('P7: a short campaign of kills; what was answered arrives exactly once', async () => {
  const { code, stdout, stderr } = await run(
    process.execPath,
    ['--import', 'tsx', 'test/attacks/kills/main.ts', '--kills', '20', '--servers', '5'],
    { cwd: ROOT },
  );
  const [seed, ...json] = stdout.split('\n');
  expect({ code, stderr, seed }).toEqual({ code: 0, stderr: '', seed: expect.stringMatching(/^seed \d+$/) });
  const result = JSON.parse(json.join('\n'));
  expect(result).toMatchObject({ kills: 20, problems: [] });
  // An opt-out moves what was answered to what may arrive.
  expect(result.answered + result.unanswered).toBeGreaterThan(20);
});
