import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/core/consent/config-file.js';
import { decide } from '../../../src/core/consent/decide.js';
import { parsePolicy, readPolicy } from '../../../src/core/consent/policy.js';
import { testHome } from '../../support/home.js';

const policy = (text: string) => parsePolicy('policy.json', Buffer.from(text));
const YES = parseConfig('config.json', Buffer.from('{"analytics": true}'));
const ONLY = { host: 'https://only.example', key: 'k' };

/** Each environment, with the verdict where no policy restricts. */
const ENVIRONMENTS: [NodeJS.ProcessEnv, boolean][] = [
  [{}, true],
  [{ DOT_AI_ANALYTICS: 'true' }, true],
  [{ DOT_AI_ANALYTICS: 'false' }, false],
  [{ DO_NOT_TRACK: '1' }, false],
  [{ DOT_AI_TELEMETRY: 'false' }, false],
  [{ CI: 'true' }, false],
];

describe('P2: the policy of the machine can only restrict', () => {
  test.each([
    '{"analytics": false}',
    '{"analytics": null}',
    '{"analytics": "true"}',
    '{"analytics": 1}',
    '{"analytics": [true]}',
    '{"analytics": true, "analytics": true}',
    '{"destination": "https://only.example"}',
    '{"destination": {"host": "http://only.example", "key": "k"}}',
    '{"destination": {"host": "https://only.example"}}',
    '[]',
    'true',
    '',
    '\0',
  ])('%s: off, whatever the user says', (text) => {
    for (const [env] of ENVIRONMENTS) {
      expect(decide(policy(text), env, YES)).toMatchObject({
        enabled: false,
        decidedBy: 'policy',
        acceptedSchema: null,
      });
    }
  });

  test.each(['{}', '{"analytics": true}', '{"other": 1}', JSON.stringify({ destination: ONLY })])(
    '%s: the user decides',
    (text) => {
      for (const [env, enabled] of ENVIRONMENTS) {
        expect(decide(policy(text), env, YES).enabled).toBe(enabled);
        const { decidedBy } = decide(policy(text), env, parseConfig('c', Buffer.from('{}')));
        expect(decidedBy).not.toBe('policy');
      }
    },
  );

  test('cut at every byte, it never allows more than the whole', () => {
    const whole = Buffer.from(`${JSON.stringify({ analytics: true, destination: ONLY, other: ['é'] })}\n`);
    for (let length = 0; length < whole.length - 1; length += 1) {
      const cut = parsePolicy('policy.json', whole.subarray(0, length));
      expect(decide(cut, {}, YES).enabled, `cut at ${length}`).toBe(false);
    }
    expect(decide(parsePolicy('policy.json', whole), {}, YES).enabled).toBe(true);
  });

  test('a missing file changes nothing; one that cannot be read means off', () => {
    const { folder } = testHome();
    const path = join(folder, 'policy.json');
    expect(readPolicy(path).state).toBe('missing');
    mkdirSync(path);
    expect(decide(readPolicy(path), {}, YES)).toMatchObject({ enabled: false, decidedBy: 'policy' });
    symlinkSync(join(folder, 'gone.json'), join(folder, 'link.json'));
    expect(decide(readPolicy(join(folder, 'link.json')), {}, YES)).toMatchObject({
      enabled: false,
      decidedBy: 'policy',
    });
    writeFileSync(join(folder, 'large.json'), `{"a": "${'x'.repeat(70_000)}"}`);
    expect(decide(readPolicy(join(folder, 'large.json')), {}, YES).enabled).toBe(false);
  });
});
