import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { listSpool } from '../../../src/core/record/spool-files.js';
import { countedRows, countedTool } from '../../support/counted.js';
import { type TestHome, testHome } from '../../support/home.js';
import { nextLook, testTracker, vocabulary } from '../../support/tracker.js';

const refuse = () => {
  throw new Error('a trap');
};

describe.each([
  ['off', { analytics: false }],
  ['on', { analytics: true }],
])('P6: run() returns and throws what the work does, %s', (_name, config) => {
  const start = () => {
    const home = testHome(config);
    const { analytics } = testTracker(home);
    return { home, session: analytics.session() };
  };

  test('a promise, untouched', async () => {
    const promise = Promise.resolve({});
    expect(start().session.run('query', () => promise)).toBe(promise);
  });

  test.each([[undefined], [null], [7], ['x'], [{}], [new Proxy({}, { get: refuse, has: refuse })]])(
    'a value: %#',
    (value) => {
      expect(start().session.run('query', () => value)).toBe(value);
    },
  );

  test('a foreign thenable, without asking it', () => {
    let asked = 0;
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: a query builder has one
      then() {
        asked += 1;
      },
    };
    expect(start().session.run('query', () => thenable)).toBe(thenable);
    expect(asked).toBe(0);
  });

  test('a promise whose own then throws', () => {
    const promise = Object.defineProperty(Promise.resolve(1), 'then', { value: refuse });
    expect(start().session.run('query', () => promise)).toBe(promise);
  });

  test('a promise of a class whose constructor ignores its executor', async () => {
    class Lazy extends Promise<unknown> {
      constructor(executor: unknown) {
        super((resolve) => (typeof executor === 'string' ? resolve(executor) : undefined));
      }
    }
    const promise = new Lazy('x');
    expect(start().session.run('query', () => promise)).toBe(promise);
  });

  test('an error, thrown or rejected', async () => {
    const error = new Error('x');
    const { session } = start();
    expect(() =>
      session.run('query', () => {
        throw error;
      }),
    ).toThrow(error);
    await expect(session.run('query', () => Promise.reject(error))).rejects.toBe(error);
  });
});

test('each call is counted once, with its outcome', async () => {
  const home = testHome({ analytics: true });
  const { analytics } = testTracker(home, { classify: (result) => (result === 'soft' ? 'kubernetes' : undefined) });
  const session = analytics.session();
  await session.run('query', async () => 'fine');
  session.run('query', () => 'fine');
  await session.run('query', async () => 'soft');
  await session.run('query', async () => ({ isError: true }));
  await session.run('query', () => Promise.reject(Object.assign(new Error('x'), { code: 401 }))).catch(() => {});
  expect(countedTool(home.paths, vocabulary, 'query')).toEqual({
    invocations: 5,
    successes: 2,
    failures: 3,
    failures_authentication: 1,
    failures_kubernetes: 1,
    failures_operation: 1,
  });
  await analytics.close();
});

test('a classify that throws is ignored, and isError still counts', async () => {
  const home = testHome({ analytics: true });
  const { analytics } = testTracker(home, { classify: refuse });
  await analytics.session().run('query', async () => ({ isError: true }));
  await analytics.session().run('query', async () => ({}));
  expect(countedTool(home.paths, vocabulary, 'query')).toMatchObject({ successes: 1, failures_operation: 1 });
  await analytics.close();
});

test('P3: a dynamic name goes through tool(), and an undeclared one is "other"', async () => {
  const home = testHome({ analytics: true });
  const { analytics } = testTracker(home);
  expect(analytics.tool('query')).toBe('query');
  expect(analytics.tool('my-cluster')).toBe('other');
  await analytics.session().run('my-cluster' as 'query', async () => ({}));
  analytics.feature('my-feature' as 'chooseSolution');
  analytics.provider('my-llm');
  expect(countedTool(home.paths, vocabulary, 'other')).toMatchObject({ invocations: 1 });
  await analytics.close();
});

test('a call that belongs to no connection is counted, but for no session and no step', async () => {
  const home = testHome({ analytics: true });
  const { analytics } = testTracker(home);
  await analytics.run('recommend', async () => ({}));
  expect(await analytics.run('query', async () => 7)).toBe(7);
  expect(() => analytics.run('query', () => expect.fail('refused'))).toThrow('refused');
  const events = new Set(countedRows(home.paths, vocabulary).map(({ event }) => event));
  expect(events).not.toContain('session_usage');
  expect(events).not.toContain('workflow_step');
  expect(countedTool(home.paths, vocabulary, 'query')).toMatchObject({ invocations: 2, successes: 1, failures: 1 });
  await analytics.close();
});

describe('what a connection called before is not recorded', () => {
  const steps = (home: TestHome) =>
    countedRows(home.paths, vocabulary)
      .filter(({ event }) => event === 'workflow_step' || event === 'session_usage')
      .map(({ properties }) => properties);
  const anew = [{ sessions_1_tool: 1 }, { from: 'start', to: 'recommend', count: 1 }];

  test('P10: after its counts were deleted, also by a call that was under way', async () => {
    const home = testHome({ analytics: true });
    const { analytics } = testTracker(home);
    const session = analytics.session();
    await session.run('query', async () => ({}));
    const call = session.begin('recommend');
    rmSync(home.paths.data, { recursive: true });
    await nextLook();
    call.end('success');
    expect(steps(home)).toEqual(anew);
    await session.run('query', async () => ({})); // and the chain goes on from there
    expect(steps(home)).toContainEqual({ from: 'recommend', to: 'query', count: 1 });
    expect(steps(home)).toContainEqual({ sessions_2_tools: 1 });
    await analytics.close();
  });

  test('P4: on another day, also by a call that was under way at midnight', async () => {
    const home = testHome({ analytics: true });
    const { analytics, clock } = testTracker(home, {}, { now: '2026-11-23T23:59:59Z' });
    const session = analytics.session();
    await session.run('query', async () => ({}));
    const call = session.begin('recommend');
    clock.advance(2_000);
    call.end('success');
    for (const { path, day } of listSpool(home.paths)) if (day === '2026-11-23') rmSync(path);
    expect(steps(home)).toEqual(anew);
    await analytics.close();
  });
});

test('dot-ai’s soft failures are failures, and a long or different text costs nothing', () => {
  const { classify } = vocabulary;
  const text = (value: string) => ({ content: [{ type: 'text', text: value }] });
  expect(classify(text('{"success": false, "error": "x"}'))).toBe('operation');
  expect(classify(text('{\n  "success": false\n}'))).toBe('operation');
  for (const status of ['failed', 'error']) expect(classify(text(`{"status":"${status}"}`))).toBe('operation');
  expect(classify(text('{"error":"FORBIDDEN","message":"x"}'))).toBe('authorization');
  expect(classify(text('{"status":"success","pods":[{"status":"failed"}],"error":null}'))).toBeUndefined();
  expect(classify({ success: false })).toBe('operation');
  expect(classify(text('{"success":true}'))).toBeUndefined();
  expect(classify(text('{"steps":[{"success":false}],"success":true}'))).toBeUndefined();
  expect(classify(text('it says "success": false'))).toBeUndefined();
  expect(classify(text('{"success": false'))).toBeUndefined();
  expect(classify(text(`{"success":false,"x":"${'x'.repeat(100_000)}"}`))).toBeUndefined();
  for (const odd of [undefined, null, 7, {}, { content: [] }, { content: [{ type: 'image' }] }])
    expect(classify(odd)).toBeUndefined();
});
