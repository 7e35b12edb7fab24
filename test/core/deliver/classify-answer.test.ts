import { expect, test } from 'vitest';
import { isOverQuota, judge, retryAfterMs } from '../../../src/core/deliver/classify-answer.js';

const answer = (status: number, body = '', contentType?: string) => ({
  status,
  body,
  contentType,
  retryAfter: undefined,
});

test.each([
  ['7200', 7_200_000],
  ['0', 0],
  ['Wed, 25 Nov 2026 16:38:50 GMT', undefined],
  ['2026-11-25T16:38:50', undefined],
  ['-1', undefined],
  ['1'.repeat(8000), undefined],
])('P4: of Retry-After only seconds count: a date would tell of clock and zone (%s)', (retryAfter, wait) => {
  expect(retryAfterMs({ ...answer(429), retryAfter })).toBe(wait);
});

test.each([
  ['PostHog took it', answer(200, '{"status":1}'), 'delivered'],
  ['PostHog took it, newer', answer(200, '{"status":"Ok"}'), 'delivered'],
  ['PostHog took it, nothing is limited', answer(200, '{"status":"Ok","quota_limited":[]}'), 'delivered'],
  ['PostHog dropped it: over quota', answer(200, '{"status":"Ok","quota_limited":["events"]}'), 'retry'],
  ['PostHog took it, no limit is named', answer(200, '{"status":1,"quota_limited":null}'), 'delivered'],
  ['a limit that is no list', answer(200, '{"status":1,"quota_limited":"events"}'), 'retry'],
  ['a captive portal', answer(200, '<html>'), 'retry'],
  ['a success without a word', answer(204), 'retry'],
  ['a redirect', answer(302), 'retry'],
  ['PostHog refuses it', answer(400, 'invalid payload', 'text/plain'), 'rejected'],
  ['PostHog finds it too large', answer(413, 'too large'), 'rejected'],
  ['a proxy refuses it with a page', answer(400, '\n<!doctype html>', 'text/plain'), 'retry'],
  ['a proxy refuses it with HTML', answer(413, 'Request Entity Too Large', 'text/html; charset=utf-8'), 'retry'],
  ['a collector that does not know a name yet', answer(422, '{"detail":"batch.0"}'), 'retry'],
  ['too many requests', answer(429), 'retry'],
  ['a server that is down', answer(503), 'retry'],
  ['a key that is not accepted', answer(401), 'unauthorized'],
  ['a proxy or a gateway that forbids it', answer(403, '<html>', 'text/html'), 'unauthorized'],
] as const)('%s: %j is %s', (_what, given, verdict) => {
  expect(judge(given)).toBe(verdict);
});

test.each([
  ['{"status":1,"quota_limited":["events"]}', 200, true],
  ['{"status":1,"quota_limited":[]}', 200, false],
  ['{"status":1}', 200, false],
  ['<html>', 200, false],
  ['{"quota_limited":["events"]}', 503, false],
])('%s with %i names a used-up quota: %s', (body, status, expected) => {
  expect(isOverQuota(answer(status, body))).toBe(expected);
});
