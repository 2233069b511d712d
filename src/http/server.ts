import fastifyCookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Problem } from '#contract/problems.ts';
import { registerApi } from './api.ts';
import { registerDocs } from './docs.ts';
import { handlers } from './handlers/index.ts';
import { registerHealth } from './health.ts';
import type { HttpHouse } from './house.ts';
import { registerIngest } from './ingest.ts';
import { registerLive } from './live.ts';
import { registerLocal } from './local.ts';
import { registerForms } from './pages/forms.ts';
import { registerLinks } from './pages/links.ts';
import { escapeHtml, page, pagePolicy } from './pages/page.ts';

const root = new URL('../../', import.meta.url);
const webFolder = fileURLToPath(new URL('web/dist/', root));
const trackerFile = 'sdk/dist/t.js';

/** The admin loads nothing from elsewhere but, where a colleague asks for it, the pictures of a mail; mails are shown in frames without scripts. */
const adminPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; font-src 'self'; connect-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export async function buildServer({
  house,
  config,
}: {
  house: HttpHouse;
  config: { TRUST_PROXY: boolean | string[] };
}): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    bodyLimit: 6 * 1024 * 1024,
    trustProxy: config.TRUST_PROXY,
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 8_000 },
    genReqId: () => house.deps.newId(house.deps.now()),
  });
  closeKeptConnections(app);
  await app.register(fastifyCookie);
  // Every body arrives as it was sent; who reads it decides what it is, because clients name any Content-Type.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.addHook('onRequest', async (request, reply) => {
    // Named in no way that a parser could know ("", "json"), it counts as not named.
    if (!/^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/.test(request.headers['content-type'] ?? 'none/none'))
      delete request.raw.headers['content-type'];
    reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
    });
    if (isForeign(request.url)) {
      reply.headers({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, POST, OPTIONS',
        'access-control-allow-headers':
          request.headers['access-control-request-headers'] ?? 'authorization, content-type, content-encoding, x-retry-count',
        'access-control-max-age': '86400',
        'access-control-expose-headers': 'retry-after, x-request-id',
      });
      if (request.method === 'OPTIONS') return reply.code(204).send();
    } else if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', adminPolicy);
  });
  app.addHook('onResponse', async (request, reply) => {
    // The path's pattern, not the path: tokens and ids do not belong in logs.
    house.deps.log.info(
      {
        id: request.id,
        method: request.method,
        route: request.routeOptions.url ?? '(none)',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error, request.id, request.url);
    if (isFault(problem)) house.deps.log.error({ id: request.id, code: problem.code, error: stackOf(error) }, 'a request failed');
    if (problem.status === 503 || problem.status === 429) reply.header('retry-after', '2');
    reply.code(problem.status);
    // Forms and links of mails are opened by people, who get a sentence.
    if (/^\/[fuc]\//.test(request.url) && request.headers.accept?.includes('text/html'))
      return reply
        .header('content-security-policy', pagePolicy)
        .type('text/html; charset=utf-8')
        .send(page(problem.message, `<h1>${escapeHtml(problem.message)}</h1>`));
    return reply.send(problem.toJSON());
  });
  app.options('/v1/*', async (_request, reply) => reply.code(204).send());

  registerIngest(app, house);
  registerApi(app, house, handlers);
  registerLive(app, house);
  registerHealth(app, house);
  registerLocal(app, house);
  registerLinks(app, house);
  registerForms(app, house);
  await registerDocs(app);
  await registerFiles(app);
  return app;
}

/**
 * When the server closes, connections that clients keep open for later would hold it for as long as they are kept, 72 seconds. Requests under way are answered;
 * each connection is closed as soon as it rests.
 */
function closeKeptConnections(app: FastifyInstance): void {
  app.addHook('preClose', async () => {
    const timer = setInterval(() => app.server.closeIdleConnections(), 50);
    app.server.once('close', () => clearInterval(timer));
  });
}

const isForeign = (url: string): boolean => url.startsWith('/v1/') || url.startsWith('/t.js');

/** Whether it is ours: what a mail server refuses is not, and its words are told. */
const isFault = (problem: Problem): boolean => problem.status >= 500 && problem.code !== 'channel-failed';

function toProblem(error: FastifyError, id: string, url: string): Problem {
  if (error instanceof Problem) return isFault(error) ? new Problem(error.code, { request: id }) : error;
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new Problem(url.startsWith('/api/imports') ? 'file-too-large' : 'body-too-large');
  if (error.code === 'FST_ERR_BAD_URL' || error.code === 'FST_ERR_MAX_PARAM_LENGTH') return new Problem('route-unknown');
  return new Problem('unexpected', { request: id });
}

const stackOf = (error: Error): string =>
  `${error.stack ?? error.message}${error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''}`;

/** The admin and the tracker, as they were built. */
async function registerFiles(app: FastifyInstance): Promise<void> {
  const built = existsSync(webFolder);
  await app.register(fastifyStatic, {
    root: built ? webFolder : fileURLToPath(root),
    serve: built,
    wildcard: false,
    index: false,
    setHeaders: (response, path) =>
      response.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'),
  });
  app.get('/t.js', async (_request, reply) => {
    if (!existsSync(new URL(trackerFile, root))) throw new Problem('route-unknown');
    reply.header('cache-control', 'public, max-age=300').type('text/javascript; charset=utf-8');
    return reply.sendFile(trackerFile, fileURLToPath(root), { cacheControl: false });
  });
  app.setNotFoundHandler(async (request, reply) => {
    const page =
      (request.method === 'GET' || request.method === 'HEAD') &&
      built &&
      !/^\/(api|v1|health|metrics|hooks|assets)(\/|$|\?)/.test(request.url);
    if (!page) throw new Problem('route-unknown');
    return reply
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .sendFile('index.html', webFolder, { cacheControl: false });
  });
}
