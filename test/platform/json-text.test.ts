import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editKey } from '../../src/platform/json-text.js';

test('any object, any spacing: only the key changes (property)', () => {
  const key = fc.string().filter((name) => name !== 'analytics' && name !== '__proto__');
  const object = fc.dictionary(key, fc.jsonValue());
  const space = fc.constantFrom(undefined, 0, 1, 2, 4, '\t');
  fc.assert(
    fc.property(object, space, fc.option(fc.jsonValue(), { nil: undefined }), (value, indent, old) => {
      const text = JSON.stringify(old === undefined ? value : { ...value, analytics: old }, null, indent);
      const before = JSON.parse(text); // without -0, which JSON does not know
      const { analytics: _, ...others } = before;
      const edited = editKey(text, 'analytics', 'true');
      expect(JSON.parse(edited)).toEqual({ ...before, analytics: true });
      expect(JSON.parse(editKey(edited, 'analytics', undefined))).toEqual(others);
      expect(JSON.parse(editKey(text, 'absent-key', undefined))).toEqual(before);
      expect(editKey(edited, 'analytics', 'true')).toBe(edited);
    }),
    { numRuns: 1000 },
  );
});

test('a key that occurs twice is left once, so that every reader takes the same', () => {
  expect(editKey('{"analytics": true, "a": 1, "analytics": true}', 'analytics', 'false')).toBe(
    '{"a": 1, "analytics": false}',
  );
});
