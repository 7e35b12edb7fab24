// The Helm chart, rendered with its settings.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NotChecked, output, run } from '../check/run.js';
import type { Checkouts } from './checkout.js';
import { expect } from './expect.js';

const OFF = '--set=plugins.agentic-tools.enabled=false';
const VOLUME = '--set=analytics.persistence.enabled=true';
const ON = '--set=analytics.enabled=true,analytics.hint=false,analytics.destination.host=https://posthog.example.com';

export async function renderChart({ plain, embedded }: Checkouts): Promise<string> {
  const version = await run('helm', ['version', '--short']).catch(() => undefined);
  if (version === undefined || version.code !== 0) {
    parseValues(embedded);
    throw new NotChecked('THERE IS NO helm HERE: THE TEMPLATES WERE NOT RENDERED; values.yaml parses');
  }
  const render = (folder: string, ...args: string[]) =>
    output('helm', ['template', 'dot-ai-mcp', 'charts', '--namespace', 'dot-ai', ...args], { cwd: folder });
  const [before, after, on, volume] = await Promise.all([
    render(plain),
    render(embedded),
    render(embedded, ON),
    render(embedded, OFF, VOLUME),
  ]);
  // helm renders random numbers in no template of this chart, so the default can be compared as text.
  const differences = after.split('\n').filter((line) => !before.includes(line.trim()));
  expect(
    differences.every((line) => line.trim().startsWith('#')),
    `by default it renders ${differences.join(' ')}`,
  );
  for (const name of ['DOT_AI_ANALYTICS', 'DOT_AI_ANALYTICS_HINT', 'DOT_AI_ANALYTICS_HOST'])
    expect(on.includes(`name: ${name}\n`), `${name} is not rendered`);
  for (const text of [
    'kind: PersistentVolumeClaim',
    'claimName: dot-ai-mcp-analytics',
    'mountPath: /var/lib/dot-ai',
    'name: DOT_AI_CONFIG_DIR',
    'type: Recreate',
  ])
    expect(volume.includes(text), `without plugins and with a volume, ${text} is not rendered`);
  return `helm ${version.stdout.trim()}; by default nothing is added`;
}

function parseValues(folder: string): void {
  const { load } = createRequire(join(folder, 'package.json'))('js-yaml');
  const values = load(readFileSync(join(folder, 'charts/values.yaml'), 'utf8'));
  expect(values.analytics.enabled === false, 'analytics.enabled is not false by default');
}
