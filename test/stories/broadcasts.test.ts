import { beforeAll, describe, expect, test } from 'vitest';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** One message to everybody in some segments: who gets it is frozen at the start, each person gets it once, and whoever does not has a reason. */

const yes = { consent: { categoryPreferences: { marketing: true } } };
const api = '/api/broadcasts';

const calm = (policy: object = {}) => ({ name: 'Limits', caps: [], quietHours: null, ...policy });

async function openHouse(database: (typeof dialects)[number]): Promise<World> {
  const world = await openWorld({ database, blueprint: false });
  await world.must('PATCH', '/api/settings', {
    senderName: 'Linden',
    senderEmail: 'hello@linden.example',
    postalAddress: 'Linden, 12 Garden Lane, Berlin',
    zone: 'Europe/Berlin',
  });
  await world.publish([
    ...['reads', 'buys', 'staff'].map((key) => ({ kind: 'field' as const, key, body: { path: key, name: key, type: 'boolean' } })),
    { kind: 'topic', key: 'news', body: { name: 'News', purpose: 'marketing' } },
    { kind: 'cap-policy', key: 'main', body: calm() },
    { kind: 'entry-point', key: 'site', body: { name: 'Site', entry: 'api', source: 'site' } },
    {
      kind: 'template',
      key: 'spring',
      body: {
        channel: 'email',
        name: 'Spring',
        subject: 'Spring for {{ person.name }}',
        blocks: [{ block: 'text', text: 'It is here.' }],
        fallbacks: { name: 'you' },
      },
    },
    { kind: 'segment', key: 'readers', body: { name: 'Readers', rule: { trait: { path: 'reads', op: 'equals', value: true } } } },
    { kind: 'segment', key: 'buyers', body: { name: 'Buyers', rule: { trait: { path: 'buys', op: 'equals', value: true } } } },
    { kind: 'segment', key: 'staff', body: { name: 'Staff', rule: { trait: { path: 'staff', op: 'equals', value: true } } } },
  ]);
  return world;
}

const person = (name: string, traits: object = {}, consent: object = yes) => ({
  type: 'identify' as const,
  userId: name,
  traits: { email: `${name}@example.com`, name, ...traits },
  context: { ...consent },
});
const plan = (given: object = {}) => ({
  name: 'Spring',
  purpose: 'To say that spring is here',
  segments: ['readers', 'buyers'],
  without: ['staff'],
  template: 'spring',
  topic: 'news',
  ...given,
});
async function sent(world: World, given: object = {}): Promise<string> {
  const { id } = await world.must('POST', api, plan(given));
  await world.must('POST', `${api}/${id}/start`);
  return id;
}
/** How often each address got a mail. */
const mails = (world: World) =>
  Object.fromEntries([...Map.groupBy(world.mails, (mail) => mail.to)].map(([to, list]) => [to.split('@')[0], list.length]));
const read = (world: World, id: string) => world.must('GET', `${api}/${id}`);

describe.each(dialects)('on %s', (database) => {
  let world: World;
  beforeAll(async () => {
    world = await openHouse(database);
    await world.sendTrusted([
      person('ana', { reads: true, buys: true }),
      person('ben', { reads: true }),
      person('cleo', { buys: true }),
      person('staffan', { reads: true, staff: true }),
      person('dora', { reads: true }, {}),
      person('emil', {}),
    ]);
  });

  test('everybody in any of the segments and in none of the others gets it once, and every "no" has its reason', async () => {
    expect(await world.must('POST', `${api}/audience`, { segments: ['readers', 'buyers'], without: ['staff'] })).toEqual({
      people: 4,
      before: 5,
      taken: 1,
    });
    const id = await sent(world);
    expect(mails(world)).toEqual({ ana: 1, ben: 1, cleo: 1 });
    const after = await read(world, id);
    expect(after).toMatchObject({ state: 'finished', audience: 4, figures: { sent: 3, skipped: 1, waiting: 0 } });
    expect(after.reasons).toEqual([{ status: 'skipped', reason: 'no-consent', people: 1 }]);
    expect((await world.must('GET', `${api}/${id}/people?outcome=skipped`)).items).toMatchObject([
      { person: { name: 'dora' }, sentence: 'Not sent: there is no consent to marketing on email.' },
    ]);
    const ana = await world.person('ana@example.com');
    const [message] = (await world.must('GET', `/api/messages?broadcast=${id}&person=${ana.id}`)).items;
    expect(message).toMatchObject({ broadcast: { id, name: 'Spring' }, status: 'sent' });
    expect((await world.why(ana.id, `message:${message.id}`)).answer).toContain(
      'the broadcast “Spring” is for them, there was consent to marketing',
    );
    expect((await world.timeline(ana.id, 'message')).map((item) => item.title).join()).toContain('the broadcast “Spring”');
    expect((await world.must('GET', api)).items).toMatchObject([{ id, state: 'finished', figures: { sent: 3 } }]);
    expect(await world.api('PUT', `${api}/${id}`, plan())).toMatchObject({ status: 409, body: { code: 'broadcast-state' } });
    expect(await world.api('POST', `${api}/${id}/start`), 'a second press').toMatchObject({
      status: 409,
      body: { code: 'broadcast-state' },
    });
  });

  test('a draft says what it lacks, can be removed, and nothing is sent by it', async () => {
    const draft = await world.must('POST', api, { name: 'Half', segments: ['nobody-knows'] });
    expect(await world.api('POST', `${api}/${draft.id}/start`)).toMatchObject({
      status: 409,
      body: { code: 'broadcast-incomplete', details: [{ path: 'segments' }, { path: 'template' }, { path: 'topic' }] },
    });
    await world.must('DELETE', `${api}/${draft.id}`);
    expect(await world.api('GET', `${api}/${draft.id}`)).toMatchObject({ status: 404, body: { code: 'broadcast-unknown' } });
  });

  describe('at a time', () => {
    let world: World;
    beforeAll(async () => {
      world = await openHouse(database);
      await world.sendTrusted([
        person('berlin', { reads: true }),
        person('tokyo', { reads: true, timezone: 'Asia/Tokyo' }),
        person('york', { reads: true, timezone: 'America/New_York' }),
      ]);
    });

    test('the same instant for everybody; until then it is a draft again with one press, and whoever left before does not get it', async () => {
      const id = await sent(world, { when: { at: 'instant', instant: '2026-03-02T12:00:00Z' } });
      expect(await read(world, id)).toMatchObject({ state: 'scheduled', startsAt: '2026-03-02T12:00:00.000Z' });
      expect(await world.must('POST', `${api}/${id}/unschedule`)).toMatchObject({ state: 'draft', startsAt: null });
      await world.must('POST', `${api}/${id}/start`);
      await world.turn('PT1H');
      await world.sendTrusted([person('late', { reads: true }), person('york', { reads: false, timezone: 'America/New_York' })]);
      expect(mails(world)).toEqual({});
      await world.turnTo('2026-03-02T12:00:00Z');
      expect(mails(world)).toEqual({ berlin: 1, tokyo: 1, late: 1 });
      await world.sendTrusted([person('york', { reads: true, timezone: 'America/New_York' })]);
      await world.turn('P1D');
      expect(mails(world), 'whoever comes after the start does not get it').toEqual({ berlin: 1, tokyo: 1, late: 1 });
    });

    test('at nine in the morning of everybody, through the spring change; whose morning has gone when it begins gets it at once', async () => {
      const before = world.mails.length;
      await world.turnTo('2026-03-28T06:00:00Z');
      const id = await sent(world, { when: { at: 'local', day: '2026-03-29', time: '02:30' } });
      // Half past two does not exist in Berlin on that night: the first instant after the gap is 03:00 there.
      expect(await read(world, id)).toMatchObject({ state: 'scheduled', startsAt: '2026-03-28T17:30:00.000Z' });
      await world.turnTo('2026-03-30T00:00:00Z');
      const times = Object.fromEntries(world.mails.slice(before).map((mail) => [mail.to.split('@')[0], new Date(mail.at).toISOString()]));
      expect(times).toEqual({
        tokyo: '2026-03-28T17:30:00.000Z',
        berlin: '2026-03-29T01:00:00.000Z',
        late: '2026-03-29T01:00:00.000Z',
        york: '2026-03-29T06:30:00.000Z',
      });
      await sent(world, { when: { at: 'local', day: '2026-03-30', time: '08:00' } });
      await world.turnTo('2026-03-30T00:00:01Z');
      const again = world.mails.slice(before + 4);
      expect(
        again.map((mail) => mail.to),
        'it is past eight in Tokyo only',
      ).toEqual(['tokyo@example.com']);
    });
  });

  describe('under way', () => {
    let world: World;
    const people = 40;
    beforeAll(async () => {
      world = await openHouse(database);
      await world.sendTrusted(Array.from({ length: people }, (_, n) => person(`p${n}`, { reads: true })));
    });
    const times = (from: number) => world.mails.slice(from).map((mail) => mail.at);
    /** The most hand-overs in any minute. */
    const most = (at: readonly number[]) =>
      Math.max(0, ...at.map((from) => at.filter((each) => each >= from && each < from + 60_000).length));

    test('at most ten a minute, evenly, whoever hands over; paused and resumed it goes on with whoever had none', async () => {
      const id = await sent(world, { perMinute: 10 });
      await world.turn('PT1M');
      expect(world.mails.length).toBeGreaterThanOrEqual(10);
      expect(most(times(0))).toBeLessThanOrEqual(10);
      const had = world.mails.length;
      const paused = await world.must('POST', `${api}/${id}/pause`, { reason: 'a wrong price' });
      expect(paused).toMatchObject({ state: 'paused', reason: 'a wrong price', figures: { sent: had } });
      await world.turn('P5D');
      expect(world.mails.length, 'a pause holds').toBe(had);
      // Part of the audience changes meanwhile: it makes no difference to who gets it.
      await world.sendTrusted([
        ...Array.from({ length: 5 }, (_, n) => person(`p${n}`, { reads: false })),
        ...Array.from({ length: 5 }, (_, n) => person(`new${n}`, { reads: true })),
      ]);
      await world.must('POST', `${api}/${id}/resume`);
      await world.turn('PT10M');
      expect(mails(world)).toEqual(Object.fromEntries(Array.from({ length: people }, (_, n) => [`p${n}`, 1])));
      expect(most(times(0))).toBeLessThanOrEqual(10);
      expect(await read(world, id)).toMatchObject({ state: 'finished', figures: { sent: people, skipped: 0 } });
    });

    test('cancelled, it says who had it and who will not, and each of those is a row with the reason', async () => {
      const before = world.mails.length;
      const id = await sent(world, { perMinute: 10 });
      await world.turn('PT30S');
      const had = world.mails.length - before;
      const outcome = await world.must('POST', `${api}/${id}/cancel`, { reason: 'sold out' });
      expect(outcome).toMatchObject({ had, without: people - had, broadcast: { state: 'cancelled' } });
      await world.turn('P2D');
      expect(world.mails.length - before).toBe(had);
      expect(await read(world, id)).toMatchObject({
        figures: { sent: had, skipped: people - had, waiting: 0, queued: 0, held: 0 },
        reasons: [{ status: 'skipped', reason: 'broadcast-cancelled', people: people - had }],
      });
      const [row] = (await world.must('GET', `${api}/${id}/people?outcome=skipped`)).items;
      expect(row.sentence).toMatch(/^Not sent: the broadcast was cancelled by key tla_/);
    });

    test('whoever is joined with somebody else of the audience gets it once, whether before or after their message was made', async () => {
      const before = world.mails.length;
      await world.sendTrusted([
        person('one', { reads: true }),
        person('two', { reads: true }),
        { ...person('three', { reads: true }), traits: { email: 'three@example.com', reads: true, timezone: 'Asia/Tokyo' } },
        { ...person('four'), traits: { email: 'four@example.com' } },
      ]);
      const id = await sent(world, { when: { at: 'local', day: '2026-03-20', time: '18:00' } });
      await world.turnTo('2026-03-20T09:30:00Z');
      expect(
        world.mails.slice(before).map((mail) => mail.to),
        'Tokyo first',
      ).toEqual(['three@example.com']);
      const [one, two, three, four] = await Promise.all(['one', 'two', 'three', 'four'].map((name) => world.person(`${name}@example.com`)));
      for (const [a, b] of [
        [one, two],
        [three, four],
      ] as const)
        await world.must('POST', `/api/people/${a!.id}/merge`, { person: b!.id, reason: 'the same person' });
      await world.turn('P1D');
      const to = world.mails.slice(before).map((mail) => mail.to);
      expect(to.filter((each) => /^(one|two)@/.test(each))).toHaveLength(1);
      expect(to.filter((each) => /^(three|four)@/.test(each))).toHaveLength(1);
      const { figures, audience } = await read(world, id);
      expect(figures).toMatchObject({ joined: 1, waiting: 0, sent: audience - 1 });
    });

    test('two messages of one broadcast that come to one person by a merge are one: the other says so', async () => {
      const before = world.mails.length;
      await world.define('cap-policy', 'main', calm({ quietHours: { from: '20:00', to: '08:00' } }));
      await world.sendTrusted([person('left', { reads: true }), person('right', { reads: true })]);
      await world.turnTo('2026-03-23T22:00:00Z');
      const id = await sent(world);
      expect(await read(world, id)).toMatchObject({ state: 'running', figures: { sent: 0 }, reasons: [{ reason: 'quiet-hours' }] });
      const [left, right] = await Promise.all(['left', 'right'].map((name) => world.person(`${name}@example.com`)));
      await world.must('POST', `/api/people/${left!.id}/merge`, { person: right!.id, reason: 'the same person' });
      await world.turn('P1D');
      expect(world.mails.slice(before).filter((mail) => /^(left|right)@/.test(mail.to))).toHaveLength(1);
      expect((await read(world, id)).reasons).toEqual([{ status: 'skipped', reason: 'had-already', people: 1 }]);
    });
  });

  describe('before it is sent', () => {
    let world: World;
    beforeAll(async () => {
      world = await openHouse(database);
      await world.define('cap-policy', 'main', calm({ caps: [{ max: 1, within: 'P2D' }], quietHours: { from: '21:00', to: '08:00' } }));
      await world.sendTrusted([
        person('awake', { reads: true }),
        person('asleep', { reads: true, timezone: 'America/Los_Angeles' }),
        person('silent', { reads: true }, {}),
        person('lately', { buys: true }),
      ]);
      await sent(world, { segments: ['buyers'] });
    });

    test('the estimate says who gets it at once, who later and when, and who not and why, as it then turns out', async () => {
      const { id } = await world.must('POST', api, plan());
      expect(await world.must('GET', `${api}/${id}/estimate`)).toEqual({ estimate: null });
      const before = (await world.rows('select count(*)::int as n from message'))[0]!.n;
      await world.must('POST', `${api}/${id}/estimate`);
      const { estimate } = await world.must('GET', `${api}/${id}/estimate`);
      expect((await world.rows('select count(*)::int as n from message'))[0]!.n, 'nothing is written').toBe(before);
      expect(estimate).toMatchObject({ state: 'done', current: true, looked: 4, of: 4 });
      const says = (group: (typeof estimate.groups)[number]) => [group.gets, group.reason, group.people, group.first, group.sample[0].name];
      expect(estimate.groups.map(says)).toEqual([
        ['at-once', null, 1, world.iso, 'awake'],
        ['later', 'quiet-hours', 1, '2026-03-02T16:00:00.000Z', 'asleep'],
        ['later', 'cap', 1, '2026-03-04T09:00:00.000Z', 'lately'],
        ['not', 'no-consent', 1, null, 'silent'],
      ]);
      await world.must('PUT', `${api}/${id}`, plan({ ifHeld: 'drop' }));
      expect((await world.must('GET', `${api}/${id}/estimate`)).estimate.current, 'of another plan').toBe(false);
      await world.must('PUT', `${api}/${id}`, plan());
      const from = world.mails.length;
      await world.must('POST', `${api}/${id}/start`);
      await world.turn('P3D');
      expect(world.mails.slice(from).map((mail) => [mail.to.split('@')[0], new Date(mail.at).toISOString()])).toEqual([
        ['awake', estimate.groups[0].first],
        ['asleep', '2026-03-02T16:00:00.000Z'],
        ['lately', '2026-03-04T09:00:00.000Z'],
      ]);
    });
  });

  test('in a practice workspace the turned clock plays it, place by place', async () => {
    const world = await openHouse(database);
    const practice = { authorization: `Bearer ${world.practiceKey}` };
    const ask = (method: 'GET' | 'POST' | 'PUT', url: string, body?: unknown) => world.must(method, url, body, practice);
    await ask('POST', '/api/apply', {
      publish: true,
      definitions: [
        { kind: 'field', key: 'reads', body: { path: 'reads', name: 'reads', type: 'boolean' } },
        { kind: 'segment', key: 'readers', body: { name: 'Readers', rule: { trait: { path: 'reads', op: 'equals', value: true } } } },
        { kind: 'topic', key: 'news', body: { name: 'News', purpose: 'transactional' } },
        {
          kind: 'template',
          key: 'spring',
          body: { channel: 'email', name: 'Spring', subject: 'Spring', blocks: [{ block: 'text', text: 'Here.' }] },
        },
      ],
    });
    await world.send(
      Array.from({ length: 6 }, (_, n) => person(`p${n}`, { reads: true })),
      { key: world.practiceKey },
    );
    const { now } = await ask('GET', '/api/practice/clock');
    const at = new Date(Date.parse(now) + 3_600_000).toISOString();
    const { id } = await ask('POST', api, plan({ segments: ['readers'], without: [], perMinute: 1, when: { at: 'instant', instant: at } }));
    await ask('POST', `${api}/${id}/start`);
    await ask('POST', '/api/practice/clock', { advance: 'PT1H2M30S' });
    expect((await ask('GET', `${api}/${id}`)).figures).toMatchObject({ sent: 3 });
    await ask('POST', '/api/practice/clock', { advance: 'PT1H' });
    expect(await ask('GET', `${api}/${id}`)).toMatchObject({ state: 'finished', figures: { sent: 6 } });
  });
});
