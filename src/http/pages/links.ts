import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isbot } from 'isbot';
import { destinationOf } from '#operations/form-visitor.ts';
import { recordClick, recordOpen, unsubscribe, type Visitor } from '#operations/respond.ts';
import type { HttpHouse } from '../house.ts';
import { escapeHtml, page, pagePolicy } from './page.ts';

const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** The links that stand in messages: clicks, opens, unsubscribing. All are signed, none can be made to lead elsewhere, and GET unsubscribes nobody. */
export function registerLinks(app: FastifyInstance, house: HttpHouse): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/c/:token',
    handler: async (request, reply) => {
      const claim = house.links.read('click', tokenOf(request));
      await recordClick(house.deps, claim, visitorOf(request));
      const url = destinationOf(house.links, claim, house.deps.now());
      return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(url, 302);
    },
  });

  app.get('/o/:token', async (request, reply) => {
    await recordOpen(house.deps, house.links.read('open', tokenOf(request)), visitorOf(request));
    return reply.header('cache-control', 'no-store').type('image/gif').send(pixel);
  });

  app.get('/u/test', async (_request, reply) =>
    html(
      reply,
      page(
        'A test',
        '<h1>This was a test</h1><p>In a mail that goes out in earnest, this link unsubscribes whoever got it. Nobody was unsubscribed.</p>',
        'en',
      ),
    ),
  );

  app.get('/u/:token', async (request, reply) => {
    const token = tokenOf(request);
    const claim = house.links.read('unsubscribe', token);
    const { settings } = await house.deps.workspaces.byId(claim.workspace);
    return html(
      reply,
      page(
        'Unsubscribe',
        `<h1>Unsubscribe from ${escapeHtml(settings.name)}?</h1><p>You will get no more marketing messages. Messages that answer something you do, such as a receipt, still come.</p><form method="post" action="/u/${escapeHtml(token)}"><button type="submit">Unsubscribe</button></form>`,
        settings.language,
      ),
    );
  });

  // RFC 8058: the mail program posts "List-Unsubscribe=One-Click" without cookies and expects no redirect. The button on the page posts here too.
  app.post('/u/:token', async (request, reply) => {
    const claim = house.links.read('unsubscribe', tokenOf(request));
    const oneClick = Buffer.isBuffer(request.body) && request.body.includes('One-Click');
    const { settings } = await house.deps.workspaces.byId(claim.workspace);
    await unsubscribe(house.deps, claim, oneClick ? 'one-click' : 'unsubscribe-page');
    return html(
      reply,
      page(
        'Unsubscribed',
        `<h1>You are unsubscribed</h1><p>${escapeHtml(settings.name)} sends you no more marketing messages. This takes effect at once.</p>`,
        settings.language,
      ),
    );
  });
}

const html = (reply: FastifyReply, text: string): FastifyReply =>
  reply
    .header('content-security-policy', pagePolicy)
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .type('text/html; charset=utf-8')
    .send(text);

const tokenOf = (request: FastifyRequest): string => (request.params as { token: string }).token;

function visitorOf(request: FastifyRequest): Visitor {
  const userAgent = request.headers['user-agent'] ?? '';
  return { method: request.method, userAgent, robot: isbot(userAgent) };
}
