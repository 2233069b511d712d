import { beforeAll, describe, expect, test } from 'vitest';
import type { MessageReason, MessageStatus } from '#contract/message.ts';
import { messageReasons } from '#contract/message.ts';
import type { MessageRow } from '#contract/routes/messages.ts';
import { whyNoRetry } from '#contract/retry.ts';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** What a colleague decides about a message that has ended: to send it again, where that is right, and once; or that it arrived. */

const note = (text = 'Hello.') => ({ channel: 'email', name: 'Note', subject: 'A note', blocks: [{ block: 'text', text }] });
const unwritable = '{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}';
const yes = { consent: { categoryPreferences: { marketing: true } } };

test('of all the ways in which a message may end, these can be mended by sending it again', () => {
  const may = (status: MessageStatus): string[] =>
    (Object.keys(messageReasons) as MessageReason[]).filter((reason) => whyNoRetry(status, reason) === null);
  expect(may('skipped')).toEqual(['expired', 'render-failed', 'refused-policy', 'try-later', 'gave-up', 'uncertain', 'fault']);
  for (const status of ['queued', 'held', 'sending', 'sent'] as const) expect(may(status), status).toEqual([]);
});

describe.each(dialects)('messages that are sent again, on %s', (database) => {
  let world: World;
  let asked = 0;

  const ask = async (body: object): Promise<MessageRow> => {
    const { id } = await world.must(
      'POST',
      '/api/messages',
      { template: 'note', topic: 'receipts', ...body },
      { 'idempotency-key': `k-${++asked}` },
    );
    return became(id);
  };
  const became = (id: string): Promise<MessageRow> => world.must('GET', `/api/messages/${id}`);
  const retry = (id: string, body: object = { reason: 'it was mended' }) => world.api('POST', `/api/messages/${id}/retry`, body);
  const refused = (because: string | RegExp) => ({
    status: 409,
    body: { code: 'retry-refused', details: { because: typeof because === 'string' ? because : expect.stringMatching(because) } },
  });
  const mailsTo = (email: string): string[] => world.sink!.messages.filter(({ to }) => to.includes(email)).map(({ raw }) => raw.toString());
  const stop = (stopped: boolean) => world.must('PUT', '/api/kill-switches/workspace', { stopped, reason: 'a try' });

  beforeAll(async () => {
    world = await openWorld({ database, blueprint: false, mail: 'smtp' });
    await world.must('PATCH', '/api/settings', {
      senderName: 'Linden',
      senderEmail: 'hello@linden.example',
      postalAddress: 'Linden, 12 Garden Lane, Berlin',
    });
    await world.publish([
      { kind: 'topic', key: 'receipts', body: { name: 'Receipts', purpose: 'transactional' } },
      { kind: 'topic', key: 'news', body: { name: 'News', purpose: 'marketing' } },
      // Nothing stops by itself while one failure after the other is called forth.
      { kind: 'cap-policy', key: 'main', body: { name: 'None', caps: [], quietHours: null, breaker: null } },
      { kind: 'template', key: 'note', body: note() },
      {
        kind: 'journey',
        key: 'write',
        body: {
          name: 'Write',
          intent: 'Write when asked',
          reentry: 'after-exit',
          steps: [
            { key: 'asked', kind: 'entry', on: { event: 'Asked' }, next: 'send' },
            { key: 'send', kind: 'send', template: 'note', topic: 'news', expires: 'PT5M', next: 'stay' },
            { key: 'stay', kind: 'wait', for: 'P30D', next: null },
          ],
        },
      },
    ]);
  });

  test('what may have arrived is sent again when a colleague says so, or counted as arrived', async () => {
    const message = await ask({ email: 'drop-after-dot@example.com' });
    expect(message).toMatchObject({ status: 'uncertain' });
    const before = mailsTo('drop-after-dot@example.com').length;
    expect(await retry(message.id, { reason: 'she has nothing' })).toMatchObject({ status: 200, body: { status: 'queued' } });
    expect(mailsTo('drop-after-dot@example.com').length).toBe(before);
    expect(await became(message.id), 'the server is as it was').toMatchObject({
      status: 'uncertain',
      byHand: [
        {
          by: expect.stringMatching(/^key /),
          did: 'again',
          because: 'she has nothing',
          was: expect.stringMatching(/^uncertain: the connection broke/),
        },
      ],
    });
    await world.must('POST', `/api/messages/${message.id}/settle`, { as: 'sent', reason: 'the log says so' });
    expect(await became(message.id)).toMatchObject({ status: 'sent', byHand: [{}, { did: 'arrived', because: 'the log says so' }] });
    expect(await retry(message.id)).toMatchObject(refused('it was sent'));
    const said = (await world.timeline(message.person.id, 'message')).map(({ title, by }) => [by, title]);
    expect(said).toContainEqual(['colleague', expect.stringMatching(/: key .* sent it again: she has nothing$/)]);
    expect(said).toContainEqual(['colleague', expect.stringMatching(/: key .* counted it as arrived: the log says so$/)]);
    const why = await world.why(message.person.id, `message:${message.id}`);
    expect(why.because.map(({ rule }) => rule)).toContainEqual(expect.stringMatching(/sent it again: she has nothing$/));
    const { items } = await world.must('GET', '/api/audit');
    expect(items.map(({ what }: { what: string }) => what)).toEqual(
      expect.arrayContaining([
        'sent an uncertain message again: she has nothing',
        'settled an uncertain message as arrived: the log says so',
      ]),
    );
  });

  test('what the other side refused goes out when it does not any more', async () => {
    const { id, person } = await ask({ email: 'policy@example.com' });
    expect(await became(id)).toMatchObject({ status: 'failed', reason: 'refused-policy' });
    await world.must('PATCH', `/api/people/${person.id}`, { traits: { email: 'mended@example.com' } });
    expect(await retry(id, {})).toMatchObject({ status: 422, body: { code: 'reason-needed' } });
    expect(await retry(id)).toMatchObject({ status: 200 });
    expect(await became(id)).toMatchObject({ status: 'sent', reason: null });
    expect(mailsTo('mended@example.com')).toHaveLength(1);
  });

  test('what was given up is tried anew for as long as it had, from the first pause on', async () => {
    const { id } = await ask({ email: 'greylist@example.com', expires: 'PT1H' });
    await world.turn('PT2H');
    expect(await became(id)).toMatchObject({ status: 'failed', reason: 'gave-up' });
    expect(await retry(id)).toMatchObject({ status: 200 });
    const held = await became(id);
    expect(held).toMatchObject({ status: 'held', reason: 'try-later', dueAt: new Date(world.now + 60_000).toISOString() });
    expect(await retry(id)).toMatchObject(refused(/^it is on its way already/));
    await world.turn('PT2H');
    expect(await became(id)).toMatchObject({ status: 'failed', reason: 'gave-up' });
  });

  test('what could not be written is written from the template as it was mended', async () => {
    await world.define('template', 'note', note(unwritable));
    const { id } = await ask({ email: 'ana@example.com' });
    expect(await became(id)).toMatchObject({ status: 'skipped', reason: 'render-failed' });
    await world.define('template', 'note', note('It is mended.'));
    expect(await retry(id)).toMatchObject({ status: 200 });
    expect(await became(id)).toMatchObject({ status: 'sent' });
    expect(mailsTo('ana@example.com')).toEqual([expect.stringContaining('It is mended.')]);
  });

  test('what came too late gets new time, and the last check is asked again', async () => {
    await stop(true);
    const { id, person } = await ask({ email: 'bea@example.com', expires: 'PT5M' });
    await world.turn('PT10M');
    await stop(false);
    expect(await became(id)).toMatchObject({ status: 'skipped', reason: 'expired' });
    await stop(true);
    expect(await retry(id, { reason: 'it still matters', expires: 'PT30M' })).toMatchObject({ status: 200 });
    expect(await became(id), 'a stop holds it again').toMatchObject({ status: 'held', reason: 'kill-switch' });
    await world.turn('PT10M');
    await stop(false);
    expect(await became(id)).toMatchObject({ status: 'sent' });
    expect(await world.messages(person.id)).toHaveLength(1);
  });

  test('what was decided about the person stands', async () => {
    const latest = async (name: string): Promise<MessageRow> => (await world.messages((await world.personBy('user', name)).id)).at(-1)!;
    const arrive = (name: string, context: object, email = `${name}@example.com`) =>
      world.send([
        { type: 'identify', userId: name, traits: { email }, context },
        { type: 'track', userId: name, event: 'Asked' },
      ]);
    await arrive('no', {});
    expect(await retry((await latest('no')).id)).toMatchObject(refused('only the person can give consent'));
    await arrive('dead', yes, 'nosuch@example.com');
    expect(await retry((await latest('dead')).id)).toMatchObject(refused('the address does not exist'));
    const another = await ask({ email: 'nosuch@example.com' });
    expect(await retry(another.id)).toMatchObject(refused('nothing goes to a suppressed address'));
    await stop(true);
    await arrive('out', yes);
    await world.must('POST', '/api/journeys/write/leave', { people: [(await latest('out')).person.id], reason: 'a try' });
    await stop(false);
    await world.turn('PT1M');
    expect(await latest('out')).toMatchObject({ status: 'skipped', reason: 'run-ended' });
    expect(await retry((await latest('out')).id)).toMatchObject(refused('its run has ended, and the message with it'));
    // One that may be sent again, of somebody who has withdrawn since: the last check says no.
    await stop(true);
    await arrive('late', yes);
    await world.turn('PT10M');
    await stop(false);
    const { id, person } = await latest('late');
    expect(await became(id)).toMatchObject({ reason: 'expired' });
    await world.must('POST', `/api/people/${person.id}/consents`, { purpose: 'marketing', state: 'withdrawn' });
    expect(await retry(id)).toMatchObject({ status: 200 });
    expect(await became(id)).toMatchObject({ status: 'skipped', reason: 'suppressed' });
    expect(await retry('00000000-0000-7000-8000-0000000000ff')).toMatchObject({ status: 404, body: { code: 'message-unknown' } });
  });

  test('by several colleagues at once it goes out once; of several chosen each says what became of it', async () => {
    await world.define('template', 'note', note(unwritable));
    const one = await ask({ email: 'cem@example.com' });
    const two = await ask({ email: 'dee@example.com' });
    await world.define('template', 'note', note('Mended again.'));
    const sent = await ask({ email: 'eve@example.com' });
    const answers = await Promise.all(Array.from({ length: 6 }, () => retry(one.id)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409, 409]);
    expect(mailsTo('cem@example.com')).toHaveLength(1);
    expect((await became(one.id)).byHand).toHaveLength(1);
    const { items } = await world.must('POST', '/api/messages/retry', {
      ids: [one.id, two.id, sent.id, two.id],
      reason: 'the template was mended',
    });
    expect(items).toEqual([
      { id: one.id, queued: false, because: 'it was sent' },
      { id: two.id, queued: true, because: null },
      { id: sent.id, queued: false, because: 'it was sent' },
    ]);
    for (const email of ['dee@example.com', 'eve@example.com']) expect(mailsTo(email), email).toHaveLength(1);
  });
});
