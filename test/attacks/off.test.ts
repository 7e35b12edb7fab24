import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { POLICY_PATH } from '../../src/core/consent/policy.js';
import { report } from '../support/attack.js';
import { countedTool } from '../support/counted.js';
import { testHome, tree, writeConfig } from '../support/home.js';
import { run, runScript } from '../support/processes.js';
import { nextLook, testTracker, until, vocabulary } from '../support/tracker.js';

const YES = { analytics: true };
/** Each layer that can say no, and each way of saying nothing; later layers say yes wherever they can. */
const OFF: Record<string, { env?: NodeJS.ProcessEnv; config?: unknown }> = {
  default: {},
  DO_NOT_TRACK: { env: { DO_NOT_TRACK: '1', DOT_AI_ANALYTICS: 'true' }, config: YES },
  DOT_AI_TELEMETRY: { env: { DOT_AI_TELEMETRY: 'false' }, config: YES },
  DOT_AI_ANALYTICS: { env: { DOT_AI_ANALYTICS: 'false' }, config: YES },
  'DOT_AI_ANALYTICS, not understood': { env: { DOT_AI_ANALYTICS: 'yes please' }, config: YES },
  ci: { env: { CI: 'true' }, config: YES },
  'config says no': { config: { analytics: false } },
  'config is damaged': { config: '{"analytics": tru' },
  'config says yes with another type': { config: { analytics: 'true' } },
};

/** A host of its own: what it has is compared with and without the library. */
const host = (use: string) => `
  import { readdirSync } from 'node:fs';
  let timers = 0;
  for (const name of ['setInterval', 'setTimeout', 'setImmediate']) {
    const original = globalThis[name];
    globalThis[name] = (...args) => { timers += 1; return original(...args); };
  }
  ${use}
  const started = timers;
  await new Promise((resolve) => setTimeout(resolve, 50));
  const threads = readdirSync('/proc/self/task').length;
  const resources = process.getActiveResourcesInfo().sort();
  const modules = process.moduleLoadList;
  const listeners = process.eventNames().map((name) => String(name) + process.listenerCount(name));
  console.log(JSON.stringify({ timers: started, threads, resources, modules, listeners }));`;

/** What any import costs: Node reads modules with the threads of its pool. */
const ANY_MODULE = `await import('commander');`;

const LIBRARY = (hint: boolean) => `
  const { createAnalytics, dotAiVocabulary } = await import('dot-ai-analytics');
  const { instrument } = await import('dot-ai-analytics/mcp');
  const analytics = createAnalytics({ ...dotAiVocabulary, hint: ${hint}, posthog: { host: 'http://127.0.0.1:9', key: 'k' } });
  const session = analytics.session();
  for (let i = 0; i < 100; i += 1) await session.run('recommend', async () => ({}));
  analytics.feature('chooseSolution'); analytics.provider('anthropic'); analytics.hint();
  if (analytics.statusLine() !== 'Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true)') throw new Error('not off');
  await analytics.close();`;

const hasStrace = (await run('strace', ['-V']).catch(() => ({ code: 1 }))).code === 0;
if (!hasStrace) process.stderr.write('SKIPPED in part: without strace, system calls while off are not watched\n');

const WATCHED = 'trace=%network,%file,clone,clone3,fork,vfork,timer_create,timerfd_create';

async function watch(script: string, home: ReturnType<typeof testHome>, env: NodeJS.ProcessEnv = {}) {
  const log = join(home.folder, 'strace.log');
  const under = hasStrace ? ['strace', '-f', '-qq', '-e', WATCHED, '-o', log] : [];
  const { code, stdout, stderr } = await runScript(script, { env: { ...home.env, ...env }, under });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const calls = hasStrace ? readFileSync(log, 'utf8').split('\n') : [];
  const matching = (pattern: RegExp) => calls.filter((line) => pattern.test(line) && !/ENOENT|O_RDONLY/.test(line));
  return {
    ...(JSON.parse(stdout) as Record<'timers' | 'threads', number> &
      Record<'resources' | 'modules' | 'listeners', string[]>),
    sockets: calls.filter((line) => /\b(socket|connect|bind|listen|sendto|sendmsg|getaddrinfo)\(/.test(line)),
    looked: [...new Set(calls.flatMap((line) => /"([^"]*)"/.exec(line)?.[1] ?? []))].filter(
      (path) => path.startsWith(`${home.folder}/`) || path.includes('/dot-ai/'),
    ),
    started: calls.filter((line) => /\b(clone3?|v?fork|timer_create|timerfd_create)\(/.test(line)).length,
    changed: matching(
      /\b(open|openat|creat|rename\w*|mkdir\w*|unlink\w*|link\w*|chmod|fchmodat|utimensat|symlink\w*)\(.*(O_WRONLY|O_RDWR|O_CREAT|\.dot-ai)/,
    ).filter((line) => line.includes(home.folder)),
  };
}

describe('P1: off means nothing', () => {
  test.each(Object.entries(OFF))(
    '%s: no socket, file, thread, timer, listener or module for sending',
    async (name, { env, config }) => {
      const home = testHome(config);
      const before = tree(home.folder);
      const plain = await watch(host(ANY_MODULE), home, env);
      const off = await watch(host(LIBRARY(false)), home, env);
      expect(off.sockets).toEqual([]);
      expect(off.changed).toEqual([]);
      // Besides the folder in which config.json is, nothing else is even looked at.
      const { folder, config: file } = home.paths;
      expect(off.looked.filter((path) => ![folder, file, POLICY_PATH].includes(path))).toEqual([]);
      expect(off.looked).toEqual(hasStrace ? expect.arrayContaining([file, POLICY_PATH]) : []);
      // Node starts a few threads of its own, not always at the same moment.
      expect(off.started).toBeLessThanOrEqual(plain.started + 1);
      expect(off.threads).toBe(plain.threads);
      expect(off.timers).toBe(plain.timers);
      expect(off.resources).toEqual(plain.resources);
      expect(off.listeners).toEqual(plain.listeners);
      const more = off.modules.filter((module) => !plain.modules.includes(module));
      expect(
        more.filter((module) =>
          /\b(net|tls|http\w*|https|dns|undici|fetch|tcp_wrap|pipe_wrap|cares_wrap|worker\w*|child_process|cluster|dgram|inspector)\b/.test(
            module,
          ),
        ),
      ).toEqual([]);
      const { 'strace.log': _, ...after } = tree(home.folder);
      expect(after).toEqual(before);
      report(`off, ${name}`, { systemCalls: hasStrace ? 'watched' : 'not watched', modules: more.length });
    },
  );

  test.runIf(hasStrace)('the hint flag is the only thing that is ever written while off', async () => {
    const home = testHome();
    const off = await watch(host(LIBRARY(true)), home);
    expect(off.sockets).toEqual([]);
    expect(off.changed.length).toBeGreaterThan(0);
    const paths = off.changed.flatMap((line) =>
      [...line.matchAll(/"([^"]*)"/g)].map(([, path = '']) => path.slice(home.folder.length)),
    );
    expect(
      paths.filter(
        (path) => !/^\/\.dot-ai(\/(config\.json|\.analytics-tmp-[\w.-]+|config\.json\.analytics-lock))?$/.test(path),
      ),
    ).toEqual([]);
    expect(JSON.parse(tree(home.folder)['.dot-ai/config.json'] ?? '')).toEqual({
      analyticsHintShown: true,
      analyticsOffered: { host: 'http://127.0.0.1:9', key: 'k' },
    });
  });

  test('a server notices an opt-in by itself', async () => {
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

  test.each([
    ['torn', '{"analytics": tr'],
    ['another type', '{"analytics": "yes"}'],
  ])('P2: a file that can no longer be understood stops counting, and destroys nothing: %s', async (_name, text) => {
    const home = testHome({ analytics: true });
    const { analytics, use } = testTracker(home);
    await use('query', 3);
    const before = tree(home.paths.data);
    writeConfig(home.paths, text);
    await nextLook();
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
