import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editKey, findDuplicate } from '../../src/platform/json-text.js';

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

test('P2: any text of an object, with duplicate keys and any spacing: what JSON.parse sees changes in one key (property)', () => {
  const space = fc.constantFrom('', ' ', '\n', '\n  ', '\t', '\r\n ');
  const key = fc.oneof(
    fc.constantFrom('analytics', '\\u0061nalytics', 'a', 'x{\\",}:'),
    fc.stringMatching(/^[a-z]{0,3}$/),
  );
  const member = fc.tuple(key, fc.jsonValue(), fc.array(space, { minLength: 4, maxLength: 4 }));
  const value = fc.constantFrom('true', '"{,\\"}"', '{ "x": [1, {}] }');
  fc.assert(
    fc.property(fc.array(member), space, value, (members, inner, edit) => {
      const written = members.map(([name, held, [a, b, c, d]]) => `${a}"${name}"${b}:${c}${JSON.stringify(held)}${d}`);
      const text = `{${written.length > 0 ? written.join(',') : inner}}`;
      const { analytics: _, ...others } = JSON.parse(text);
      const names = members.map(([name]) => JSON.parse(`"${name}"`));
      const isTwice = names.filter((name) => name === 'analytics').length > 1;
      expect(findDuplicate(text, ['analytics'])?.key).toBe(isTwice ? 'analytics' : undefined);
      const set = editKey(text, 'analytics', edit);
      expect(JSON.parse(set)).toEqual({ ...others, analytics: JSON.parse(edit) });
      expect(findDuplicate(set, ['analytics'])).toBeUndefined();
      expect(JSON.parse(editKey(text, 'analytics', undefined))).toEqual(others);
      // Every other member is there as it was written, in the same order.
      let from = 0;
      for (const [index, [name, held]] of members.entries()) {
        if (names[index] === 'analytics') continue;
        from = set.indexOf(`"${name}"`, from);
        expect(from).toBeGreaterThan(-1);
        expect(set.slice(from)).toContain(JSON.stringify(held));
      }
    }),
    { numRuns: 2000 },
  );
});
