import { describe, expect, test } from 'vitest';
import { countedTool } from '../support/counted.js';
import { testHome, tree, writeConfig } from '../support/home.js';
import { runScript } from '../support/processes.js';
import { testTracker, until, vocabulary } from '../support/tracker.js';

const OFF: Record<string, { env?: NodeJS.ProcessEnv; config?: unknown }> = {
  default: {},
  DO_NOT_TRACK: { env: { DO_NOT_TRACK: '1' }, config: { analytics: true } },
  DOT_AI_TELEMETRY: { env: { DOT_AI_TELEMETRY: 'false' }, config: { analytics: true } },
  DOT_AI_ANALYTICS: { env: { DOT_AI_ANALYTICS: 'false' }, config: { analytics: true } },
  ci: { env: { CI: 'true' }, config: { analytics: true } },
  'config says no': { config: { analytics: false } },
  'config is damaged': { config: '{"analytics": tru' },
};

describe('P1: off means nothing', () => {
  test.each(Object.entries(OFF))(
    '%s: no file, no timer, no socket, no module for sending',
    async (_name, { env, config }) => {
      const home = testHome(config);
      const before = tree(home.folder);
      const script = `
      const modules = new Set(process.moduleLoadList);
      let timers = 0;
      for (const name of ['setInterval', 'setTimeout', 'setImmediate']) {
        const original = globalThis[name];
        globalThis[name] = (...args) => { timers += 1; return original(...args); };
      }
      const settled = async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return process.getActiveResourcesInfo().sort().join();
      };
      const resources = await settled();
      timers = 0;
      const signals = process.eventNames().join();
      const { createAnalytics, dotAiVocabulary } = await import('dot-ai-analytics');
      const analytics = createAnalytics({ ...dotAiVocabulary, hint: false, posthog: { host: 'http://127.0.0.1:9', key: 'k' } });
      const session = analytics.session();
      for (let i = 0; i < 100; i += 1) await session.run('recommend', async () => ({}));
      analytics.feature('chooseSolution'); analytics.provider('anthropic');
      const started = timers;
      const after = await settled();
      const now = process.moduleLoadList.filter((name) => !modules.has(name));
      await analytics.close();
      console.log(JSON.stringify({
        sending: now.filter((name) => /(http|https|net|tls|dns|undici|fetch|worker|child_process)$/.test(name)),
        timers: started,
        same: resources === after && signals === process.eventNames().join(),
        line: analytics.statusLine(),
      }));`;
      const { stdout, stderr, code } = await runScript(script, { env: { ...home.env, ...env } });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({
        sending: [],
        timers: 0,
        same: true,
        line: 'Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true)',
      });
      expect(code).toBe(0);
      expect(tree(home.folder)).toEqual(before);
    },
  );

  test('a server notices a yes by itself', async () => {
    const home = testHome();
    const { analytics, use } = testTracker(home);
    await use('query');
    writeConfig(home.paths, { analytics: true });
    await until(async () => {
      await use('query');
      return countedTool(home.paths, vocabulary, 'query') !== undefined;
    }, 'counting');
    expect(analytics.statusLine()).toBe('Analytics: enabled (anonymous usage data)');
    await analytics.close();
  });

  test('a file that can not be understood any more stops counting, and destroys nothing', async () => {
    const home = testHome({ analytics: true });
    const { analytics, use } = testTracker(home);
    await use('query', 3);
    const before = tree(home.paths.data);
    writeConfig(home.paths, '{"analytics": tr');
    await use('query', 5);
    expect(tree(home.paths.data)).toEqual(before);
    writeConfig(home.paths, { analytics: true });
    await until(async () => {
      await use('query');
      return (countedTool(home.paths, vocabulary, 'query')?.invocations as number) > 3;
    });
    await analytics.close();
  });
});
