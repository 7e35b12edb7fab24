/**
 * Unit Test: analytics values render into the deployment and the claim.
 *
 * Opting in must be explicit: nothing is rendered by default, and a value that
 * is not exactly true reaches the server as it is, where it means off.
 */

import { describe, test, expect } from 'vitest';
import { execSync } from 'child_process';
import * as yaml from 'js-yaml';

interface Resource {
  kind: string;
  metadata: { name: string };
  spec: {
    strategy?: { type: string };
    storageClassName?: string;
    resources?: { requests: { storage: string } };
    template: {
      spec: {
        volumes?: Array<{ name: string }>;
        containers: Array<{
          env: Array<{ name: string; value?: string }>;
          volumeMounts?: Array<{ name: string; mountPath: string }>;
        }>;
      };
    };
  };
}

function render(...args: string[]) {
  const output = execSync(
    `helm template test-release ./charts ${args.map(arg => `'${arg}'`).join(' ')}`,
    { encoding: 'utf-8' }
  );
  const resources = yaml.loadAll(output).filter(Boolean) as Resource[];
  const deployment = resources.find(
    ({ kind, metadata }) =>
      kind === 'Deployment' && metadata.name === 'test-release-dot-ai'
  )!;
  const [container] = deployment.spec.template.spec.containers;
  const env = Object.fromEntries(
    container.env
      .filter(({ name }) => /^DOT_AI_(ANALYTICS|CONFIG_DIR)/.test(name))
      .map(({ name, value }) => [name, value])
  );
  const names = (list: Array<{ name: string }> = []) =>
    list.map(({ name }) => name);
  return {
    env,
    strategy: deployment.spec.strategy?.type,
    mounts: names(container.volumeMounts),
    volumes: names(deployment.spec.template.spec.volumes),
    claim: resources.find(({ kind }) => kind === 'PersistentVolumeClaim')?.spec,
  };
}

const NO_PLUGINS = ['--set', 'plugins.agentic-tools.enabled=false'];

describe('Helm chart: usage analytics', () => {
  test('nothing is rendered by default', () => {
    expect(render()).toEqual({
      env: {},
      strategy: undefined,
      mounts: ['plugins-config'],
      volumes: ['plugins-config'],
      claim: undefined,
    });
  });

  test('a missing block is the default too', () => {
    expect(render('--set', 'analytics=null').env).toEqual({});
  });

  test('enabled, hint and destination become environment variables', () => {
    const { env } = render(
      '--set',
      'analytics.enabled=true,analytics.hint=false',
      '--set',
      'analytics.destination.host=https://posthog.example.com,analytics.destination.key=phc_x'
    );
    expect(env).toEqual({
      DOT_AI_ANALYTICS: 'true',
      DOT_AI_ANALYTICS_HINT: 'false',
      DOT_AI_ANALYTICS_HOST: 'https://posthog.example.com',
      DOT_AI_ANALYTICS_KEY: 'phc_x',
    });
  });

  test('the text "false" does not opt in', () => {
    expect(render('--set-string', 'analytics.enabled=false').env).toEqual({
      DOT_AI_ANALYTICS: 'false',
    });
  });

  test.each([
    { plugins: 'with', args: [], others: ['plugins-config'] },
    { plugins: 'without', args: NO_PLUGINS, others: [] },
  ])('persistence renders a volume, $plugins plugins', ({ args, others }) => {
    const rendered = render(
      '--set',
      'analytics.persistence.enabled=true,analytics.persistence.storageClass=fast',
      ...args
    );
    expect(rendered).toMatchObject({
      env: { DOT_AI_CONFIG_DIR: '/var/lib/dot-ai' },
      strategy: 'Recreate',
      mounts: ['analytics', ...others],
      volumes: ['analytics', ...others],
      claim: {
        storageClassName: 'fast',
        resources: { requests: { storage: '128Mi' } },
      },
    });
  });

  test('without plugins and without persistence there is no volume', () => {
    expect(render(...NO_PLUGINS)).toMatchObject({ mounts: [], volumes: [] });
  });
});
