import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { etag } from 'hono/etag';
import { secureHeaders } from 'hono/secure-headers';
import type { Clock } from '../../platform/clock.js';
import { debug } from '../../platform/debug.js';
import { messageOf } from '../../platform/errors.js';
import { readBody } from '../intake/body.js';
import { MAX_BODY_BYTES, open } from '../intake/intake.js';
import type { Names } from '../intake/names.js';
import { type RateLimit, senderOfRequest } from '../intake/rate-limit.js';
import type { Refusals } from '../intake/refusals.js';
import type { Published } from '../publish/published.js';
import type { Writer } from '../store/writer.js';
import type { Readers } from './access.js';
import { columnsOf, type QuestionName } from './columns.js';
import { prefersCsv } from './negotiation.js';
import { openApi } from './openapi.js';
import { periodOf } from './period.js';
import { answer, QUESTIONS, toCsv } from './questions.js';
import { type Release, sourceOf } from './source.js';

export interface Parts {
  readonly names: Names;
  /** Numbers of fewer installs are pooled or not shown. */
  readonly minInstalls: number;
  /** The counts are invented, and the page says so. */
  readonly isInvented: boolean;
  readonly releases: readonly Release[];
  readonly writer: Writer;
  readonly published: Published;
  readonly readers: Readers;
  readonly rate: RateLimit;
  readonly refusals: Refusals;
  readonly clock: Clock;
  /** The folder of the dashboard's files. */
  readonly page: string;
  /** Take the sender's address from the header that a proxy adds. */
  readonly trustProxy: boolean;
}

type Env = { Bindings: HttpBindings };

const PAGE_FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/app.js': ['app.js', 'text/javascript; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
} as const;

/** Creates the routes. A refusal names the rule that is broken, and contains nothing of the request. */
export function createApp(parts: Parts): Hono<Env> {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    if (!parts.readers.isKnownHost(c.req.header('host')))
      return refuse(c, 421, 'this is not a name of the collector (--allow-host)');
    return next();
  });
  app.post('/batch/', (c) => receive(c, parts)); // comes before the headers that only browsers need
  app.use(withoutStoredHeaders);
  app.use(
    secureHeaders({
      contentSecurityPolicy: POLICY,
      referrerPolicy: 'no-referrer',
      xFrameOptions: 'DENY',
      strictTransportSecurity: false,
    }),
  );
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.post('/batch', (c) => c.redirect('/batch/', 308));
  app.all('/batch/', (c) => notAllowed(c, 'POST'));
  app.on(WRITING, ['/', '/app.js', '/style.css', '/healthz', '/api/*'], (c) => notAllowed(c, 'GET, HEAD'));
  app.use(async (c, next) => {
    // A page of another site gets nothing, not even if it embeds a picture from here.
    if (c.req.header('sec-fetch-site') === 'cross-site' && c.req.header('sec-fetch-mode') !== 'navigate') {
      return refuse(c, 403, 'requests from other sites are not answered');
    }
    if (parts.readers.mayRead(c.req.header('authorization'))) return next();
    c.header('www-authenticate', 'Basic realm="dot-ai-analytics collector", charset="UTF-8"');
    return refuse(c, 401, 'expected the token, as a bearer token or as the password of any user');
  });
  app.use(compress(), etag());
  app.use('/api/*', async (c, next) => {
    await next();
    c.header('cache-control', 'no-cache'); // kept, and asked for again with its tag
    c.header('vary', 'Accept, Accept-Encoding, Authorization', { append: true });
  });
  app.on('GET', ['/api/v1', '/api/v1/about.json'], (c) =>
    c.json({
      questions: Object.keys(QUESTIONS),
      minInstalls: parts.minInstalls,
      pooled: parts.published.isPooled,
      today: parts.published.today(),
      firstDay: parts.published.firstDay() ?? null,
      lastDay: parts.published.lastDay() ?? null,
      isInvented: parts.isInvented,
      tools: parts.names.now().tools,
      features: parts.names.now().features,
      releases: parts.releases,
      accepted: parts.refusals.accepted(),
      refused: parts.refusals.counts(),
    }),
  );
  app.get('/api/v1/openapi.json', (c) => c.json(openApi()));
  app.get('/api/v1/:question', (c) => answerTo(c, parts));
  for (const [path, [file, type]] of Object.entries(PAGE_FILES)) {
    let bytes: Buffer<ArrayBuffer> | undefined; // one for all readers
    app.get(path, (c) => {
      bytes ??= readFileSync(join(parts.page, file));
      return c.body(bytes, 200, { 'content-type': type, 'cache-control': 'no-cache' });
    });
  }
  app.notFound((c) => refuse(c, 404, 'there is no such page; GET / is the dashboard, GET /api/v1 lists the questions'));
  app.onError((error, c) => {
    debug('collector: %s', error instanceof Error ? error.stack : error);
    return refuse(c, 500, messageOf(error));
  });
  return app;
}

/**
 * RFC 9110, 15.4.5: the browser keeps the headers of the answer that it has stored. Repeating those of security would
 * make the second visit of the page three times as large.
 */
const withoutStoredHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  if (c.res.status !== 304) return;
  for (const name of [...c.res.headers.keys()]) if (!KEPT_HEADERS.includes(name)) c.res.headers.delete(name);
};
const KEPT_HEADERS = ['cache-control', 'etag', 'vary'];

const SELF = ["'self'"];
const NOTHING = ["'none'"];
const POLICY = {
  defaultSrc: NOTHING,
  scriptSrc: SELF,
  styleSrc: SELF,
  imgSrc: [...SELF, 'data:'],
  connectSrc: SELF,
  baseUri: NOTHING,
  formAction: NOTHING,
  frameAncestors: NOTHING,
};

/** What an answer that is not an answer is, by its status. */
const KINDS = {
  400: 'validation_error',
  401: 'authentication_error',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  421: 'misdirected',
  422: 'unknown_value',
  429: 'rate_limited',
  500: 'internal_error',
  503: 'unavailable',
} as const;

function refuse(c: Context, status: keyof typeof KINDS, detail: string): Response {
  return c.json({ type: KINDS[status], status, detail }, status);
}

const WRITING = ['POST', 'PUT', 'PATCH', 'DELETE'];

function notAllowed(c: Context, allowed: string): Response {
  c.header('allow', allowed);
  return refuse(c, 405, `this address answers ${allowed}`);
}

/** A refused report takes this much of the allowance. No real client sends one, and checking it costs as much. */
const REFUSED_COSTS = 10;

/** Answers 200 only when the report is on disk, or was there before. */
async function receive(
  c: Context<Env>,
  { rate, trustProxy, names, writer, refusals, clock }: Parts,
): Promise<Response> {
  // No client of this package is a browser, so that a page that posts here is of another site.
  if (c.req.header('origin') !== undefined) return refuse(c, 403, 'reports from browsers are not accepted');
  const sender = senderOfRequest(c.env.incoming, trustProxy);
  if (!rate.take(sender)) {
    c.header('retry-after', '60');
    return refuse(c, 429, 'too many reports from one sender');
  }
  const body = await readBody(c.env.incoming, MAX_BODY_BYTES);
  if (body === undefined) {
    c.header('connection', 'close'); // the rest of the body is not read
    return refuse(c, 413, `body: expected at most ${MAX_BODY_BYTES} bytes`);
  }
  const check = () => open(body, c.req.header('content-encoding'), names.now(), clock());
  let arrival = await check();
  // A server may have declared more names since.
  if ('problem' in arrival && arrival.rule === 'unknown name' && names.refresh()) arrival = await check();
  if ('problem' in arrival) {
    rate.take(sender, REFUSED_COSTS - 1);
    refusals.add(arrival);
    // What may be known later is kept by its sender (422); what is malformed is not sent again (400).
    return refuse(c, arrival.rule === 'malformed' ? 400 : 422, arrival.problem);
  }
  try {
    await writer.write(arrival);
  } catch (error) {
    debug('collector: %s', messageOf(error));
    return refuse(c, 503, 'the report could not be written; send it again later');
  }
  refusals.accept();
  return c.json({ status: 1 });
}

const PARAMETERS = ['from', 'to'];

function answerTo(c: Context<Env>, { published, names, minInstalls }: Parts): Response {
  const [name = '', format, more] = (c.req.param('question') ?? '').split('.');
  if (!isQuestion(name) || more !== undefined || !(format === undefined || format === 'csv' || format === 'json')) {
    return refuse(c, 404, `there is no such question; there are ${Object.keys(QUESTIONS).join(', ')}`);
  }
  const query = c.req.queries();
  const unknown = Object.keys(query).find((key) => !PARAMETERS.includes(key));
  if (unknown !== undefined) return refuse(c, 400, `there is no such parameter; there are ${PARAMETERS.join(', ')}`);
  const twice = Object.keys(query).find((key) => query[key]?.length !== 1);
  if (twice !== undefined) return refuse(c, 400, `${twice}: expected once`);
  const period = periodOf(c.req.query(), published.lastDay() ?? published.today());
  if ('problem' in period) return refuse(c, 400, period.problem);
  const found = answer(name, sourceOf(period, published, names.now(), minInstalls));
  const wantsCsv = format === 'csv' || (format === undefined && prefersCsv(c.req.header('accept')));
  if (!wantsCsv) return c.json({ version: 1, question: name, ...found });
  return c.body(toCsv(found, columnsOf(name)), 200, {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="${name}-${period.from}-${period.to}.csv"`,
  });
}

function isQuestion(name: string): name is QuestionName {
  return Object.hasOwn(QUESTIONS, name);
}
