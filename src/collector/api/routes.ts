import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { etag } from 'hono/etag';
import { secureHeaders } from 'hono/secure-headers';
import { debug } from '../../platform/debug.js';
import { messageOf } from '../../platform/errors.js';
import type { Published } from '../publish/published.js';
import { columnsOf, type QuestionName } from './columns.js';
import { prefersCsv } from './negotiation.js';
import { openApi } from './openapi.js';
import { periodOf } from './period.js';
import { answer, QUESTIONS, toCsv } from './questions.js';
import { type Receiving, receive } from './receive.js';
import { NOT_A_NAME, refuse, toResponse } from './refusal.js';
import { type Release, sourceOf } from './source.js';

type Env = { Bindings: HttpBindings };

export interface Parts extends Receiving {
  /** Numbers of fewer installs are pooled or not shown. */
  readonly minInstalls: number;
  /** The counts are invented, and the page says so. */
  readonly isInvented: boolean;
  readonly releases: readonly Release[];
  readonly published: Published;
  /** False while another process has the database, or it was deleted or replaced. */
  readonly isOurs: () => boolean;
  /** The folder of the dashboard's files. */
  readonly page: string;
}

const PAGE_FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/app.js': ['app.js', 'text/javascript; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
} as const;

/** Creates the routes. A refusal names the rule that is broken, and contains nothing of the request. */
export function createApp(parts: Parts): Hono<Env> {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    return parts.readers.isKnownHost(c.req.header('host')) ? next() : refuse(421, NOT_A_NAME);
  });
  // A report whose address is written in another way. Comes before the headers that only browsers need.
  app.post('/batch/', async (c) => toResponse(await receive(c.env.incoming, parts)));
  app.use(withoutStoredHeaders);
  app.use(
    secureHeaders({
      contentSecurityPolicy: POLICY,
      referrerPolicy: 'no-referrer',
      xFrameOptions: 'DENY',
      strictTransportSecurity: false,
    }),
  );
  app.get('/healthz', (c) =>
    parts.isOurs()
      ? c.json({ status: 'ok' })
      : refuse(503, 'the database was deleted or replaced, or another process has it'),
  );
  app.post('/batch', (c) => c.redirect('/batch/', 308));
  app.all('/batch/', () => notAllowed('POST'));
  app.on(WRITING, ['/', '/app.js', '/style.css', '/healthz', '/api/*'], () => notAllowed('GET, HEAD'));
  app.use(async (c, next) => {
    // A page of another site gets nothing, not even if it embeds a picture from here.
    if (c.req.header('sec-fetch-site') === 'cross-site' && c.req.header('sec-fetch-mode') !== 'navigate') {
      return refuse(403, 'requests from other sites are not answered');
    }
    if (parts.readers.mayRead(c.req.header('authorization'))) return next();
    return refuse(401, 'expected the token, as a bearer token or as the password of any user', {
      'www-authenticate': 'Basic realm="dot-ai-analytics collector", charset="UTF-8"',
    });
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
  app.notFound(() => refuse(404, 'there is no such page; GET / is the dashboard, GET /api/v1 lists the questions'));
  app.onError((error) => {
    debug('collector: %s', error instanceof Error ? error.stack : error);
    return refuse(500, messageOf(error));
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

const WRITING = ['POST', 'PUT', 'PATCH', 'DELETE'];

function notAllowed(allow: string): Response {
  return refuse(405, `this address answers ${allow}`, { allow });
}

const PARAMETERS = ['from', 'to'];

function answerTo(c: Context<Env>, { published, names, minInstalls }: Parts): Response {
  const [name = '', format, more] = (c.req.param('question') ?? '').split('.');
  if (!isQuestion(name) || more !== undefined || !(format === undefined || format === 'csv' || format === 'json')) {
    return refuse(404, `there is no such question; there are ${Object.keys(QUESTIONS).join(', ')}`);
  }
  const query = c.req.queries();
  const unknown = Object.keys(query).find((key) => !PARAMETERS.includes(key));
  if (unknown !== undefined) return refuse(400, `there is no such parameter; there are ${PARAMETERS.join(', ')}`);
  const twice = Object.keys(query).find((key) => query[key]?.length !== 1);
  if (twice !== undefined) return refuse(400, `${twice}: expected once`);
  const period = periodOf(c.req.query(), published.lastDay() ?? published.today());
  if ('problem' in period) return refuse(400, period.problem);
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
