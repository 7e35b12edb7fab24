import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/core/consent/config-file.js';
import { decide } from '../../../src/core/consent/decide.js';
import { LAYERS } from '../../../src/core/consent/layers.js';
import { NO_POLICY } from '../../../src/core/consent/policy.js';

const config = (text: string) => parseConfig('config.json', Buffer.from(text));
const YES = config('{"analytics": true}');
const NO = config('{"analytics": false}');
const SILENT = config('{}');

describe('every row of the consent table', () => {
  test.each([
    // environment, config, decided by, on?
    [{}, SILENT, 'default', false],
    [{}, YES, 'config', true],
    [{}, NO, 'config', false],
    [{}, config('{"analytics": "true"}'), 'config', false],
    [{}, config('{"analytics": 1}'), 'config', false],
    [{}, config('{"analytics": null}'), 'config', false],
    [{}, config('{"analytics": [true]}'), 'config', false],
    [{}, config('{"Analytics": true}'), 'default', false],
    [{}, config('{"analytics": true, "analytics": false}'), 'config', false],
    [{}, config('{"analytics": true, "\\u0061nalytics": true}'), 'config', false],
    [{}, config('{"analytics": true, "analyticsSchema": 1, "analyticsSchema": 1}'), 'config', false],
    [{}, config('{"analyticsHintShown": true, "analytics": true, "analyticsHintShown": true}'), 'config', false],
    [{}, config('{"analytics": true, "analyticsDestination": {}, "analyticsDestination": {}}'), 'config', false],
    [
      {},
      config('{"analytics": true, "other": 1, "other": 2, "more": {"analytics": 1, "analytics": 2}}'),
      'config',
      true,
    ],
    [{}, config('{"analytics": true, "analyticsRecipient": "https://a.example"}'), 'config', false],
    [
      {},
      config('{"analytics": true, "analyticsRecipient": {"host": "https://a.example", "key": "k"}}'),
      'config',
      true,
    ],
    [{}, config('[{"analytics": true}]'), 'config', false],
    [{}, config('true'), 'config', false],
    [{}, config(''), 'config', false],
    [{}, config('{"analytics": true'), 'config', false],
    [{}, config('{"analytics": true} // yes'), 'config', false],
    [{}, config('\uFEFF{"analytics": true}'), 'config', true],
    [{}, config('{"__proto__": {"analytics": true}}'), 'default', false],
    [{}, config('{"analytics": true, "analyticsSchema": 1}'), 'config', true],
    [{}, config('{"analytics": true, "analyticsSchema": 2}'), 'config', false],
    [{}, config('{"analytics": true, "analyticsSchema": "1"}'), 'config', false],
    [{}, config('{"analytics": true, "analyticsSchema": 0}'), 'config', false],
    [{}, config('{"analytics": true, "analyticsSchema": 1.5}'), 'config', false],
    [{ DO_NOT_TRACK: '1' }, YES, 'DO_NOT_TRACK', false],
    [{ DO_NOT_TRACK: 'no' }, YES, 'DO_NOT_TRACK', false],
    [{ DO_NOT_TRACK: ' ' }, YES, 'DO_NOT_TRACK', false],
    [{ DO_NOT_TRACK: '' }, YES, 'config', true],
    [{ DO_NOT_TRACK: '0' }, YES, 'config', true],
    [{ DO_NOT_TRACK: 'false' }, YES, 'config', true],
    [{ DOT_AI_TELEMETRY: 'false' }, YES, 'DOT_AI_TELEMETRY', false],
    [{ DOT_AI_TELEMETRY: ' NO ' }, YES, 'DOT_AI_TELEMETRY', false],
    [{ DOT_AI_TELEMETRY: '0' }, YES, 'DOT_AI_TELEMETRY', false],
    [{ DOT_AI_TELEMETRY: 'off' }, YES, 'DOT_AI_TELEMETRY', false],
    [{ DOT_AI_TELEMETRY: 'false', DOT_AI_ANALYTICS: 'true' }, NO, 'DOT_AI_ANALYTICS', true],
    [{ DOT_AI_TELEMETRY: 'true' }, SILENT, 'default', false],
    [{ DOT_AI_ANALYTICS: 'true' }, SILENT, 'DOT_AI_ANALYTICS', true],
    [{ DOT_AI_ANALYTICS: ' On ' }, NO, 'DOT_AI_ANALYTICS', true],
    [{ DOT_AI_ANALYTICS: 'YES' }, SILENT, 'DOT_AI_ANALYTICS', true],
    [{ DOT_AI_ANALYTICS: '1' }, SILENT, 'DOT_AI_ANALYTICS', true],
    [{ DOT_AI_ANALYTICS: 'off' }, YES, 'DOT_AI_ANALYTICS', false],
    [{ DOT_AI_ANALYTICS: 'maybe' }, YES, 'DOT_AI_ANALYTICS', false],
    [{ DOT_AI_ANALYTICS: '' }, YES, 'DOT_AI_ANALYTICS', false],
    [{ CI: 'true' }, YES, 'ci', false],
    [{ GITHUB_ACTIONS: 'true' }, YES, 'ci', false],
    [{ CI: 'false' }, YES, 'config', true],
    [{ CI: 'true' }, SILENT, 'default', false],
    [{ CI: 'true' }, NO, 'config', false],
    [{ CI: 'true', DOT_AI_ANALYTICS: 'true' }, SILENT, 'DOT_AI_ANALYTICS', true],
  ] as const)('%j with %o', (env, file, decidedBy, enabled) => {
    expect(decide(NO_POLICY, env, file)).toMatchObject({ decidedBy, enabled, acceptedSchema: enabled ? 1 : null });
  });
});

describe('every pair of layers in conflict: the earlier one decides', () => {
  const says = {
    DO_NOT_TRACK: { off: { DO_NOT_TRACK: '1' } },
    DOT_AI_TELEMETRY: { off: { DOT_AI_TELEMETRY: 'false' } },
    DOT_AI_ANALYTICS: { on: { DOT_AI_ANALYTICS: 'true' }, off: { DOT_AI_ANALYTICS: 'false' } },
    ci: { off: { CI: '1' } },
  } as const;
  const files = { on: YES, off: NO };

  const environments = Object.entries(says).flatMap(([layer, verdicts]) =>
    Object.entries(verdicts).map(([verdict, env]) => ({ layer, verdict, env })),
  );
  const order = (layer: string) => LAYERS.indexOf(layer as (typeof LAYERS)[number]);

  for (const a of environments) {
    for (const b of environments) {
      if (order(a.layer) >= order(b.layer)) continue;
      for (const [file, state] of Object.entries(files)) {
        test(`${a.layer} ${a.verdict}, ${b.layer} ${b.verdict}, config ${file}`, () => {
          const consent = decide(NO_POLICY, { ...a.env, ...b.env } as NodeJS.ProcessEnv, state);
          expect(consent).toMatchObject({ decidedBy: a.layer, enabled: a.verdict === 'on' });
        });
      }
    }
  }
});

test('an environment value that is not understood causes a warning', () => {
  const { layers } = decide(NO_POLICY, { DOT_AI_ANALYTICS: 'enabled' }, YES);
  expect(layers.find(({ layer }) => layer === 'DOT_AI_ANALYTICS')?.warning).toMatch(/means off/);
});
