import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testHome } from '../../support/home.js';
import { runScript } from '../../support/processes.js';

test('P1, P10: after an opt-out, the names in memory do not tell which tools were used', async () => {
  const home = testHome({ analytics: true });
  const heap = join(home.folder, 'heap.json');
  const program = `
    import { writeFileSync } from 'node:fs';
    import { writeHeapSnapshot } from 'node:v8';
    import { createAnalytics } from 'dot-ai-analytics';
    // Names that are in no text of this program, as those of cells are put together.
    const analytics = createAnalytics({ tools: ['tool_a', 'tool_b'], features: [], ephemeral: false });
    {
      const session = analytics.session();
      await session.run('tool_a', async () => ({}));
      await session.run('tool_a', async () => ({}));
    }
    writeFileSync(process.env.CONFIG, '{"analytics": false}');
    await new Promise((resolve) => setTimeout(resolve, 100));
    analytics.run('tool_a', () => {});
    writeHeapSnapshot(process.env.HEAP);`;
  const { code, stderr } = await runScript(program, { env: { ...home.env, CONFIG: home.paths.config, HEAP: heap } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const strings = new Set<string>(JSON.parse(readFileSync(heap, 'utf8')).strings);
  const made = (tool: string) => [`tool ${tool}`, `from_${tool}`].filter((name) => strings.has(name));
  expect(made('tool_a').map((name) => name.replace('tool_a', 'tool_b'))).toEqual(made('tool_b'));
  expect(made('tool_b')).toHaveLength(2); // the snapshot shows such names
});
