import { beforeAll, describe, expect, test } from 'vitest';
import { dialects } from '../databases.ts';
import { openWorld, type SegmentCall, type World } from '../world.ts';

/** Who is who: visitors who say their name, two who turn out to be one, and those who may never become one. */

const yes = { consent: { categoryPreferences: { marketing: true } } };
const no = { consent: { categoryPreferences: { marketing: false } } };

describe.each(dialects)('on %s', (database) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ database });
  });

  const names = async (person: string): Promise<string[]> => (await world.timeline(person, 'event')).map((item) => item.title).reverse();
  const count = async (statement: string, value: string): Promise<number> => (await world.rows(statement, [value]))[0]!.n;

  test('what a visitor did before they said who they are belongs to them', async () => {
    await world.send([
      { type: 'page', anonymousId: 'v1', name: 'Home' },
      {
        type: 'page',
        anonymousId: 'v1',
        name: 'Prices',
        context: { page: { url: 'https://shop.example/prices', referrer: 'https://search.example/' } },
      },
    ]);
    const visitor = await world.personBy('anonymous', 'v1');
    await world.send([
      { type: 'identify', anonymousId: 'v1', userId: 'vera', traits: { email: 'vera@example.com' } },
      { type: 'track', userId: 'vera', event: 'Signed Up' },
    ]);
    const vera = await world.person('vera@example.com');
    expect(vera.id, 'she is the visitor').toBe(visitor.id);
    expect(vera.identities.map((each) => each.kind).sort()).toEqual(['anonymous', 'email', 'user']);
    expect(vera.firstSource).toMatchObject({ source: 'search.example', channel: 'referral', page: 'https://shop.example/prices' });
    expect(await names(vera.id)).toHaveLength(3);
  });

  test('a second device of somebody who is known joins them: two people become one', async () => {
    await world.send([
      { type: 'identify', userId: 'wim', traits: { email: 'wim@example.com', city: 'Graz' } },
      { type: 'track', userId: 'wim', event: 'Signed Up' },
    ]);
    await world.send([
      ...[1, 2, 3].map(
        (n): SegmentCall => ({ type: 'page', anonymousId: 'phone-of-wim', name: `Page ${n}`, properties: { path: '/pricing' } }),
      ),
      { type: 'identify', anonymousId: 'phone-of-wim', traits: { device: 'phone', city: 'Linz' } },
    ]);
    const visitor = await world.personBy('anonymous', 'phone-of-wim');
    const before = await world.person('wim@example.com');
    expect(visitor.id).not.toBe(before.id);
    expect(visitor.score).toBeGreaterThan(0);

    await world.send([{ type: 'identify', anonymousId: 'phone-of-wim', userId: 'wim', messageId: 'wim-joins' }]);
    const wim = await world.person('wim@example.com');
    expect(wim).toMatchObject({ id: before.id, mergedFrom: [visitor.id], traits: { city: 'Graz', device: 'phone' }, stage: 'capture' });
    expect(await count('select count(*) as n from event where person_id = $1', visitor.id)).toBe(0);
    expect((await names(wim.id)).filter((title) => title.includes('Page'))).toHaveLength(3);
    // Rules see the visits of both: 10 for the sign-up, 15 for three pages, 15 for the prices.
    expect(wim.score).toBe(40);
    // The other id still finds him, and what the device does from now on is his.
    expect((await world.must('GET', `/api/people/${visitor.id}`)).id).toBe(wim.id);
    await world.turn('PT1M');
    await world.send([{ type: 'page', anonymousId: 'phone-of-wim', name: 'Later' }]);
    expect((await world.timeline(wim.id, 'event'))[0]!.title).toContain('Later');
  });

  test('sending everything of a merge again changes nothing', async () => {
    const calls: SegmentCall[] = [
      { type: 'page', anonymousId: 'x-anon', messageId: 'x1', timestamp: world.iso },
      { type: 'identify', userId: 'xenia', messageId: 'x2', traits: { email: 'xenia@example.com' }, context: yes, timestamp: world.iso },
      { type: 'track', userId: 'xenia', messageId: 'x3', event: 'Signed Up', timestamp: world.iso },
      { type: 'track', anonymousId: 'x-anon', messageId: 'x4', event: 'Signed Up', timestamp: world.iso, context: yes },
      { type: 'identify', userId: 'xenia', anonymousId: 'x-anon', messageId: 'x5', timestamp: world.iso },
      { type: 'alias', userId: 'xenia', previousId: 'x-anon-2', messageId: 'x6', timestamp: world.iso },
    ];
    for (const call of calls) await world.send([call]);
    const before = await world.everything();
    await world.send(calls);
    await world.send([...calls].reverse());
    for (const call of calls) await world.send([call, call]);
    expect(await world.everything()).toEqual(before);
    expect(await world.mailsTo('xenia@example.com')).toHaveLength(1);
  });

  test('a merge starts nothing anew: one run, one welcome, one stage', async () => {
    await world.send([
      { type: 'identify', userId: 'yuri', traits: { email: 'yuri@example.com' }, context: yes },
      { type: 'track', userId: 'yuri', event: 'Signed Up' },
    ]);
    await world.send([
      { type: 'identify', anonymousId: 'y-anon', traits: { nick: 'Y' }, context: yes },
      { type: 'track', anonymousId: 'y-anon', event: 'Signed Up' },
    ]);
    const other = await world.personBy('anonymous', 'y-anon');
    expect(other.runs).toHaveLength(1); // a run of his own, whose mail had nowhere to go
    await world.send([{ type: 'identify', userId: 'yuri', anonymousId: 'y-anon' }]);
    const yuri = await world.person('yuri@example.com');
    expect(yuri.runs.filter((run) => run.status === 'live')).toHaveLength(1);
    expect(await world.stages(yuri.id)).toEqual(['capture']);
    await world.turn('P5D');
    expect((await world.mailsTo('yuri@example.com')).map((mail) => mail.mail.subject)).toEqual([
      'Welcome to My business',
      'How working with My business goes',
    ]);
  });

  test('the strictest consent of both counts', async () => {
    await world.send([{ type: 'identify', userId: 'zoe', traits: { email: 'zoe@example.com' }, context: yes }]);
    await world.send([{ type: 'page', anonymousId: 'z-anon', context: no }]);
    expect((await world.person('zoe@example.com')).reachability[0]!.reachable).toBe(true);
    await world.send([{ type: 'identify', userId: 'zoe', anonymousId: 'z-anon' }]);
    const zoe = await world.person('zoe@example.com');
    expect(zoe.reachability[0]!.reachable).toBe(false);
    await world.send([{ type: 'track', userId: 'zoe', event: 'Signed Up' }]);
    expect(await world.mailsTo('zoe@example.com')).toEqual([]);
    expect((await world.why(zoe.id, 'journey:welcome')).answer).toMatch(/^Not entered: .*consent to marketing.* did not hold\.$/);
  });

  test('a withdrawal survives a merge in both directions', async () => {
    for (const [user, which] of [
      ['wilma', 'known'],
      ['walt', 'visitor'],
    ] as const) {
      await world.send([
        { type: 'identify', userId: user, traits: { email: `${user}@example.com` }, context: yes },
        { type: 'page', anonymousId: `${user}-anon`, context: yes },
      ]);
      await world.send([
        which === 'known' ? { type: 'page', userId: user, context: no } : { type: 'page', anonymousId: `${user}-anon`, context: no },
      ]);
      await world.send([{ type: 'identify', userId: user, anonymousId: `${user}-anon` }]);
      await world.send([
        { type: 'page', userId: user, context: yes },
        { type: 'page', anonymousId: `${user}-anon`, context: yes },
      ]);
      expect((await world.person(`${user}@example.com`)).reachability[0]!.reachable, `${which} said no`).toBe(false);
    }
  });

  test('a write key never makes one person of two that are known', async () => {
    await world.send([
      { type: 'identify', userId: 'victim', traits: { email: 'victim@example.com', plan: 'gold' } },
      { type: 'track', userId: 'victim', event: 'Signed Up' },
    ]);
    const victim = await world.person('victim@example.com');
    for (const attack of [
      [{ type: 'identify', userId: 'thief', traits: { email: 'victim@example.com' } }],
      [{ type: 'identify', anonymousId: 'thief-anon', traits: { email: 'victim@example.com' } }],
      [
        { type: 'identify', userId: 'thief' },
        { type: 'alias', userId: 'thief', previousId: 'victim' },
      ],
      [{ type: 'alias', userId: 'victim', previousId: 'thief' }],
      [
        { type: 'identify', anonymousId: 'thief-2', userId: 'thief' },
        { type: 'identify', anonymousId: 'thief-2', userId: 'victim' },
      ],
      [{ type: 'identify', userId: 'thief', traits: { email: 'victim@example.com', phone: '+43123456789' } }],
    ] as SegmentCall[][])
      await world.send(attack);
    const after = await world.person('victim@example.com');
    expect(after).toMatchObject({
      id: victim.id,
      mergedFrom: [],
      traits: { email: 'victim@example.com', plan: 'gold' },
      identities: victim.identities,
    });
    expect((await world.personBy('user', 'thief')).id).not.toBe(victim.id);
    expect(await count('select count(*) as n from merge where person_id = $1', victim.id)).toBe(0);
  });

  test('a trusted source may say that a visitor with an address and a user are one', async () => {
    await world.send([{ type: 'identify', anonymousId: 't-anon', traits: { email: 'tina@example.com', from: 'newsletter' } }]);
    await world.sendTrusted([{ type: 'identify', userId: 'tina', traits: { email: 'tina@example.com', from: 'crm' } }]);
    const tina = await world.person('tina@example.com');
    expect(tina.traits).toMatchObject({ from: 'crm' });
    expect(tina.identities.map((each) => `${each.kind} ${each.value}`).sort()).toEqual([
      'anonymous t-anon',
      'email tina@example.com',
      'user tina',
    ]);
    expect(
      await count('select count(*) as n from person where email = $1 and merged_into is null and erased_at is null', 'tina@example.com'),
    ).toBe(1);
  });

  test('alias joins what somebody did under an earlier name of theirs', async () => {
    await world.send([{ type: 'page', anonymousId: 'old-a', name: 'First' }]);
    await world.send([
      { type: 'identify', userId: 'alma', traits: { email: 'alma@example.com' } },
      { type: 'alias', userId: 'alma', previousId: 'old-a' },
    ]);
    expect((await names((await world.person('alma@example.com')).id)).some((title) => title.includes('First'))).toBe(true);
    // Before anything is known of either.
    await world.send([
      { type: 'alias', userId: 'bela', previousId: 'old-b' },
      { type: 'page', anonymousId: 'old-b', name: 'Second' },
    ]);
    expect((await world.personBy('user', 'bela')).id).toBe((await world.personBy('anonymous', 'old-b')).id);
  });

  test('alias counts for what comes later, too, although nothing was known of the earlier name', async () => {
    await world.send([{ type: 'identify', userId: 'cora', traits: { email: 'cora@example.com' } }]);
    await world.send([{ type: 'alias', userId: 'cora', previousId: 'old-c' }]);
    await world.send([{ type: 'page', anonymousId: 'old-c', name: 'Third' }]);
    const cora = await world.person('cora@example.com');
    expect(cora.identities.map((each) => `${each.kind} ${each.value}`)).toContain('anonymous old-c');
    expect((await names(cora.id)).some((title) => title.includes('Third'))).toBe(true);
  });

  test('three devices become one person, in whatever order they are joined, and late events follow', async () => {
    for (const device of ['d1', 'd2', 'd3']) await world.send([{ type: 'page', anonymousId: device, name: device }]);
    await world.accept([
      { type: 'page', anonymousId: 'd3', name: 'late on d3' },
      { type: 'identify', userId: 'dora', anonymousId: 'd2', traits: { email: 'dora@example.com' } },
      { type: 'identify', userId: 'dora', anonymousId: 'd1' },
    ]);
    await world.accept([
      { type: 'identify', userId: 'dora', anonymousId: 'd3' },
      { type: 'page', anonymousId: 'd1', name: 'late on d1' },
    ]);
    await world.settle();
    const dora = await world.person('dora@example.com');
    expect(
      dora.identities
        .filter((each) => each.kind === 'anonymous')
        .map((each) => each.value)
        .sort(),
    ).toEqual(['d1', 'd2', 'd3']);
    const titles = (await names(dora.id)).join('\n');
    for (const name of ['d1', 'd2', 'd3', 'late on d3', 'late on d1']) expect(titles).toContain(name);
    expect(
      (
        await world.rows('select merged_into from person where person_id in (select loser_id from merge where person_id = $1)', [dora.id])
      ).every((row) => row.merged_into === dora.id),
    ).toBe(true);
  });

  test('a shared device: a second person who signs in on it does not take over the first', async () => {
    await world.send([
      { type: 'page', anonymousId: 'kiosk' },
      { type: 'identify', anonymousId: 'kiosk', userId: 'first', traits: { email: 'first@example.com' } },
    ]);
    await world.send([
      { type: 'identify', anonymousId: 'kiosk', userId: 'second', traits: { email: 'second@example.com' } },
      { type: 'track', anonymousId: 'kiosk', userId: 'second', event: 'Order Completed' },
    ]);
    const [first, second] = [await world.person('first@example.com'), await world.person('second@example.com')];
    expect(first.id).not.toBe(second.id);
    expect(first.stage).toBeNull();
    expect(second.stage).toBe('conversion');
  });
});
