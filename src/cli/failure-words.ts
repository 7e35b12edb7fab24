import type { Result } from '../core/deliver/attempt.js';
import { isOverQuota } from '../core/deliver/classify-answer.js';

/** What people are told of a report that is kept. Neither sentence has a full stop. */
export interface Words {
  readonly reason: string;
  /** What they can do; null if nothing. */
  readonly remedy: string | null;
}

const words = (reason: string, remedy: string | null = null): Words => ({ reason, remedy });

/** Why a report is kept, in words, and what to do. */
export function failureInWords({ obstacle, reason, answer }: Result): Words {
  if (answer !== undefined) return isOverQuota(answer) ? OVER_QUOTA : answerInWords(answer.status);
  switch (obstacle) {
    case 'off':
      return OFF;
    case 'recipient':
      return words('another recipient is in force now', 'dot-ai-analytics status names it');
    case 'stopped':
      return words(
        'it was interrupted before the destination answered',
        'If it arrived, the destination recognizes it when it is sent again',
      );
    case 'home':
      return words(`the folder of the data cannot be written, because ${reason}`, 'Correct that, then send again');
    case 'report':
      return words(
        `it cannot be sent, because ${reason}`,
        'It was changed by hand, or by another version; it will be dropped by its age',
      );
    default:
      return networkInWords(reason);
  }
}

/** The same of an attempt that was noted: `HTTP 503` or a code. */
export function notedInWords(reason: string): string {
  const [, status] = /^HTTP (\d{3})$/.exec(reason) ?? [];
  return (status === undefined ? networkInWords(reason) : answerInWords(Number(status))).reason;
}

export const OFF = words('analytics was turned off meanwhile', 'dot-ai-analytics status says what decides');

/** Why a report is kept that was not tried. */
export const NOT_TRIED = {
  failed: words('it was not tried, because the attempt before it failed'),
  stopped: words('it was not tried, because of the interruption'),
  again: words('another process had it, and put it back', 'Send again'),
} as const;

/** @param asked why the destination asked for time, as the pace notes it: `HTTP 503` */
export function askedInWords(asked: string, time: string): Words {
  return words(`the destination answered ${asked.replace(/^HTTP /, '')} and asked to wait until ${time}`);
}

const OVER_QUOTA = words(
  'the destination answered that the quota of the project is used up',
  'Raise the limit in the billing settings of the project, or wait for the next billing period',
);

function answerInWords(status: number): Words {
  if (status === 401)
    return words('the destination refuses the project key (401)', 'Correct the key where the destination is set');
  // PostHog's ingestion answers 401, never 403.
  if (status === 403)
    return words(
      'something on the way forbids the request (403): a proxy, a firewall, or a gateway in front of the destination',
      'Check the network and the host; if both are right, check the key',
    );
  if (status >= 200 && status < 300)
    return words(
      `the destination answered ${status}, but not as one that took the report`,
      'A login page of this network or a proxy answers so',
    );
  if (status >= 300 && status < 400)
    return words(
      `the destination redirects to another address (${status}), which is not followed`,
      'Set the address that it redirects to as the host, if you trust it',
    );
  if (status === 404 || status === 405)
    return words(`the destination answered ${status}: it receives no reports at this address`, 'Check the host');
  if (status === 422)
    return words(
      'the destination does not know a name, a field or the day yet (422)',
      'Give the collector the names of this server (--vocabulary), or a later version',
    );
  if (status === 400 || status === 413)
    return words(`a page came with the answer ${status}, probably from a proxy on the way`, 'Check the network');
  return words(`the destination answered ${status}`, status >= 500 || status === 429 ? null : 'Check the host');
}

const NETWORK = 'Check the network';
const NO_NAME = words('the name of the host does not resolve', 'Check the host and the network');
const CLOSED = words('the connection was closed before an answer', NETWORK);
const NO_WAY = words('no network leads to the host', NETWORK);
const UNTRUSTED = words(
  'the certificate of the host is not trusted here',
  'If it is signed by an authority of your own, name that one in NODE_EXTRA_CA_CERTS',
);
const NO_TLS = words('the host does not speak TLS at this port', 'Check the host and the port');

/** By the code of the system, of Node, of OpenSSL, or of `deliver/post.ts`. */
const BY_CODE: Readonly<Record<string, Words>> = {
  ENOTFOUND: NO_NAME,
  EAI_AGAIN: NO_NAME,
  ECONNREFUSED: words(
    'nothing listens at the address of the destination',
    'Check the host and the port, or start what should listen there',
  ),
  NO_ANSWER: words('the destination did not answer within 3 s', NETWORK),
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  ETIMEDOUT: words('the host cannot be reached', NETWORK),
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  ENETDOWN: NO_WAY,
  EADDRNOTAVAIL: NO_WAY,
  CERT_HAS_EXPIRED: words('the certificate of the host has expired', 'Tell its owner, and check the clock here'),
  CERT_NOT_YET_VALID: words('the certificate of the host is not valid yet', 'Check the clock here'),
  ERR_TLS_CERT_ALTNAME_INVALID: words('the certificate is that of another host', 'Check the host'),
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
};

function networkInWords(reason: string): Words {
  return Object.hasOwn(BY_CODE, reason)
    ? (BY_CODE[reason] as Words)
    : words(`the connection failed: ${reason}`, NETWORK);
}

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'HTTP_PROXY', 'http_proxy'];

/** The first variable that names a proxy, which is not used. */
export function unusedProxy(env: NodeJS.ProcessEnv): string | undefined {
  return PROXY_VARIABLES.find((name) => env[name]);
}
