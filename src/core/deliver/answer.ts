/** The answer of the destination. */
export interface Answer {
  readonly status: number;
  /** The value of the header, unparsed. */
  readonly retryAfter: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** PostHog's answers are tiny. Of everything that a destination sends, no more is read. */
export const MAX_ANSWER_BYTES = 32 * 1024;
/** Reading each one takes time of the host. */
const MAX_INTERIM_ANSWERS = 8;

/**
 * Reads an HTTP/1.1 answer (RFC 9112) from the bytes that have arrived so far.
 *
 * @param isOver whether nothing more will come: the end of a body without a length
 * @returns undefined while a part is missing
 * @throws where the bytes are no answer
 */
export function parseAnswer(bytes: Buffer, isOver: boolean): Answer | undefined {
  const text = bytes.toString('latin1');
  let at = 0;
  for (let interim = 0; ; interim += 1) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end === -1) {
      if (isOver) throw new Error('the answer is not whole');
      return undefined;
    }
    const { status, headers } = parseHead(text.slice(at, end));
    at = end + 4;
    if (status >= 200) {
      const body = bodyOf(text.slice(at), status, headers, isOver || bytes.length >= MAX_ANSWER_BYTES);
      if (body === undefined) return undefined;
      return {
        status,
        retryAfter: headers.get('retry-after'),
        contentType: headers.get('content-type'),
        body: Buffer.from(body, 'latin1').toString('utf8'),
      };
    }
    if (status === 101 || interim >= MAX_INTERIM_ANSWERS)
      throw new Error(`more than ${MAX_INTERIM_ANSWERS} interim answers`);
  }
}

function parseHead(head: string): { readonly status: number; readonly headers: ReadonlyMap<string, string> } {
  const [first = '', ...lines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1]);
  if (!(status >= 100)) throw new Error('what arrived is no HTTP/1.1 answer');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error('a header of the answer is malformed');
    // Of repeated headers the first counts; two lengths that differ are an error.
    const key = name.toLowerCase();
    if (key === 'content-length' && headers.has(key) && headers.get(key) !== value)
      throw new Error('the answer has two lengths');
    if (!headers.has(key)) headers.set(key, value);
  }
  return { status, headers };
}

/** @param isCut whether nothing more is read. A long body is cut: the beginning of a page is enough to recognize it. */
function bodyOf(
  rest: string,
  status: number,
  headers: ReadonlyMap<string, string>,
  isCut: boolean,
): string | undefined {
  if (status === 204 || status === 304) return '';
  if (headers.has('transfer-encoding')) return unchunk(rest, isCut);
  const given = headers.get('content-length');
  if (given === undefined) return isCut ? rest : undefined;
  if (!/^\d{1,15}$/.test(given)) throw new Error('the length of the answer is malformed');
  const length = Number(given);
  if (rest.length >= length) return rest.slice(0, length);
  if (!isCut) return undefined;
  if (rest.length < MAX_ANSWER_BYTES / 2) throw new Error('the answer is not whole');
  return rest;
}

function unchunk(rest: string, isCut: boolean): string | undefined {
  let body = '';
  for (let at = 0; ; ) {
    const end = rest.indexOf('\r\n', at);
    if (end === -1) break;
    const size = /^([0-9A-Fa-f]{1,8})(?:[ \t]*;.*)?$/.exec(rest.slice(at, end))?.[1];
    if (size === undefined) throw new Error('a chunk of the answer is malformed');
    const length = Number.parseInt(size, 16);
    if (length === 0) return body;
    const chunk = rest.slice(end + 2, end + 2 + length);
    body += chunk;
    if (chunk.length < length) break;
    at = end + 2 + length + 2;
  }
  if (!isCut) return undefined;
  if (body.length < MAX_ANSWER_BYTES / 2) throw new Error('the answer is not whole');
  return body;
}
