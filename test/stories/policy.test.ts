import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type MessageReason, messageReasons, sayReason } from '#contract/message.ts';
import { readBlueprint } from '#operations/blueprint.ts';
import { decideMessage } from '#engine/message/policy.ts';
import { sayInstant } from '#engine/local-time.ts';
import { emptyState } from '#engine/person.ts';
import { dialects } from '../databases.ts';
import { openWorld, type SegmentCall, type World } from '../world.ts';

/** Every "no" and every "not yet" that a message can get, each with the sentence that a colleague reads. */

const yes = { consent: { categoryPreferences: { marketing: true } } };
const no = { consent: { categoryPreferences: { marketing: false } } };
const told = new Set<MessageReason>();

/** A text that cannot be written for whoever has a long list. */
const endless = {
  channel: 'email',
  name: 'Endless',
  subject: 'Endless',
  blocks: [
    {
      block: 'text',
      text: '{% for a in person.list %}{% for b in person.list %}{% for c in person.list %}{{ c }}{% endfor %}{% endfor %}{% endfor %}',
    },
  ],
};

/** A journey that writes one mail when asked to. */
const writes = (event: string, more: object = {}, send: object = {}) => ({
  name: event,
  intent: 'Write when asked',
  reentry: 'after-exit',
  steps: [
    { key: 'asked', kind: 'entry', on: { event }, next: 'write' },
    { key: 'write', kind: 'send', template: 'note', topic: 'newsletter', expires: 'P3D', next: null, ...send },
  ],
  ...more,
});

/** What the policy says beyond caps of everybody and one night for all: each in a workspace of its own, because a policy is for everybody. */
describe.each(dialects)('the policy above journeys, on %s', (database) => {
  let world: World;
  let user = '';
  let people = 0;

  const policy = (more: object) =>
    world.publish([{ kind: 'cap-policy', key: 'main', body: { name: 'Policy', caps: [], quietHours: null, ...more } }]);
  const event = (name: string, more: object = {}) => world.send([{ type: 'track', userId: user, event: name, ...more }]);
  const ask = async (name = 'Asked') => {
    await world.turn('PT1S');
    await event(name);
    return latest();
  };
  const mine = async () => world.messages((await world.personBy('user', user)).id);
  const latest = async () => (await mine()).at(-1)!;
  const expectNo = async (reason: MessageReason, sentence: RegExp): Promise<void> => {
    told.add(reason);
    const message = await latest();
    expect(message).toMatchObject({ reason, sentence: expect.stringMatching(sentence) });
    expect(await world.why(message.person.id, `message:${message.id}`)).toMatchObject({ answer: message.sentence });
  };

  beforeAll(async () => {
    world = await openWorld({ database });
    await world.publish([
      { kind: 'field', key: 'mourning', body: { name: 'In mourning', path: 'mourning', type: 'boolean' } },
      { kind: 'field', key: 'vip', body: { name: 'VIP', path: 'vip', type: 'boolean' } },
      { kind: 'topic', key: 'tips', body: { name: 'Tips', purpose: 'marketing' } },
      {
        kind: 'segment',
        key: 'mourning',
        body: { name: 'In mourning', meaning: '', rule: { trait: { path: 'mourning', op: 'equals', value: true } } },
      },
      { kind: 'segment', key: 'vip', body: { name: 'VIP', meaning: '', rule: { trait: { path: 'vip', op: 'equals', value: true } } } },
      { kind: 'offer', key: 'ten', body: { name: 'Ten percent', lasts: 'P3D' } },
      { kind: 'offer', key: 'gift', body: { name: 'A gift', lasts: 'P3D' } },
      { kind: 'offer', key: 'trial', body: { name: 'A free hour', lasts: 'P3D' } },
      {
        kind: 'template',
        key: 'note',
        body: { channel: 'email', name: 'Note', subject: 'A note', blocks: [{ block: 'text', text: 'Hello.' }] },
      },
      { kind: 'journey', key: 'ask', body: writes('Asked') },
      {
        kind: 'journey',
        key: 'course',
        body: writes('Course Asked', {
          steps: [
            { key: 'asked', kind: 'entry', on: { event: 'Course Asked' }, next: 'm0' },
            ...[0, 1, 2, 3].flatMap((n) => [
              { key: `m${n}`, kind: 'send', template: 'note', topic: 'newsletter', expires: 'P7D', next: n === 3 ? null : `w${n}` },
              ...(n === 3 ? [] : [{ key: `w${n}`, kind: 'wait', for: 'P1D', next: `m${n + 1}` }]),
            ]),
          ],
        }),
      },
      { kind: 'journey', key: 'ask-tips', body: writes('Asked Tips', {}, { topic: 'tips' }) },
      {
        kind: 'journey',
        key: 'ask-ten',
        body: writes('Asked Ten', {
          goal: { on: { event: 'Order Completed' }, name: 'Order' },
          steps: [
            { key: 'asked', kind: 'entry', on: { event: 'Asked Ten' }, next: 'write' },
            { key: 'write', kind: 'send', template: 'note', topic: 'newsletter', offer: 'ten', next: 'stay' },
            { key: 'stay', kind: 'wait', for: 'P5D', next: null },
          ],
        }),
      },
      {
        kind: 'journey',
        key: 'ask-gift',
        body: writes('Asked Gift', { goal: { on: { event: 'Order Completed' }, name: 'Order' } }, { offer: 'gift' }),
      },
      { kind: 'template', key: 'endless', body: endless },
      { kind: 'journey', key: 'ask-endless', body: writes('Asked Endless', {}, { template: 'endless' }) },
      { kind: 'journey', key: 'ask-trial', body: writes('Asked Trial', {}, { offer: 'trial', expires: 'P5D' }) },
    ]);
  });
  beforeEach(async () => {
    const next = new Date(Math.ceil(world.now / 86_400_000) * 86_400_000 + 10 * 3_600_000);
    await world.turnTo(next.getTime());
    user = `q${++people}`;
  });
  const arrive = (traits: object = {}, more: object = {}) =>
    world.send([{ type: 'identify', userId: user, traits: { email: `${user}@example.com`, ...traits }, context: yes, ...more }]);

  test('a cap may be for one topic, for one stage or one segment', async () => {
    await policy({
      caps: [
        { topic: 'tips', max: 1, within: 'P7D' },
        { segment: 'vip', channel: 'email', max: 1, within: 'P1D' },
      ],
    });
    await arrive();
    expect((await ask('Asked Tips')).status).toBe('sent');
    expect((await ask()).status, 'of another topic').toBe('sent');
    await ask('Asked Tips');
    await expectNo('cap', /: the cap of 1 in 7 days on all channels about tips is reached\.$/);
    expect((await world.person(`${user}@example.com`)).capsLeft).toMatchObject([{ channel: '*', of: 'all channels about tips', left: 0 }]);

    user = `q${++people}`;
    await arrive({ vip: true });
    expect((await ask()).status).toBe('sent');
    await ask();
    await expectNo('cap', /: the cap of 1 in 1 day on email, for people in the segment vip is reached\.$/);
  });

  test('a cap may count in days and weeks of the calendar, where the person is', async () => {
    await policy({ caps: [{ max: 1, per: 'day' }] });
    await arrive({ timezone: 'Asia/Tokyo' });
    expect((await ask()).status).toBe('sent');
    const held = await ask();
    await expectNo('cap', /: the cap of 1 in a calendar day on all channels is reached\.$/);
    // The next day begins in Tokyo nine hours before it does in Greenwich.
    const midnight = Math.floor((world.now + 9 * 3_600_000) / 86_400_000) * 86_400_000 + 86_400_000 - 9 * 3_600_000;
    expect(held.dueAt).toBe(new Date(midnight).toISOString());
    await world.turnTo(midnight - 1);
    expect((await latest()).status).toBe('held');
    await world.turn('PT1S');
    expect((await latest()).sentAt).toBe(new Date(midnight).toISOString());
  });

  test('quiet hours of their own for people in a country', async () => {
    await policy({
      quietHours: { from: '21:00', to: '08:00' },
      quietElsewhere: [{ countries: ['AT'], from: '12:00', to: '14:00' }],
    });
    await world.turnTo(`${new Date(world.now).toISOString().slice(0, 10)}T12:30:00Z`);
    await arrive({ timezone: 'Europe/Lisbon' }, { context: { ...yes, location: { country: 'AT' } } });
    const held = await ask();
    told.add('quiet-hours');
    expect(held).toMatchObject({ status: 'held', reason: 'quiet-hours' });
    expect(held.sentence).toMatch(/: quiet hours, 12:00 to 14:00 in Europe\/Lisbon\.$/);
  });

  test('somebody who never comes back is left alone for a rest', async () => {
    await policy({ fatigue: { messages: 2, within: 'P30D', rest: 'P3D' } });
    await arrive();
    await event('Course Asked');
    const sentAt = async () => (await mine()).filter(({ status }) => status === 'sent').map((each) => Date.parse(each.sentAt!));
    const began = world.now;
    const day = 86_400_000;
    await world.turn('P3DT1H');
    // The first answers what they did just now; two come after it, and the next waits.
    expect(await sentAt()).toEqual([0, 1, 2].map((days) => began + days * day));
    await expectNo('fatigue', /^Held .*: they had 2 messages in 30 days without coming back, and are left alone for a while\.$/);
    await world.turn('P1DT1H');
    expect((await latest()).dueAt, 'it stands until the rest is over').toBe(new Date(began + 5 * day).toISOString());
    await world.turn('P2D');
    expect(await sentAt()).toEqual([0, 1, 2, 5].map((days) => began + days * day));
  });

  test('why names the version of the policy that said no, whatever is published since', async () => {
    await policy({ caps: [{ max: 1, within: 'P7D' }] });
    await arrive();
    await ask();
    const held = await ask();
    expect(held).toMatchObject({ reason: 'cap' });
    const version = async (): Promise<number | null> =>
      (await world.why(held.person.id, `message:${held.id}`)).because.find(({ held: holds }) => !holds)!.version;
    const then = await version();
    await policy({ caps: [{ max: 1, within: 'P8D' }] });
    expect((await world.must('GET', '/api/definitions/cap-policy/main')).version).toBe(then! + 1);
    expect(await version()).toBe(then);
  });

  test('somebody who was left alone and comes back hears what waited at once', async () => {
    await policy({ fatigue: { messages: 2, within: 'P30D', rest: 'P3D' } });
    await arrive();
    await event('Course Asked');
    await world.turn('P3DT1H');
    expect((await latest()).status).toBe('held');
    await world.send([{ type: 'page', userId: user }]);
    expect(await latest()).toMatchObject({ status: 'sent', sentAt: world.iso });
  });

  test('behind a slow server a message is checked again: the night may have begun since', async () => {
    await policy({ quietHours: { from: '21:00', to: '08:00' } });
    const many = Array.from({ length: 8 }, () => `q${++people}`);
    for (const each of many) {
      user = each;
      await arrive();
    }
    await world.turnTo('2026-11-02T19:59:50Z');
    for (const each of many) await world.accept([{ type: 'track', userId: each, event: 'Asked' } as SegmentCall]);
    // Four are handed over at a time; the first answer takes twenty seconds.
    let waited = false;
    world.answer(() => {
      if (!waited) world.leap(20_000);
      waited = true;
      return { result: 'sent', providerId: null, answer: '250 2.0.0 Ok' };
    });
    await world.settle();
    world.answer(() => ({ result: 'sent', providerId: null, answer: '250 2.0.0 Ok' }));
    const became: Record<string, number> = {};
    for (const each of many) {
      user = each;
      const { status, reason } = await latest();
      became[`${status} ${reason}`] = (became[`${status} ${reason}`] ?? 0) + 1;
    }
    expect(became).toEqual({ 'sent null': 4, 'held quiet-hours': 4 });
  });

  test('whoever says no while a message is about to leave is heard first', async () => {
    await policy({});
    await arrive();
    const message = await ask();
    // As it stands between its check and its body.
    await world.rows("update message set status = 'sending', sender = 1, sent_at = null, begun_at = null where message_id = $1", [
      message.id,
    ]);
    const no = { consent: { categoryPreferences: { marketing: false } } };
    await world.send([{ type: 'identify', userId: user, traits: {}, context: no } as SegmentCall]);
    expect(await latest()).toMatchObject({ id: message.id, status: 'skipped', reason: 'suppressed' });
  });

  test('marketing waits from a reply until it is answered, and goes out at once then', async () => {
    await policy({
      holds: [
        { says: 'an answer of ours is open', on: { event: 'Email Replied' }, until: { event: 'Reply Answered' }, lasts: 'P3D' },
        { says: 'they are in mourning', segment: 'mourning' },
      ],
    });
    await arrive();
    await event('Email Replied');
    await ask();
    await expectNo('policy-hold', /^Held .*: marketing waits: an answer of ours is open\.$/);
    await world.turn('PT1H');
    await event('Reply Answered');
    expect(await latest()).toMatchObject({ status: 'sent', sentAt: world.iso });
    await world.turn('PT5M');
    await event('Email Replied');
    await ask();
    await world.turn('P2DT23H');
    expect((await latest()).status).toBe('held');

    user = `q${++people}`;
    await arrive({ mourning: true });
    await ask();
    await expectNo('policy-hold', /: marketing waits: they are in mourning\.$/);
    await world.turn('P1D');
    expect((await latest()).status).toBe('held');
    await world.send([{ type: 'identify', userId: user, traits: { mourning: false } }]);
    await world.turn('PT5M');
    expect((await latest()).status).toBe('sent');
  });

  test('whoever leaves the segment that holds them gets what waited in that second, by time and by a new version of it', async () => {
    const busy = (name: string) =>
      world.publish([{ kind: 'segment', key: 'busy', body: { name: 'Busy', meaning: '', rule: { event: { name, within: 'PT10H' } } } }]);
    await busy('Phoned');
    await policy({ holds: [{ says: 'they talk to us', segment: 'busy' }] });
    await arrive();
    await event('Phoned');
    const phoned = world.now;
    await ask();
    await expectNo('policy-hold', /: marketing waits: they talk to us\.$/);
    await world.turnTo(phoned + 10 * 3_600_000 - 1);
    expect((await latest()).status).toBe('held');
    await world.turn('PT1S');
    expect(await latest()).toMatchObject({ status: 'sent', sentAt: new Date(phoned + 10 * 3_600_000).toISOString() });

    await event('Phoned');
    expect((await ask()).status).toBe('held');
    await busy('Came By');
    await world.settle();
    expect(await latest()).toMatchObject({ status: 'sent', sentAt: world.iso });
  });

  test('a policy that says less lets go at once what it held', async () => {
    const atMost = (max: number) => policy({ caps: [{ channel: 'email', max, within: 'P1D' }] });
    await atMost(1);
    await arrive();
    expect((await ask()).status).toBe('sent');
    await ask();
    await expectNo('cap', /: the cap of 1 in 1 day on email is reached\.$/);
    await atMost(2);
    await world.settle();
    expect(await latest()).toMatchObject({ status: 'sent', sentAt: world.iso });
  });

  test('one offer is open to somebody at a time, until it ends or they took it', async () => {
    await policy({});
    await arrive();
    expect((await ask('Asked Ten')).status).toBe('sent');
    const until = new Date(world.now + 3 * 86_400_000).toISOString();
    const second = await ask('Asked Trial');
    await expectNo('offer', /^Held .*: another offer is open to them: Ten percent\.$/);
    expect(second.dueAt).toBe(until);
    expect((await ask()).status, 'a message without an offer').toBe('sent');
    await world.turn('P3D');
    expect((await mine()).find(({ id }) => id === second.id)).toMatchObject({ status: 'sent', sentAt: until });

    user = `q${++people}`;
    await arrive();
    await ask('Asked Ten');
    await world.sendTrusted([{ type: 'track', userId: user, event: 'Order Completed' }]);
    expect((await ask('Asked Trial')).status, 'the first offer was taken').toBe('sent');

    user = `q${++people}`;
    await arrive();
    expect((await ask('Asked Gift')).status).toBe('sent');
    expect((await world.person(`${user}@example.com`)).runs).toMatchObject([{ journey: 'ask-gift', status: 'ended' }]);
    await ask('Asked Trial');
    await expectNo('offer', /: another offer is open to them: A gift\.$/);
    const waits = await latest();
    await world.turn('P1D');
    await world.sendTrusted([{ type: 'track', userId: user, event: 'Order Completed' }]);
    expect(
      (await mine()).find(({ id }) => id === waits.id),
      'taken although the mail was the last step: what waited goes',
    ).toMatchObject({
      status: 'sent',
      sentAt: world.iso,
    });
  });

  test('a message that could not be written has used up no cap', async () => {
    await policy({ caps: [{ max: 1, within: 'P1D' }] });
    await arrive({ list: Array.from({ length: 200 }, (_, n) => n) });
    expect(await ask('Asked Endless')).toMatchObject({ status: 'skipped', reason: 'render-failed' });
    expect((await ask()).status).toBe('sent');
    await ask();
    await expectNo('cap', /: the cap of 1 in 1 day on all channels is reached\.$/);
  });

  test('journeys of a group exclude each other, and the one of higher priority takes a person over', async () => {
    await policy({});
    const stays = (name: string, event: string, priority: number) => ({
      name,
      intent: 'Hold a place',
      priority,
      group: 'sales',
      reentry: 'after-exit',
      steps: [
        { key: 'begin', kind: 'entry', on: { event }, next: 'stay' },
        { key: 'stay', kind: 'wait', for: 'P5D', next: null },
      ],
    });
    await world.publish([
      { kind: 'journey', key: 'low', body: stays('Low', 'Low Asked', 30) },
      { kind: 'journey', key: 'high', body: stays('High', 'High Asked', 70) },
      { kind: 'journey', key: 'both-low', body: stays('Both low', 'Both Asked', 30) },
      { kind: 'journey', key: 'both-high', body: stays('Both high', 'Both Asked', 70) },
    ]);
    await arrive();
    const runs = async () =>
      Object.fromEntries(
        (await world.person(`${user}@example.com`)).runs.map((run: { journey: string; status: string }) => [run.journey, run.status]),
      );
    const why = async (journey: string) => (await world.why((await world.personBy('user', user)).id, `journey:${journey}`)).answer;
    await event('Low Asked');
    await event('High Asked');
    expect(await runs()).toEqual({ low: 'ended', high: 'live' });
    expect(await why('low')).toContain('another journey of its group took the person over: High');
    await event('Low Asked');
    expect(await runs()).toEqual({ low: 'ended', high: 'live' });
    expect(await why('low')).toBe('Not entered: High is under way, and the two exclude each other.');

    user = `q${++people}`;
    await arrive();
    await event('Both Asked');
    expect(await runs(), 'the same event asks for both').toEqual({ 'both-high': 'live' });

    user = `q${++people}`;
    await arrive();
    await event('High Asked');
    await world.send([{ type: 'track', anonymousId: `at home ${user}`, event: 'Low Asked' }]);
    await arrive({}, { anonymousId: `at home ${user}` });
    expect(await runs(), 'two who become one').toEqual({ low: 'ended', high: 'live' });
    expect(await why('low')).toContain('another journey of its group took the person over: High');
  });
});

describe.each(dialects)('on %s', (database) => {
  let world: World;
  let people = 0;
  let user = '';
  let email = '';

  beforeAll(async () => {
    world = await openWorld({ database });
    await world.publish([
      {
        kind: 'template',
        key: 'note',
        body: { channel: 'email', name: 'Note', subject: 'A note', blocks: [{ block: 'text', text: 'Hello {{ person.firstName }}.' }] },
      },
      { kind: 'template', key: 'endless', body: endless },
      { kind: 'journey', key: 'ask', body: writes('Asked') },
      { kind: 'journey', key: 'ask-soon', body: writes('Asked Soon', {}, { expires: 'PT2H' }) },
      {
        kind: 'template',
        key: 'to-system',
        body: { channel: 'webhook', name: 'To a system', url: 'https://system.example/hook', body: '{"who": "{{ person.id }}"}' },
      },
      { kind: 'journey', key: 'ask-hook', body: writes('Asked Hook', {}, { template: 'to-system' }) },
      { kind: 'journey', key: 'ask-receipt', body: writes('Asked Receipt', {}, { topic: 'account' }) },
      { kind: 'journey', key: 'ask-endless', body: writes('Asked Endless', {}, { template: 'endless' }) },
      {
        kind: 'journey',
        key: 'ask-goal',
        body: writes('Asked Goal', {
          goal: { on: { event: 'Order Completed' }, name: 'Order' },
          exits: [{ on: { event: 'Complained' }, reason: 'complained' }],
          steps: [
            { key: 'asked', kind: 'entry', on: { event: 'Asked Goal' }, next: 'write' },
            { key: 'write', kind: 'send', template: 'note', topic: 'newsletter', next: 'stay' },
            { key: 'stay', kind: 'wait', for: 'P2D', next: null },
          ],
        }),
      },
    ]);
  });

  beforeEach(async () => {
    // The next working day at eleven in Berlin, summer or winter, for somebody who has never got anything.
    world.answer(() => ({ result: 'sent', providerId: null, answer: '250 2.0.0 Ok' }));
    world.answerHooks(() => ({ result: 'sent', providerId: null, answer: '200' }));
    const next = new Date(Math.ceil(world.now / 86_400_000) * 86_400_000 + 10 * 3_600_000);
    await world.turnTo(next.getTime());
    user = `p${++people}`;
    email = `${user}@example.com`;
  });

  const arrive = (context: object = yes, traits: object = {}) =>
    world.send([{ type: 'identify', userId: user, traits: { email, ...traits }, context }]);
  const ask = async (event = 'Asked', more: object = {}) => {
    await world.turn('PT1S');
    await world.send([{ type: 'track', userId: user, event, ...more }]);
    return latest();
  };
  const latest = async () => (await world.messages((await world.personBy('user', user)).id)).at(-1)!;
  /** The message stands so, and the API, `why` and the catalogue say the same sentence. */
  const expectNo = async (status: string, reason: MessageReason, sentence: string): Promise<void> => {
    told.add(reason);
    const message = await latest();
    expect(message).toMatchObject({ status, reason, sentence });
    const why = await world.why(message.person.id, `message:${message.id}`);
    expect(why).toMatchObject({ answer: sentence, decided: status });
    expect(why.because.filter((line) => !line.held).length).toBeGreaterThan(0);
  };
  const mails = async (): Promise<number> => (await world.mailsTo(email)).length;

  test('sent: consent, an address, and nothing against it', async () => {
    await arrive();
    expect(await ask()).toMatchObject({ status: 'sent', reason: null, sentAt: world.iso });
    expect(await mails()).toBe(1);
  });

  test('no consent was ever given', async () => {
    await arrive({});
    await ask();
    await expectNo('skipped', 'no-consent', 'Not sent: there is no consent to marketing on email.');
  });

  test('a "no" is not a "yes", and a later "yes" of the person is', async () => {
    await arrive(no);
    await ask();
    await expectNo('skipped', 'no-consent', 'Not sent: there is no consent to marketing on email.');
    await world.send([{ type: 'page', userId: user, context: yes }]);
    expect((await ask()).status).toBe('sent');
  });

  test('the consent was taken back before an address was known', async () => {
    await world.send([{ type: 'page', userId: user, context: yes }]);
    await world.send([{ type: 'page', userId: user, context: no }]);
    const at = world.iso;
    await arrive(yes);
    await ask();
    await expectNo(
      'skipped',
      'consent-withdrawn',
      `Not sent: consent to marketing was withdrawn on ${sayInstant(Date.parse(at), 'Europe/Berlin')} (Europe/Berlin).`,
    );
  });

  test('the address was unsubscribed', async () => {
    await arrive();
    await world.send([{ type: 'page', userId: user, context: no }]);
    await ask();
    await expectNo('skipped', 'suppressed', 'Not sent: the address is suppressed: unsubscribed.');
    expect((await ask('Asked Receipt')).status, 'a receipt answers something that they did').toBe('sent');
  });

  test('there is no address', async () => {
    await world.send([{ type: 'page', userId: user, context: yes }]);
    await ask();
    await expectNo('skipped', 'no-address', 'Not sent: no email address is known.');
  });

  test('it would have been too late', async () => {
    await arrive();
    await world.must('PUT', '/api/kill-switches/journey:ask-soon', { stopped: true, reason: 'looking into it' });
    const message = await ask('Asked Soon');
    await world.turn('PT3H');
    await world.must('PUT', '/api/kill-switches/journey:ask-soon', { stopped: false });
    const expired = sayInstant(Date.parse(message.createdAt) + 2 * 3_600_000, 'Europe/Berlin');
    await expectNo('skipped', 'expired', `Not sent: it would have been too late: it expired on ${expired} (Europe/Berlin).`);
    expect(await mails()).toBe(0);
  });

  test.each([
    ['workspace', 'the workspace'],
    ['channel:email', 'e-mail'],
    ['journey:ask', 'the journey “Asked”'],
  ])('sending is stopped for %s, and goes on when the stop is lifted', async (scope, said) => {
    await arrive();
    expect(await world.api('PUT', `/api/kill-switches/${scope}`, { stopped: true })).toMatchObject({
      status: 422,
      body: { code: 'reason-needed' },
    });
    await world.must('PUT', `/api/kill-switches/${scope}`, { stopped: true, reason: 'a wrong price in the text' });
    await ask();
    told.add('kill-switch');
    expect((await latest()).sentence).toMatch(
      new RegExp(`^Held “Note”: sending is stopped for ${said} by .+: a wrong price in the text\\.$`),
    );
    expect(await latest()).toMatchObject({ status: 'held', reason: 'kill-switch' });
    await world.turn('PT30M');
    expect(await mails()).toBe(0);
    expect(
      (await world.must('GET', '/api/home')).attention.some((line: { sentence: string }) =>
        line.sentence.includes('a wrong price in the text'),
      ),
    ).toBe(true);
    await world.must('PUT', `/api/kill-switches/${scope}`, { stopped: false });
    expect(await latest()).toMatchObject({ status: 'sent', sentAt: world.iso });
    expect(await mails()).toBe(1);
  });

  test('a stop of one journey lets others write, and stops receipts of its own', async () => {
    await arrive();
    await world.must('PUT', '/api/kill-switches/journey:ask-receipt', { stopped: true, reason: 'test' });
    expect((await ask()).status).toBe('sent');
    expect((await ask('Asked Receipt')).status).toBe('held');
    await world.must('PUT', '/api/kill-switches/journey:ask-receipt', { stopped: false });
  });

  describe('quiet hours', () => {
    const at = (day: string, time: string) => world.turnTo(`${day}T${time}Z`);
    /** Somebody did this an hour ago, so it is no answer to an act of theirs just now. */
    const askLater = async () => {
      const earlier = new Date(world.now - 3_600_000).toISOString();
      return ask('Asked', { timestamp: earlier });
    };

    test('at night in the person’s zone it is held until eight there, to the millisecond', async () => {
      const day = new Date(world.now).toISOString().slice(0, 10);
      await at(day, '13:00:00');
      await arrive(yes, { timezone: 'Asia/Tokyo' });
      await askLater(); // 22:00 in Tokyo
      told.add('quiet-hours');
      expect(await latest()).toMatchObject({ status: 'held', reason: 'quiet-hours', dueAt: `${day}T23:00:00.000Z` });
      expect((await latest()).sentence).toMatch(/: quiet hours, 21:00 to 08:00 in Asia\/Tokyo\.$/);
      await world.turnTo(`${day}T22:59:59.999Z`);
      expect(await mails()).toBe(0);
      await world.turn('PT1S');
      expect((await latest()).sentAt).toBe(`${day}T23:00:00.000Z`);
    });

    test('an answer to what they did just now is not held', async () => {
      await at(new Date(world.now).toISOString().slice(0, 10), '22:30:00');
      await arrive();
      expect(await ask()).toMatchObject({
        status: 'sent',
        sentence: expect.stringMatching(
          /no cap stood against it, and quiet hours let through what answers an act of theirs within 5 minutes\.$/,
        ),
      });
    });

    test('without a zone of theirs, the workspace’s counts', async () => {
      const day = new Date(world.now).toISOString().slice(0, 10);
      await at(day, '20:30:00');
      await arrive();
      await askLater();
      expect(await latest()).toMatchObject({ status: 'held', reason: 'quiet-hours' });
      expect((await latest()).sentence).toContain('in Europe/Berlin');
    });

    test('a zone that does not exist is not one: the workspace’s counts', async () => {
      const day = new Date(world.now).toISOString().slice(0, 10);
      await at(day, '20:30:00');
      await arrive(yes, { timezone: 'Middle/Earth' });
      await askLater();
      expect(await latest()).toMatchObject({ status: 'held', reason: 'quiet-hours' });
      expect((await latest()).sentence).toContain('in Europe/Berlin');
    });

    test('somebody who moves while they wait is asked again in their new zone', async () => {
      const day = new Date(world.now).toISOString().slice(0, 10);
      await at(day, '21:00:00');
      await arrive();
      await askLater();
      await world.send([{ type: 'identify', userId: user, traits: { timezone: 'America/New_York' } }]); // 02:00 there when it is 08:00 in Berlin
      await world.turn('PT10H30M');
      expect(await latest()).toMatchObject({ status: 'held', reason: 'quiet-hours' });
      expect((await latest()).sentence).toContain('in America/New_York');
      await world.turn('PT8H');
      expect((await latest()).status).toBe('sent');
    });
  });

  test('caps count in rolling windows: the third within a day waits until the first is a day old', async () => {
    await arrive();
    await ask();
    const first = world.now;
    await world.turn('PT1H');
    await ask();
    expect(await mails()).toBe(2);
    await world.turn('PT1H');
    await ask();
    told.add('cap');
    const frees = new Date(first + 86_400_000).toISOString();
    expect(await latest()).toMatchObject({ status: 'held', reason: 'cap', dueAt: frees });
    expect((await latest()).sentence).toMatch(/: the cap of 2 in 1 day on email is reached\.$/);
    expect((await world.person(email)).capsLeft[0]).toMatchObject({ channel: 'email', max: 2, used: 2, left: 0, frees });
    expect((await ask('Asked Receipt')).status, 'what they asked for is not counted').toBe('sent');
    await world.turnTo(first + 86_400_000 - 1);
    expect(await mails()).toBe(3);
    await world.turn('PT1S');
    expect((await world.messages((await world.person(email)).id))[2]).toMatchObject({ status: 'sent', sentAt: frees });
  });

  test('what may have arrived counts while it is tried again, and does not stand against itself', async () => {
    await arrive();
    const left = async () => (await world.person(email)).capsLeft.find((cap) => cap.channel === '*')?.left;
    for (const before of [4, 3, 2, 1]) {
      expect(await ask('Asked Hook')).toMatchObject({ status: 'sent' });
      expect(await left()).toBe(before);
    }
    world.answerHooks(() => ({ result: 'uncertain', answer: 'the line broke' }));
    expect(await ask('Asked Hook')).toMatchObject({ status: 'held', reason: 'try-later' });
    expect(await left()).toBe(0);
    expect(await ask('Asked'), 'the fifth may have arrived').toMatchObject({ reason: 'cap' });
    world.answerHooks(() => ({ result: 'later', retryAt: null, answer: '503' }));
    await world.turn('PT2M');
    expect(await left(), 'this time it certainly did not arrive, the first time it may have').toBe(0);
    world.answerHooks(() => ({ result: 'sent', providerId: null, answer: '200' }));
    await world.turn('PT10M');
    const hooks = (await world.messages((await world.person(email)).id)).filter((each) => each.channel === 'webhook');
    expect(hooks.map((each) => each.status)).toEqual(Array(5).fill('sent'));
    expect(await left()).toBe(0);
  });

  test('ten mails that want to go at once: two go, whatever happens', async () => {
    await arrive();
    await world.publish(Array.from({ length: 10 }, (_, n) => ({ kind: 'journey' as const, key: `flood-${n}`, body: writes('Flooded') })));
    await world.send([{ type: 'track', userId: user, event: 'Flooded' }]);
    expect(await mails()).toBe(2);
    const start = world.now;
    for (let days = 0; days < 8; days++) {
      await world.turn('P1D');
      const sent = (await world.mailsTo(email)).map((mail) => mail.at);
      for (const at of sent) {
        expect(sent.filter((other) => other > at - 86_400_000 && other <= at).length, 'a day').toBeLessThanOrEqual(2);
        expect(sent.filter((other) => other > at - 7 * 86_400_000 && other <= at).length, 'a week').toBeLessThanOrEqual(4);
      }
    }
    const all = await world.messages((await world.person(email)).id);
    expect(all.filter((message) => message.status === 'sent').length).toBeGreaterThanOrEqual(4);
    for (const message of all.filter((each) => each.status === 'skipped')) expect(['expired', 'cap']).toContain(message.reason);
    expect(world.now).toBe(start + 8 * 86_400_000);
  });

  test('the goal was met while the mail was held', async () => {
    await arrive();
    await world.must('PUT', '/api/kill-switches/journey:ask-goal', { stopped: true, reason: 'pause' });
    await ask('Asked Goal');
    await world.sendTrusted([{ type: 'track', userId: user, event: 'Order Completed' }]);
    await world.must('PUT', '/api/kill-switches/journey:ask-goal', { stopped: false });
    await expectNo('skipped', 'goal-met', 'Not sent: the goal of the journey had been met: Order.');
  });

  test('they left the journey while the mail was held', async () => {
    await arrive();
    await world.must('PUT', '/api/kill-switches/journey:ask-goal', { stopped: true, reason: 'pause' });
    await ask('Asked Goal');
    await world.send([{ type: 'track', userId: user, event: 'Complained' }]);
    await world.must('PUT', '/api/kill-switches/journey:ask-goal', { stopped: false });
    await expectNo('skipped', 'run-ended', 'Not sent: the run had ended: the person left early (complained).');
  });

  test('the text cannot be written for this person', async () => {
    await arrive(yes, { list: Array.from({ length: 200 }, (_, n) => n) });
    await ask('Asked Endless');
    told.add('render-failed');
    expect(await latest()).toMatchObject({ status: 'skipped', reason: 'render-failed' });
    expect((await latest()).sentence).toMatch(
      /^Not sent: the message could not be written: the text (repeats too often|grows too long)\b.*\.$/,
    );
  });

  test('the other side says that nobody lives there: bounced, and nothing more goes to it, receipts included', async () => {
    await arrive();
    world.answer(() => ({ result: 'refused', permanent: true, about: 'address', answer: '550 5.1.1 No such user' }));
    await ask();
    await expectNo('bounced', 'refused-address', 'Bounced: the other side says that the address does not exist: 550 5.1.1 No such user.');
    world.answer(() => ({ result: 'sent', providerId: null, answer: '250 Ok' }));
    await ask('Asked Receipt');
    await expectNo('skipped', 'suppressed', 'Not sent: the address is suppressed: the address does not exist.');
  });

  test('the other side refuses for a reason of its own: failed, and the address is not held against them', async () => {
    await arrive();
    world.answer(() => ({ result: 'refused', permanent: true, about: 'policy', answer: '550 5.7.1 Blocked' }));
    await ask();
    await expectNo('failed', 'refused-policy', 'Not sent: the other side refused the message: 550 5.7.1 Blocked.');
    world.answer(() => ({ result: 'sent', providerId: null, answer: '250 Ok' }));
    expect((await ask()).status).toBe('sent');
  });

  test('the other side asks to try again: it is tried again, with the same id, until it is taken', async () => {
    await arrive();
    const ids: string[] = [];
    world.answer((mail) => {
      ids.push(/^Message-ID: (.*)$/im.exec(mail.raw.toString())![1]!);
      return ids.length < 3
        ? { result: 'later', retryAt: null, answer: '451 4.7.1 Greylisted' }
        : { result: 'sent', providerId: null, answer: '250 Ok' };
    });
    await ask();
    told.add('try-later');
    expect((await latest()).sentence).toMatch(/^Held .*: the other side asked to try again later: 451 4\.7\.1 Greylisted\.$/);
    await world.turn('PT2H');
    expect(await latest()).toMatchObject({ status: 'sent' });
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
    expect(await mails()).toBe(1);
  });

  test('the other side never takes it: given up when it expires', async () => {
    await arrive();
    world.answer(() => ({ result: 'later', retryAt: null, answer: '451 4.3.2 Not now' }));
    await ask('Asked Soon');
    await world.turn('PT4H');
    await expectNo('failed', 'gave-up', 'Not sent: the other side never took it: 451 4.3.2 Not now.');
  });

  test('nobody can say whether it arrived: shown, and not sent again by itself', async () => {
    await arrive();
    world.answer(() => ({ result: 'uncertain', answer: 'connection lost after the body' }));
    await ask();
    await expectNo(
      'uncertain',
      'uncertain',
      'Uncertain: the connection broke while the message was being handed over; it may have arrived, so it is not sent again by itself.',
    );
    world.answer(() => ({ result: 'sent', providerId: null, answer: '250 Ok' }));
    await world.turn('P1D');
    expect(await mails()).toBe(0);
    const { id } = await latest();
    await world.must('POST', `/api/messages/${id}/settle`, { as: 'again' });
    expect(await latest()).toMatchObject({ id, status: 'sent' });
    expect(await mails()).toBe(1);
    expect(await world.api('POST', `/api/messages/${id}/settle`, { as: 'again' })).toMatchObject({ status: 404 });
  });

  test('every reason of the catalogue has been told', () => {
    const judge = (person: object, more: object = {}, stopped: string[] = []) =>
      decideMessage(
        {
          channel: 'email',
          topic: 'newsletter',
          purpose: 'transactional',
          journey: 'ask',
          expiresAt: 1e15,
          actAt: null,
          runEnded: null,
          ...more,
        },
        {
          person: { erasedAt: null, email: 'x@example.com', state: emptyState(), ...person } as never,
          policy: null,
          workspaceZone: 'UTC',
          sent: [],
          events: [],
          offers: new Map(),
          suppressed: null,
          stopped: new Map(stopped.map((scope) => [scope, { by: 'ana', because: null }])),
        },
        0,
      );
    expect(judge({ erasedAt: 1 })).toMatchObject({ do: 'skip', reason: 'erased' });
    const paused = { since: 0, by: 'ana', reason: 'a complaint' };
    expect(judge({ state: { ...emptyState(), paused } })).toMatchObject({ do: 'hold', reason: 'handed-over' });
    expect(sayReason('handed-over', { by: 'ana', because: 'a complaint' })).toBe('ana has taken over: a complaint');
    told.add('handed-over');
    expect(judge({}, { ifHeld: 'best', betterFrom: 'offer' })).toMatchObject({ do: 'skip', reason: 'replaced' });
    told.add('replaced');
    expect(sayReason('erased', {})).toBe('the person was erased');
    told.add('erased');
    // Those of broadcasts are told in broadcasts.test.ts; the order of the questions is held here: a pause comes before the end of a message's time.
    const over = { reason: 'broadcast-cancelled' as const, details: { by: 'ana' } };
    expect(judge({}, { broadcast: 'b', over })).toEqual({ do: 'skip', ...over });
    expect(judge({}, { broadcast: 'b', expiresAt: 0 }, ['broadcast:b'])).toMatchObject({ do: 'hold', reason: 'paused' });
    for (const reason of ['broadcast-cancelled', 'paused', 'pace', 'had-already'] as const) told.add(reason);
    const stopped = { since: 0, by: 'ana', reason: 'a dispute' };
    expect(judge({ id: 'p', state: { ...emptyState(), stopped } })).toMatchObject({ do: 'hold', reason: 'person-stop' });
    expect(judge({ id: 'p' }, { journey: null, ifHeld: 'drop' }, ['person:p'])).toMatchObject({ do: 'hold', reason: 'person-stop' });
    expect(sayReason('person-stop', { by: 'ana', because: 'a dispute' })).toBe('everything is stopped for this person by ana: a dispute');
    expect(sayReason('person-stop', {})).toBe('everything is stopped for this person');
    told.add('person-stop');
    // A fault of ours cannot be called up from outside; its sentence is held here.
    expect(sayReason('fault', {})).toBe('something went wrong on our side; it is looked at again');
    told.add('fault');
    expect([...told].sort()).toEqual(Object.keys(messageReasons).sort());
  });
});

describe('quiet hours on the days when clocks change', () => {
  const cases: { zone: string; now: string; until: string; says: string }[] = [
    { zone: 'Europe/Berlin', now: '2026-03-28T22:30:00Z', until: '2026-03-29T06:00:00.000Z', says: 'spring: the night is an hour shorter' },
    { zone: 'Europe/Berlin', now: '2026-10-24T20:30:00Z', until: '2026-10-25T07:00:00.000Z', says: 'autumn: the night is an hour longer' },
    {
      zone: 'America/New_York',
      now: '2026-03-08T05:30:00Z',
      until: '2026-03-08T12:00:00.000Z',
      says: 'spring in New York, three weeks earlier',
    },
    {
      zone: 'Australia/Lord_Howe',
      now: '2026-04-04T11:00:00Z',
      until: '2026-04-04T21:30:00.000Z',
      says: 'half an hour is given back on Lord Howe',
    },
    { zone: 'Asia/Kathmandu', now: '2026-06-01T16:00:00Z', until: '2026-06-02T02:15:00.000Z', says: 'an offset of 5:45, no change at all' },
  ];
  test.each(cases)('$says ($zone)', async ({ zone, now, until }) => {
    const policy = (await readBlueprint('service-business')).find((each) => each.kind === 'cap-policy')!.body as never;
    const person = {
      erasedAt: null,
      email: 'x@example.com',
      zone,
      state: { ...emptyState(), consents: { 'marketing/*': { state: 'granted', at: 0 } } },
    } as never;
    const at = Date.parse(now);
    const given = {
      person,
      policy,
      workspaceZone: 'UTC',
      sent: [],
      events: [],
      offers: new Map(),
      suppressed: null,
      stopped: new Map(),
    };
    const candidate = {
      channel: 'email',
      topic: 'newsletter',
      purpose: 'marketing',
      journey: 'ask',
      expiresAt: at + 3 * 86_400_000,
      actAt: null,
      runEnded: null,
    } as never;
    const verdict = decideMessage(candidate, given, at);
    expect(verdict).toMatchObject({ do: 'hold', reason: 'quiet-hours' });
    expect(new Date((verdict as { until: number }).until).toISOString()).toBe(until);
    expect(decideMessage(candidate, given, Date.parse(until))).toEqual({ do: 'send' });
    expect(decideMessage(candidate, given, Date.parse(until) - 1)).toMatchObject({ do: 'hold' });
  });
});
