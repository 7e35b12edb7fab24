import { describe, expect, test } from 'vitest';
import { MISSING, parseConfig } from '../../../src/core/consent/config-file.js';
import type { Endpoint } from '../../../src/core/consent/destination.js';
import { NO_POLICY } from '../../../src/core/consent/policy.js';
import { decideRecipient, offeredRecipient, type RecipientFacts } from '../../../src/core/consent/recipient.js';

const at = (name: string): Endpoint => ({ host: `https://${name}.example`, key: `phc_${name}` });
const [a, b, c] = [at('a'), at('b'), at('c')];
const config = (value: object) =>
  parseConfig('config.json', Buffer.from(JSON.stringify({ analytics: true, ...value })));
const environment = ({ host, key }: Endpoint) => ({ DOT_AI_ANALYTICS_HOST: host, DOT_AI_ANALYTICS_KEY: key });

const NOTHING: RecipientFacts = {
  policy: NO_POLICY,
  env: {},
  config: MISSING,
  declared: undefined,
  recorded: undefined,
  pinned: undefined,
  pending: undefined,
  isDamaged: false,
};

/** Where it may send, who is in force, and who waits; each by its host. */
const decided = (facts: Partial<RecipientFacts>) => {
  const { destination, recipient, pending } = decideRecipient({ ...NOTHING, ...facts });
  return [destination, recipient, pending].map((one) => one && new URL(one.host).hostname.split('.')[0]);
};

describe('P11: a server sends only to the recipient in force', () => {
  test.each<[string, Partial<RecipientFacts>, (string | null)[]]>([
    ['nobody is known', {}, [null, null, null]],
    ['the first server', { declared: a }, ['a', 'a', null]],
    ['the first server again', { declared: a, recorded: a, pinned: a }, ['a', 'a', null]],
    ['a second server, before the first one sent', { declared: b, recorded: a }, [null, 'a', 'b']],
    ['a second server', { declared: b, recorded: a, pinned: a }, [null, 'a', 'b']],
    ['a server without a destination', { recorded: a, pinned: a }, ['a', 'a', null]],
    ['the environment, first', { env: environment(b), declared: a, recorded: a }, ['b', 'b', null]],
    ['the environment, while another is pinned', { env: environment(b), declared: a, pinned: a }, [null, 'a', 'b']],
    ['the server, while the environment’s is pinned', { declared: a, recorded: a, pinned: b }, [null, 'b', 'a']],
    ['the user’s choice', { config: config({ analyticsDestination: c }), declared: a, pinned: a }, ['c', 'c', null]],
    [
      'the environment, against the user’s choice for the home',
      { config: config({ analyticsDestination: c }), env: environment(b), pinned: c },
      [null, 'c', 'b'],
    ],
    ['what enable accepted', { config: config({ analyticsRecipient: b }), declared: b, pinned: a }, ['b', 'b', null]],
    ['another than enable accepted', { config: config({ analyticsRecipient: b }), declared: a }, [null, 'b', 'a']],
    ['the command line, while a server waits', { recorded: a, pinned: a, pending: b }, ['a', 'a', 'b']],
    ['the command line, after the environment’s was pinned', { recorded: a, pinned: b }, ['b', 'b', null]],
    ['the same origin at another path', { declared: { ...a, host: `${a.host}/ingest` }, pinned: a }, ['a', 'a', null]],
    ['the same origin with another key', { declared: { ...a, key: 'other' }, pinned: a }, [null, 'a', 'a']],
    ['an invalid one in the environment', { env: { DOT_AI_ANALYTICS_KEY: 'k' }, pinned: a }, [null, null, null]],
    ['only the hint named one', { config: config({ analyticsOffered: a }) }, [null, null, null]],
  ])('%s', (_name, facts, expected) => {
    expect(decided(facts)).toEqual(expected);
  });

  test.each(['{', '[]', '{"analyticsRecipient": 1}', '{"analyticsSchema": 2}'])(
    'a config.json that cannot be understood stops sending, whoever enabled analytics: %s',
    (text) => {
      const facts = { ...NOTHING, config: parseConfig('config.json', Buffer.from(text)), declared: a, pinned: a };
      expect(decideRecipient(facts)).toMatchObject({ destination: null, problem: expect.any(String) });
    },
  );

  test('a policy filters, and names nobody', () => {
    const policy = { ...NO_POLICY, state: 'ok', destination: a } as const;
    expect(decided({ policy })).toEqual([null, null, null]);
    expect(decided({ policy, declared: a })).toEqual(['a', 'a', null]);
    expect(decided({ policy, declared: b })).toEqual([null, null, null]);
    expect(decided({ policy, config: config({ analyticsDestination: c }), declared: a })[0]).toBeNull();
    expect(decideRecipient({ ...NOTHING, policy, declared: b }).problem).toMatch(/allows only https:\/\/a\.example$/);
  });

  test('a damaged recipient.json may name another one: nobody gets anything, unless the user named somebody', () => {
    expect(decided({ isDamaged: true, declared: b })).toEqual([null, 'b', null]);
    expect(decided({ isDamaged: true, declared: b, config: config({ analyticsRecipient: b }) })[0]).toBe('b');
  });

  test.each(['unreadable', 'invalid'] as const)('a policy that is %s may filter: nobody gets anything', (state) => {
    const policy = { ...NO_POLICY, state, problem: 'it cannot be read' };
    expect(decideRecipient({ ...NOTHING, policy, declared: a })).toMatchObject({ destination: null, isRefused: true });
  });

  test('an opt-in accepts what waits, else what is in force, else what the hint named', () => {
    const offered = (facts: Partial<RecipientFacts>) =>
      offeredRecipient(decideRecipient({ ...NOTHING, ...facts }), facts.config ?? MISSING);
    const file = config({ analyticsOffered: c });
    expect(offered({ config: file })).toEqual(c);
    expect(offered({ config: file, recorded: a })).toEqual(a);
    expect(offered({ config: file, recorded: a, pending: b })).toEqual(b);
    expect(offered({})).toBeNull();
    const policy = { ...NO_POLICY, state: 'ok', destination: a } as const;
    expect(offered({ policy, recorded: a, pending: b })).toEqual(a);
    expect(decideRecipient({ ...NOTHING, policy, config: file })).toMatchObject({ isRefused: true });
    expect(decideRecipient({ ...NOTHING, policy, config: config({ analyticsOffered: a }) }).isRefused).toBe(false);
  });
});
