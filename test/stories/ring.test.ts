import { createConnection } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PersonDetail } from '#contract/routes/people.ts';
import { dialects } from '../databases.ts';
import { browser, openWorld, type Received, type World } from '../world.ts';

/** The whole ring, once round: a visitor signs up, is greeted, answers, buys in the middle of a wait, and says stop. */

const yes = { consent: { categoryPreferences: { marketing: true } } };
const signUp = (user: string, name = 'Ana') => [
  { type: 'identify' as const, userId: user, traits: { email: `${user}@example.com`, firstName: name }, context: yes },
  { type: 'track' as const, userId: user, event: 'Signed Up', properties: { plan: 'starter' } },
];

/** Where a link of the welcome mail leads, marked as its journey's. */
const start = 'https://www.example.com/start?utm_source=throughline&utm_medium=email&utm_campaign=welcome';

describe.each(dialects)('on %s, with mail over SMTP', (database) => {
  let world: World;
  let ana: PersonDetail;
  let welcome: Received;
  let again: string;

  beforeAll(async () => {
    world = await openWorld({ database, mail: 'smtp' });
  });

  test('a sign-up makes a person in Capture, with the event as evidence, and one welcome mail', async () => {
    await world.send(signUp('ana'));
    ana = await world.person('ana@example.com');
    expect(ana).toMatchObject({ stage: 'capture', name: 'Ana', entryPoint: 'website', stageSince: world.iso });
    const [move] = await world.rows(
      'select e.name, e.body, h.override from stage_history h join event e on e.event_id = h.evidence where h.person_id = $1',
      [ana.id],
    );
    expect(move).toMatchObject({ name: 'Signed Up', override: false, body: { properties: { plan: 'starter' } } });
    await world.expectPath(ana.id, 'welcome', ['signed-up', 'hello', 'two-days']);
    expect(await world.mailsTo('ana@example.com')).toHaveLength(1);
  });

  test('the mail is one that mail programs trust: one-click headers, a text part, an id that stays', async () => {
    welcome = (await world.mailsTo('ana@example.com'))[0]!;
    const header = (name: string) => welcome.mail.headers.filter((each) => each.key === name).map((each) => each.value);
    const [message] = await world.messages(ana.id);
    expect(welcome.mail.from).toMatchObject({ address: 'hello@linden.example', name: 'Linden Studio' });
    expect(welcome.mail.subject).toBe('Welcome to My business');
    expect(header('list-unsubscribe')).toEqual([expect.stringMatching(/^<https:\/\/throughline\.example\/u\/[\w.-]+>$/)]);
    expect(header('list-unsubscribe-post')).toEqual(['List-Unsubscribe=One-Click']);
    expect(header('message-id')).toEqual([`<${message!.id}@linden.example>`]);
    for (const once of ['from', 'to', 'subject', 'date', 'mime-version']) expect(header(once), once).toHaveLength(1);
    expect(welcome.mail.text).toContain('thank you for signing up');
    expect(welcome.mail.text).toContain('12 Garden Lane');
    expect(welcome.mail.html).toContain('12 Garden Lane');
    expect(welcome.mail.html).toMatch(/Good to have you here, Ana/);
    expect(welcome.mail.text).toContain('Unsubscribe');
    expect(welcome.raw).not.toMatch(/(^|[^\r])\n/);
    expect(Math.max(...welcome.raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
    expect(welcome.links).toHaveLength(1);
  });

  test('scanners, robots and prefetching programs move nobody', async () => {
    await world.turn('PT1M');
    const [link] = welcome.links;
    for (let visit = 0; visit < 20; visit++) expect((await world.get(welcome.unsubscribe!, { 'user-agent': browser })).status).toBe(200);
    const head = await world.app.inject({ method: 'HEAD', url: link!, headers: { 'user-agent': browser } });
    expect(head).toMatchObject({ statusCode: 302, headers: { location: start } });
    await world.click(link!, { 'user-agent': '' });
    await world.click(link!, { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' });
    await world.settle();
    const now = await world.person('ana@example.com');
    expect(now).toMatchObject({ stage: 'capture', reachability: [{ channel: 'email', reachable: true }] });
    // Kept all the same, with the reason why they do not count.
    const clicks = (await world.timeline(ana.id, 'event')).filter((item) => item.title.includes('Clicked'));
    expect(clicks.map((item) => (item.raw as { body: { properties: { actor: string } } }).body.properties.actor)).toEqual([
      'machine',
      'machine',
      'machine',
    ]);
  });

  test('a link of a mail can be changed by nobody', async () => {
    const [link] = welcome.links;
    const token = link!.slice('/c/'.length);
    const [body, signature] = token.slice(1).split('.') as [string, string];
    const elsewhere = Buffer.from(
      Buffer.from(body, 'base64url').toString().replace('https://www.example.com/start', 'https://evil.example/'),
    ).toString('base64url');
    const somebody = Buffer.from(Buffer.from(body, 'base64url').toString().replace(ana.id, crypto.randomUUID())).toString('base64url');
    const flipped = `${signature.slice(0, -2)}${signature.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const forged of [
      `1${elsewhere}.${signature}`,
      `1${somebody}.${signature}`,
      `1${body}.${flipped}`,
      `1${body}.`,
      `1${body}`,
      `2${body}.${signature}`,
      `1${body}.${signature}x`,
      'x',
      '%00',
      '1..',
      `1${'a'.repeat(5000)}.${signature}`,
    ])
      for (const kind of ['c', 'o', 'u']) {
        const answer = await world.get(`/${kind}/${forged}`, { 'user-agent': browser });
        expect(answer, `${kind} ${forged.slice(0, 60)}`).toMatchObject({
          status: 404,
          body: { code: expect.stringMatching(/^(token-invalid|route-unknown)$/) },
        });
        expect(answer.headers.location).toBeUndefined();
        if (kind === 'u') expect((await world.post(`/u/${forged}`, 'List-Unsubscribe=One-Click')).status).toBe(404);
      }
    // A token of one kind opens nothing of another kind.
    expect((await world.get(`/u/${token}`)).status).toBe(404);
    expect((await world.get(`/c/${welcome.unsubscribe!.slice('/u/'.length)}`)).status).toBe(404);
    expect((await world.post(`/u/${token}`, 'List-Unsubscribe=One-Click')).status).toBe(404);
  });

  test('a click of her own is an answer: Qualification, with the click as evidence', async () => {
    await world.turn('PT1H');
    const answer = await world.click(welcome.links[0]!);
    expect(answer).toMatchObject({ status: 302, headers: { location: start } });
    // For two seconds nobody can say whether a scanner follows the other links as well.
    expect((await world.person('ana@example.com')).stage).toBe('capture');
    await world.turn('PT2S');
    expect((await world.person('ana@example.com')).stage).toBe('qualification');
    expect((await world.why(ana.id, 'stage')).answer).toMatch(
      /^Qualification since Mon, 2 Mar 2026, 11:01, from Capture: Email Link Clicked is the evidence\.$/,
    );
    const [message] = await world.messages(ana.id);
    expect(message!.clicks).toBeGreaterThan(0);
  });

  test('she buys while the journey waits: Conversion, the run ends at once as goal met, the second mail never goes', async () => {
    await world.turn('P1D');
    await world.sendTrusted([{ type: 'track', userId: 'ana', event: 'Order Completed', properties: { total: 120, orderId: 'o-1' } }]);
    const now = await world.person('ana@example.com');
    expect(now).toMatchObject({ stage: 'conversion', runs: [{ journey: 'welcome', status: 'ended', endedAt: world.iso }] });
    await world.expectPath(ana.id, 'welcome', ['signed-up', 'hello', 'two-days', 'goal: First order']);
    await world.turn('P10D');
    expect(await world.mailsTo('ana@example.com')).toHaveLength(1);
    expect(await world.stages(ana.id)).toEqual(['capture', 'qualification', 'conversion']);
    expect((await world.why(ana.id, 'journey:welcome')).answer).toMatch(
      /^Entered on Mon, 2 Mar 2026, 10:00 and ended on Tue, 3 Mar 2026, 11:01: the goal was met \(First order\)\.$/,
    );
  });

  test('one click in her mail program unsubscribes her: a bare POST, answered without a redirect', async () => {
    const url = new URL(await world.listen());
    const body = 'List-Unsubscribe=One-Click';
    const answer = await raw(
      Number(url.port),
      `POST ${welcome.unsubscribe} HTTP/1.1\r\nHost: mail.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toMatch(/^(location|set-cookie):/im);
    await world.settle();
    const now = await world.person('ana@example.com');
    expect(now.reachability).toEqual([{ channel: 'email', reachable: false, why: expect.stringContaining('suppressed') }]);
    expect(now.consents[0]).toMatchObject({ purpose: 'marketing', state: 'withdrawn', method: 'one-click', actor: 'person' });
    again = JSON.stringify(await world.rows('select * from consent where person_id = $1', [ana.id]));
  });

  test('the same link again changes nothing, by the button on the page too', async () => {
    for (let times = 0; times < 3; times++)
      expect(
        (await world.post(welcome.unsubscribe!, 'List-Unsubscribe=One-Click', { 'content-type': 'application/x-www-form-urlencoded' }))
          .status,
      ).toBe(200);
    expect((await world.post(welcome.unsubscribe!, '', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(200);
    await world.settle();
    expect(JSON.stringify(await world.rows('select * from consent where person_id = $1', [ana.id]))).toBe(again);
  });

  test('from then on no marketing reaches her, whatever pages and imports say', async () => {
    await world.define('journey', 'comeback', {
      name: 'Comeback',
      intent: 'Write to whoever looks at the prices',
      reentry: 'after-exit',
      steps: [
        { key: 'looked', kind: 'entry', on: { event: 'Price Viewed' }, next: 'write' },
        { key: 'write', kind: 'send', template: 'welcome-hello', topic: 'newsletter', next: null },
      ],
    });
    await world.send([
      { type: 'identify', userId: 'ana', traits: { email: 'ana@example.com' }, context: yes },
      { type: 'track', userId: 'ana', event: 'Price Viewed', context: yes },
    ]);
    await world.sendTrusted([{ type: 'track', userId: 'ana', event: 'Price Viewed', context: yes }]);
    await world.turn('P30D');
    expect(await world.mailsTo('ana@example.com')).toHaveLength(1);
    const notSent = (await world.messages(ana.id)).slice(1);
    expect(notSent.map((message) => [message.status, message.reason])).toEqual([
      ['skipped', 'suppressed'],
      ['skipped', 'suppressed'],
    ]);
  });

  test('every mail that went and every mail that did not has one sentence that says why', async () => {
    const sentences = await Promise.all(
      (await world.messages(ana.id)).map(async (message) => (await world.why(ana.id, `message:${message.id}`)).answer),
    );
    expect(sentences).toEqual([
      'Sent “Welcome to My business” on Mon, 2 Mar 2026, 10:00 (Europe/Berlin): the journey Welcome (version 1) asked for it, there was consent to marketing, and no cap or quiet hour stood against it.',
      'Not sent: the address is suppressed: unsubscribed.',
      'Not sent: the address is suppressed: unsubscribed.',
    ]);
    expect((await world.why(ana.id, 'owner')).answer).toMatch(/^Nobody owns this person: /);
    expect((await world.why(ana.id, 'segment:customers')).answer).toMatch(/^In Customers since Tue, 3 Mar 2026, 11:01: /);
    expect((await world.why(ana.id, 'score:engagement')).answer).toMatch(/^Engagement is \d+: /);
  });

  test('a mail to somebody who buys before it goes is not sent, and says so', async () => {
    await world.turnTo('2026-05-04T20:30:00Z'); // 22:30 in Berlin: quiet, but an answer to an act of theirs still goes
    await world.send(signUp('ben', 'Ben'));
    const ben = await world.person('ben@example.com');
    expect(await world.mailsTo('ben@example.com')).toHaveLength(1);
    await world.turnTo('2026-05-06T20:30:00Z'); // the second mail is due in quiet hours and held until eight
    expect((await world.messages(ben.id)).at(-1)).toMatchObject({
      status: 'held',
      reason: 'quiet-hours',
      dueAt: '2026-05-07T06:00:00.000Z',
    });
    await world.send([{ type: 'track', userId: 'ben', event: 'Order Completed' }]);
    await world.turn('P1D');
    expect((await world.messages(ben.id)).at(-1)).toMatchObject({
      status: 'skipped',
      reason: 'goal-met',
      sentence: 'Not sent: the goal of the journey had been met: First order.',
    });
  });
});

test('a scanner with the face of a browser that follows every link within a second moves nobody', async () => {
  const world = await openWorld();
  await world.define('template', 'welcome-hello', {
    channel: 'email',
    name: 'Hello',
    subject: 'Hello',
    blocks: [1, 2, 3].map((n) => ({ block: 'button', label: `Link ${n}`, link: `https://www.example.com/${n}` })),
  });
  await world.send(signUp('cyd', 'Cyd'));
  const [mail] = await world.mailsTo('cyd@example.com');
  expect(mail!.links).toHaveLength(3);
  for (const link of mail!.links) await world.get(link, { 'user-agent': browser });
  await world.turn('PT1M');
  expect((await world.person('cyd@example.com')).stage).toBe('capture');
  // Whoever comes back later and follows one link is a person.
  await world.turn('PT1H');
  await world.click(mail!.links[1]!);
  await world.turn('PT1M');
  expect((await world.person('cyd@example.com')).stage).toBe('qualification');
});

/** One exchange over a bare socket, as a mail program makes it. */
function raw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port }, () => socket.write(request));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
}
