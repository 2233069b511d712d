import { beforeAll, describe, expect, test } from 'vitest';
import { askMessage } from '#operations/ask-message.ts';
import type { MessageRow } from '#contract/routes/messages.ts';
import { dialects } from '../databases.ts';
import { type Answer, openWorld, type World } from '../world.ts';

/** What a system asks for, one message to one person: a receipt, a code, a link. It goes out once, whatever the policy for marketing says, and never where nothing may go. */

const receipt = (subject = 'Receipt {{ event.order }}') => ({
  channel: 'email',
  name: 'Receipt',
  subject,
  blocks: [{ block: 'text', text: 'You paid {{ event.total.amount }} for {{ event.order }}, {{ person.name }}.' }],
  fallbacks: { name: 'dear customer' },
});

describe.each(dialects)('messages that systems ask for, on %s', (database) => {
  let world: World;
  let asked = 0;

  const ask = (body: object, key = `order-${++asked}`): Promise<Answer<MessageRow>> =>
    world.api(
      'POST',
      '/api/messages',
      { template: 'receipt', topic: 'receipts', data: { order: 'A-1', total: { amount: 12 } }, ...body },
      { 'idempotency-key': key },
    );
  const became = (id: string): Promise<MessageRow> => world.must('GET', `/api/messages/${id}`);
  const asking = async (body: object): Promise<MessageRow> => {
    const answer = await ask(body);
    expect(answer, answer.text).toMatchObject({ status: 200 });
    return became(answer.body.id);
  };
  const mailsTo = (email: string): string[] => world.sink!.messages.filter(({ to }) => to.includes(email)).map(({ raw }) => raw.toString());
  const known = async (name: string, context: object = {}): Promise<string> => {
    await world.send([{ type: 'identify', userId: name, traits: { email: `${name}@example.com`, name }, context }]);
    return (await world.person(`${name}@example.com`)).id;
  };
  const stop = (scope: string, stopped: boolean) => world.must('PUT', `/api/kill-switches/${scope}`, { stopped, reason: 'a try' });

  beforeAll(async () => {
    world = await openWorld({ database, blueprint: false, mail: 'smtp' });
    await world.must('PATCH', '/api/settings', {
      senderName: 'Linden',
      senderEmail: 'hello@linden.example',
      postalAddress: 'Linden, 12 Garden Lane, Berlin',
      zone: 'Europe/Berlin',
    });
    await world.publish([
      { kind: 'topic', key: 'news', body: { name: 'News', purpose: 'marketing' } },
      { kind: 'topic', key: 'receipts', body: { name: 'Receipts', purpose: 'transactional' } },
      { kind: 'entry-point', key: 'api', body: { name: 'Systems', entry: 'api', source: 'systems' } },
      { kind: 'template', key: 'receipt', body: receipt() },
      { kind: 'template', key: 'hook', body: { channel: 'webhook', name: 'Hook', url: 'https://shop.example/hook', body: '{}' } },
    ]);
  });

  test('somebody is named by id, by address or by user id, and the mail says what was given along', async () => {
    const ana = await known('ana');
    for (const named of [{ person: ana }, { email: 'Ana@Example.com' }, { userId: 'ana' }])
      expect(await asking(named)).toMatchObject({
        person: { id: ana },
        status: 'sent',
        subject: 'Receipt A-1',
        journey: null,
        broadcast: null,
      });
    const mails = mailsTo('ana@example.com');
    expect(mails).toHaveLength(3);
    for (const mail of mails) {
      expect(mail).toContain('You paid 12 for A-1, ana.');
      expect(mail, 'nobody unsubscribes from receipts').not.toMatch(/^List-Unsubscribe:/im);
    }
  });

  test('what became of it says who asked for it, and why it went out', async () => {
    const ana = await known('ana');
    const { body } = await ask({ person: ana }, 'receipt-1042');
    expect(await became(body.id)).toMatchObject({ asked: { by: 'own systems', key: 'receipt-1042' } });
    const why = await world.why(ana, `message:${body.id}`);
    expect(why.answer).toContain('your system asked for it by the API key “own systems” as “receipt-1042”');
    expect(why.because).toEqual([expect.objectContaining({ rule: expect.stringContaining('receipt-1042'), held: true })]);
  });

  test('whose address nobody has becomes known by it, and is asked for nothing else', async () => {
    const message = await asking({ email: 'new@example.com' });
    expect(message).toMatchObject({ status: 'sent', person: { email: 'new@example.com' } });
    expect(await world.person('new@example.com')).toMatchObject({ id: message.person.id, entryPoint: 'api' });
    expect(mailsTo('new@example.com')[0]).toContain('dear customer');
    expect((await asking({ email: 'new@example.com' })).person.id).toBe(message.person.id);
  });

  test('what is wrong with a request is said, and its key stays free', async () => {
    const ana = await known('ana');
    const nobody = '00000000-0000-7000-8000-0000000000ff';
    for (const [body, status, code] of [
      [{ person: nobody }, 404, 'person-unknown'],
      [{ userId: 'no-such-user' }, 404, 'person-unknown'],
      [{ email: 'no address' }, 422, 'address-invalid'],
      [{ email: 'noreply@example.com' }, 422, 'address-invalid'],
      [{}, 400, 'body-invalid'],
      [{ person: ana, email: 'ana@example.com' }, 400, 'body-invalid'],
      [{ person: ana, expires: 'PT0S' }, 400, 'body-invalid'],
      [{ person: ana, data: { text: 'x'.repeat(33_000) } }, 400, 'body-invalid'],
      [{ person: ana, template: 'none' }, 404, 'definition-unknown'],
      [{ person: ana, topic: 'none' }, 404, 'definition-unknown'],
      [{ person: ana, topic: 'news' }, 422, 'topic-marketing'],
      [{ person: ana, template: 'hook' }, 422, 'message-no-mail'],
    ] as const)
      expect(await ask(body, 'refused'), JSON.stringify(body).slice(0, 100)).toMatchObject({ status, body: { code } });
    const request = { template: 'receipt', topic: 'receipts', person: ana };
    expect(await world.api('POST', '/api/messages', request)).toMatchObject({ status: 400, body: { code: 'idempotency-needed' } });
    expect(await ask({ person: ana }, ' ')).toMatchObject({ status: 400, body: { code: 'idempotency-needed' } });
    expect(await ask({ person: ana }, 'refused')).toMatchObject({ status: 200 });
    expect(await world.rows("select 1 from identity where value = 'noreply@example.com'")).toEqual([]);
  });

  test('asked for again under its key it is the same message; anything else under that key is refused', async () => {
    await known('bea');
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask({ userId: 'bea' }, 'once')));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    await world.turn('P3D');
    const later = await ask({ userId: 'bea' }, 'once');
    expect(later).toMatchObject({
      status: 200,
      body: { id: answers[0]!.body.id, status: 'sent' },
      headers: { 'idempotent-replay': 'true' },
    });
    expect(mailsTo('bea@example.com')).toHaveLength(1);
    await known('cem');
    for (const other of [{ userId: 'cem' }, { userId: 'bea', data: { order: 'A-2' } }, { userId: 'bea', expires: 'PT1H' }])
      expect(await ask(other, 'once')).toMatchObject({ status: 409, body: { code: 'idempotency-mismatch' } });
    expect(mailsTo('cem@example.com')).toEqual([]);
    expect(
      (
        await world.api(
          'POST',
          '/api/messages',
          { template: 'receipt', topic: 'receipts', userId: 'bea' },
          { 'idempotency-key': 'once', authorization: `Bearer ${world.practiceKey}` },
        )
      ).status,
      'another workspace has keys of its own',
    ).toBe(404);
  });

  test.each(['ask.written', 'ask.committed'])('a process that dies at %s leaves nothing twice and nothing lost', async (place) => {
    const email = `${place.replace('.', '-')}@example.com`;
    const { house } = world;
    const failpoint = (name: string): void => {
      if (name === place) throw new Error('died');
    };
    const main = await house.deps.workspaces.bySlug('main');
    const body = { template: 'receipt', topic: 'receipts', email, data: { order: 'A-1', total: { amount: 12 } }, expires: 'P1D' };
    await expect(askMessage({ ...house.deps, failpoint }, main, { by: 'own systems', colleague: false, key: place }, body)).rejects.toThrow(
      'died',
    );
    const again = await ask({ email }, place);
    expect(again, again.text).toMatchObject({ status: 200 });
    expect(await became(again.body.id)).toMatchObject({ status: 'sent' });
    expect(mailsTo(email)).toHaveLength(1);
    expect(await world.rows('select 1 from person where email = $1', [email])).toHaveLength(1);
  });

  test('neither consent nor caps, quiet hours, fatigue and holds stand against it', async () => {
    await world.publish([
      {
        kind: 'cap-policy',
        key: 'main',
        body: {
          name: 'Strict',
          caps: [{ max: 1, within: 'P30D' }],
          quietHours: { from: '00:00', to: '23:59' },
          holds: [{ says: 'they asked', on: { event: 'Asked' }, lasts: 'P30D' }],
        },
      },
    ]);
    const person = await known('dee', { consent: { categoryPreferences: { marketing: false } } });
    await world.send([{ type: 'track', userId: 'dee', event: 'Asked' }]);
    for (let times = 0; times < 3; times++) expect(await asking({ person })).toMatchObject({ status: 'sent' });
  });

  test('a stop holds it, for everybody, for mail and for the person, until it is lifted or too late', async () => {
    const person = await known('eve');
    for (const [scope, reason] of [
      ['workspace', 'kill-switch'],
      ['channel:email', 'kill-switch'],
      [`person:${person}`, 'person-stop'],
    ] as const) {
      await stop(scope, true);
      const held = await asking({ person });
      expect(held, scope).toMatchObject({ status: 'held', reason });
      await stop(scope, false);
      expect(await became(held.id), scope).toMatchObject({ status: 'sent' });
    }
    await stop('workspace', true);
    const { id } = await asking({ person, expires: 'PT5M' });
    await world.turn('PT10M');
    await stop('workspace', false);
    expect(await became(id)).toMatchObject({ status: 'skipped', reason: 'expired' });
  });

  test('nothing goes to a dead address, to whom there is no address, and to whom was erased', async () => {
    expect(await asking({ email: 'nosuch@example.com' })).toMatchObject({ status: 'bounced', reason: 'refused-address' });
    expect(await asking({ email: 'nosuch@example.com' })).toMatchObject({ status: 'skipped', reason: 'suppressed' });
    await world.send([{ type: 'identify', userId: 'nowhere', traits: { name: 'No Address' } }]);
    expect(await asking({ userId: 'nowhere' })).toMatchObject({ status: 'skipped', reason: 'no-address' });
    const person = await known('gus');
    await stop('workspace', true);
    const { id } = await asking({ person });
    await world.must('DELETE', `/api/people/${person}`);
    expect(await ask({ person })).toMatchObject({ status: 404, body: { code: 'person-unknown' } });
    expect(await world.api('GET', `/api/messages/${id}`), 'the message went with the person').toMatchObject({ status: 404 });
    await stop('workspace', false);
    expect(mailsTo('gus@example.com')).toEqual([]);
    const anew = await asking({ email: 'gus@example.com' });
    expect(anew.person.id, 'whoever comes with the address again is somebody new').not.toBe(person);
  });

  test('what was given along is kept until the mail is sent, and a mail that cannot be written says so', async () => {
    const person = await known('hal');
    const sent = await asking({ person, data: { order: 'secret-link', total: { amount: 1 } } });
    expect((await world.rows('select details::text as text from message where message_id = $1', [sent.id]))[0]!.text).not.toContain(
      'secret-link',
    );
    await world.define('template', 'endless', {
      ...receipt(),
      subject: '{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}',
    });
    expect(await asking({ person, template: 'endless' })).toMatchObject({ status: 'skipped', reason: 'render-failed' });
  });
});
