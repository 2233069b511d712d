import { beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../world.ts';
import { openWorld, publicUrl, type World } from '../world.ts';

/** A mail is sent as a test: to a colleague, over the real way out, and it is nobody's message. */

const yes = { consent: { categoryPreferences: { marketing: true } } };
const mail = {
  channel: 'email',
  name: 'Spring letter',
  subject: 'Spring, {{ person.firstName }}',
  fallbacks: { firstName: 'friend' },
  blocks: [
    { block: 'text', text: 'Hello {{ person.firstName }}. [No more of this]({{ links.unsubscribe }})' },
    { block: 'button', label: 'Look', link: 'https://linden.example/spring' },
  ],
};

describe('over a real mail server', () => {
  let world: World;
  let berta: Record<string, string>;
  let ana: string;

  beforeAll(async () => {
    world = await openWorld({ mail: 'smtp' });
    const signIn = async (token: string): Promise<Record<string, string>> => {
      const answer = await world.app.inject({ method: 'POST', url: '/api/session', payload: { token } });
      const cookie = answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
      return { cookie, authorization: '', 'sec-fetch-site': 'same-origin', 'x-workspace': 'main' };
    };
    const owner = await signIn(await world.house.doorkeeper.newSignInToken());
    const invite = async (name: string, email: string) => world.must('POST', '/api/colleagues', { name, email }, owner);
    berta = await signIn((await invite('Berta', 'berta@linden.example')).link.split('#token=')[1]);
    await invite('Nobody', 'nosuch@linden.example');
    await world.send([{ type: 'identify', userId: 'ana', traits: { email: 'ana@example.com', firstName: 'Ana' }, context: yes }]);
    ana = (await world.person('ana@example.com')).id;
    await world.must('PUT', '/api/definitions/template/spring', { body: mail });
  });

  const testIt = (body: object, key = 'spring'): Promise<Answer> => world.api('POST', `/api/templates/${key}/test`, body, berta);

  test('the draft goes at once to who asks for it, written as for somebody, without a trace of them', async () => {
    const before = await world.everything();
    const answer = await testIt({ person: ana, topic: 'newsletter' });
    expect(answer).toMatchObject({ status: 200, body: { to: 'berta@linden.example', subject: 'Test: Spring, Ana', mailbox: null } });
    const [received, ...more] = await world.mailsTo('berta@linden.example');
    expect(more).toEqual([]);
    expect(received!.mail.subject).toBe('Test: Spring, Ana');
    expect(received!.mail.to).toMatchObject([{ address: 'berta@linden.example', name: '' }]);
    expect(received!.mail.html).toContain('This is a test of “Spring letter”, written as for Ana.');

    // Nothing is tracked, and no link is somebody's own.
    expect(received!.unsubscribe).toBeNull();
    const addresses = [...received!.raw.matchAll(/https?:\/\/[^\s"<>)]+/g)].map(([address]) => address.replace(/=\r\n/g, ''));
    expect(new Set(addresses.filter((address) => address.startsWith(publicUrl)))).toEqual(new Set([`${publicUrl}/u/test`]));
    expect(received!.mail.html).toContain('href="https://linden.example/spring"');
    expect(await world.get('/u/test')).toMatchObject({ status: 200, text: expect.stringContaining('Nobody was unsubscribed.') });

    const after = await world.everything();
    const changed = Object.keys(after).filter((table) => JSON.stringify(after[table]) !== JSON.stringify(before[table]));
    expect(changed, 'no message, no event, nothing of Ana').toEqual(['audit']);
    expect((await world.must('GET', '/api/audit')).items[0]).toMatchObject({
      actor: 'Berta',
      what: 'sent a test of the mail “Spring letter” to berta@linden.example',
      details: { template: 'spring', person: ana },
    });
  });

  test('what stands on the screen is sent, also as for somebody of whom nothing is known', async () => {
    const answer = await testIt({ body: { ...mail, subject: 'Summer, {{ person.firstName }}' } });
    expect(answer.body.subject).toBe('Test: Summer, friend');
    expect((await world.must('GET', '/api/definitions/template/spring')).draft.subject, 'the draft stays as it was').toBe(mail.subject);
  });

  test('customers get no tests, and a program has to say which colleague does', async () => {
    const sent = world.sink!.messages.length;
    for (const to of ['ana@example.com', 'not an address'])
      expect(await testIt({ to })).toMatchObject({
        status: 422,
        body: { code: 'test-recipient', message: 'Tests go to colleagues only.' },
      });
    expect(await world.api('POST', '/api/templates/spring/test', {})).toMatchObject({ status: 422, body: { code: 'test-recipient' } });
    expect(await testIt({ body: { ...mail, subject: '{% if' } })).toMatchObject({ status: 422, body: { code: 'definition-invalid' } });
    expect(world.sink!.messages.length).toBe(sent);
    expect(await world.api('POST', '/api/templates/spring/test', { to: 'Berta@Linden.example' })).toMatchObject({ status: 200 });
    expect(world.sink!.messages.length).toBe(sent + 1);
  });

  test('what the mail server refuses is told, and stands in no audit', async () => {
    const audits = (await world.must('GET', '/api/audit')).items.length;
    const answer = await testIt({ to: 'nosuch@linden.example' });
    expect(answer).toMatchObject({
      status: 502,
      body: { code: 'channel-failed', details: { result: 'refused', answer: expect.stringContaining('550') } },
    });
    expect((await world.must('GET', '/api/audit')).items.length).toBe(audits);
  });

  test('in practice it stays in the mailbox, and belongs to nobody there', async () => {
    const practice = { ...berta, 'x-workspace': 'practice' };
    const sent = world.sink!.messages.length;
    const answer = await world.api('POST', '/api/templates/welcome-hello/test', {}, practice);
    expect(answer).toMatchObject({ status: 200, body: { answer: 'kept in the mailbox' } });
    const kept = await world.must('GET', `/api/mailbox/${answer.body.mailbox}`, undefined, practice);
    expect(kept).toMatchObject({ person: null, to: 'berta@linden.example', subject: answer.body.subject });
    expect(world.sink!.messages.length).toBe(sent);
  });
});
