import { describe, expect, test } from 'vitest';
import { resolveDestination } from '../../../src/core/consent/destination.js';

describe('destinations', () => {
  const here = { host: 'https://eu.i.posthog.com', key: 'phc_x' };
  test.each([
    [
      { DOT_AI_POSTHOG_HOST: 'https://a.example', DOT_AI_POSTHOG_KEY: 'k' },
      here,
      here,
      'https://a.example/batch/',
      'environment',
    ],
    [{}, { host: 'https://b.example/ingest/', key: 'k' }, here, 'https://b.example/ingest/batch/', 'config'],
    [{ DOT_AI_POSTHOG_HOST: 'https://a.example' }, undefined, here, 'https://a.example/batch/', 'environment'],
    [
      { DOT_AI_ANALYTICS_HOST: 'https://c.example', DOT_AI_POSTHOG_HOST: 'https://a.example', DOT_AI_POSTHOG_KEY: 'k' },
      undefined,
      here,
      'https://c.example/batch/',
      'environment',
    ],
    [{}, undefined, here, 'https://eu.i.posthog.com/batch/', 'server'],
    [{}, undefined, { host: 'http://127.0.0.1:8377', key: 'k' }, 'http://127.0.0.1:8377/batch/', 'server'],
    [{}, undefined, { host: 'http://[::1]:8377', key: 'k' }, 'http://[::1]:8377/batch/', 'server'],
  ])('%j, %j, %j: %s from the %s', (env, config, server, url, source) => {
    expect(resolveDestination(env, config, server).destination).toMatchObject({ url, source });
  });

  test('a host alone keeps the key that is declared', () => {
    const { destination } = resolveDestination({ DOT_AI_ANALYTICS_HOST: 'https://c.example' }, undefined, here);
    expect(destination).toMatchObject({ host: 'https://c.example', key: 'phc_x' });
    expect(resolveDestination({ DOT_AI_ANALYTICS_HOST: 'https://c.example' }, undefined, undefined)).toMatchObject({
      destination: null,
      problem: expect.stringContaining('the key is missing'),
    });
  });

  test('none: counted and kept, never sent', () => {
    expect(resolveDestination({}, undefined, undefined)).toEqual({ destination: null });
  });

  test.each([
    [{ DOT_AI_POSTHOG_HOST: 'http://a.example' }, undefined],
    [{ DOT_AI_ANALYTICS_KEY: 'k', DOT_AI_POSTHOG_HOST: 'https://a.example' }, undefined],
    [{ DOT_AI_POSTHOG_KEY: 'k' }, undefined],
    [{}, { host: 'http://a.example', key: 'k' }],
    [{}, { host: 'http://127.0.0.1.evil.example', key: 'k' }],
    [{}, { host: 'https://user:pw@a.example', key: 'k' }],
    [{}, { host: 'https://a.example/?x=1', key: 'k' }],
    [{}, { host: 'file:///etc/passwd', key: 'k' }],
    [{}, { host: 'https://a.example', key: 'k\r\nx: y' }],
    [{}, { host: 'https://a.example', key: '' }],
    [{}, { host: `https://${'a.'.repeat(100)}example`, key: 'k' }],
    [{}, { host: 'https://forged.example/....https://eu.i.posthog.com', key: 'k' }],
    [{}, 'https://a.example'],
    [{}, null],
  ])('%j %j cannot be used, and is not replaced by another', (env, config) => {
    const { destination, problem } = resolveDestination(env, config, here);
    expect(destination).toBeNull();
    expect(problem).toBeDefined();
  });
});
