import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isbot } from 'isbot';
import { LRUCache } from 'lru-cache';
import { minute } from '#contract/instant.ts';
import type { Instant } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { judgeClick, judgeOpen } from '#engine/message/click-verdict.ts';
import type { LinkClaim } from '#operations/links.ts';
import { recordMessageEvent, unsubscribe } from '#operations/respond.ts';
import { findMessage } from '#store/messages.ts';
import type { HttpHouse } from '../house.ts';
import { escape, page, pagePolicy } from './page.ts';

const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** The links that stand in messages: clicks, opens, unsubscribing. All are signed, none can be made to lead elsewhere, and GET unsubscribes nobody. */
export function registerLinks(app: FastifyInstance, house: HttpHouse): void {
  const recent = new LRUCache<string, { link: number; at: Instant }[]>({ max: 20_000, ttl: minute });

  const click = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const claim = house.links.read('click', (request.params as { token: string }).token);
    const { at, sentAt } = await momentOf(house, claim);
    const others = recent.get(claim.message) ?? [];
    const agent = request.headers['user-agent'] ?? '';
    const verdict = judgeClick({ method: request.method, userAgent: agent, robot: isbot(agent), at, sentAt, others, link: claim.link });
    recent.set(claim.message, [...others.slice(-20), { link: claim.link, at }]);
    await recordMessageEvent(house.deps, claim, 'Email Link Clicked', { link: claim.url, linkIndex: claim.link, actor: verdict.actor, because: verdict.because, userAgent: agent.slice(0, 300) }, at);
    return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(claim.url, 302);
  };
  app.route({ method: ['GET', 'HEAD'], url: '/c/:token', handler: click });

  app.get('/o/:token', async (request, reply) => {
    const claim = house.links.read('open', (request.params as { token: string }).token);
    const { at, sentAt } = await momentOf(house, claim);
    const agent = request.headers['user-agent'] ?? '';
    const verdict = judgeOpen({ userAgent: agent, robot: isbot(agent), at, sentAt });
    await recordMessageEvent(house.deps, claim, 'Email Opened', { actor: verdict.actor, because: verdict.because, userAgent: agent.slice(0, 300) }, at);
    return reply.header('cache-control', 'no-store').type('image/gif').send(pixel);
  });

  app.get('/u/:token', async (request, reply) => {
    const { token } = request.params as { token: string };
    const claim = house.links.read('unsubscribe', token);
    const { settings } = await house.deps.workspaces.byId(claim.workspace);
    return html(reply, page('Unsubscribe', `<h1>Unsubscribe from ${escape(settings.name)}?</h1><p>You will get no more marketing messages. Messages that answer something you do, such as a receipt, still come.</p><form method="post" action="/u/${escape(token)}"><button type="submit">Unsubscribe</button></form>`, settings.language));
  });

  // RFC 8058: the mail program posts "List-Unsubscribe=One-Click" without cookies and expects no redirect. The button on the page posts here too.
  app.post('/u/:token', async (request, reply) => {
    const claim = house.links.read('unsubscribe', (request.params as { token: string }).token);
    const oneClick = Buffer.isBuffer(request.body) && request.body.includes('One-Click');
    const { settings } = await house.deps.workspaces.byId(claim.workspace);
    await unsubscribe(house.deps, claim, oneClick ? 'one-click' : 'unsubscribe-page');
    return html(reply, page('Unsubscribed', `<h1>You are unsubscribed</h1><p>${escape(settings.name)} sends you no more marketing messages. This takes effect at once.</p>`, settings.language));
  });
}

const html = (reply: FastifyReply, text: string): FastifyReply => reply.header('content-security-policy', pagePolicy).header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').type('text/html; charset=utf-8').send(text);

/** What time it is for a message, and when it went out. Refuses links of messages that are not there any more. */
async function momentOf(house: HttpHouse, claim: LinkClaim): Promise<{ at: Instant; sentAt: Instant | null }> {
  const { deps } = house;
  const at = await deps.workspaces.nowOf(claim.workspace);
  const message = await deps.db.transaction({ workspaces: [claim.workspace] }, (tx) => findMessage(tx, claim.workspace, claim.message));
  if (!message && claim.kind !== 'click') throw new Problem('token-invalid');
  return { at, sentAt: message?.sentAt ?? null };
}
