import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { tryReadText } from '../../platform/files.js';

/*
 * The lookup of the system (getaddrinfo) cannot be canceled. If a name server does not answer, it keeps the process
 * alive for ten seconds, even after process.exit(). This lookup asks the name servers itself, has a timeout, and can be
 * canceled. It does not know mDNS or a VPN's split DNS: a server cannot resolve such names, and its reports wait.
 * `dot-ai-analytics send` uses the lookup of the system.
 */

/** Shorter than the time that `close()` may take. */
const TIMEOUT_MS = 700;
const MAX_BYTES = 1024 * 1024;

/** Creates the lookup for one request. It ends when `signal` is aborted. */
export function createLookup(signal: AbortSignal): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, signal).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all || first === undefined) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

/** Resolves to at least one address, IPv4 before IPv6. */
async function resolve(hostname: string, signal: AbortSignal): Promise<LookupAddress[]> {
  const known = hostname === 'localhost' ? '127.0.0.1' : fromHostsFile(hostname);
  if (known !== undefined) return [toAddress(known)];
  const { Resolver } = await import('node:dns/promises');
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    // In Kubernetes a service has a short name below one of the search domains. A name that resolves as it is never
    // tries the search domains.
    for (const name of [hostname, ...searchDomains().map((domain) => `${hostname}.${domain}`)]) {
      const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.map(toAddress) : []));
      if (found.length > 0) return found;
      if (signal.aborted) break;
    }
    throw Object.assign(new Error('the name does not resolve'), { code: 'ENOTFOUND' });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function toAddress(address: string): LookupAddress {
  return { address, family: address.includes(':') ? 6 : 4 };
}

function fromHostsFile(hostname: string): string | undefined {
  const path = process.platform === 'win32' ? `${process.env.SystemRoot}\\System32\\drivers\\etc\\hosts` : '/etc/hosts';
  return fieldsOf(path).find(([, ...names]) => names.includes(hostname))?.[0];
}

function searchDomains(): string[] {
  return (
    fieldsOf('/etc/resolv.conf')
      .findLast(([keyword]) => keyword === 'search')
      ?.slice(1) ?? []
  );
}

function fieldsOf(path: string): string[][] {
  const lines = (tryReadText(path, MAX_BYTES, true) ?? '').split('\n');
  return lines.map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
}
