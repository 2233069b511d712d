import { beforeAll, describe, expect, test } from 'vitest';
import { Processor } from '#operations/work.ts';
import { askForMerges } from '#store/inbox.ts';
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

  test('a merge that waits alone is found by the loop that looks everywhere', async () => {
    const arrive = async (user: string): Promise<string> => {
      await world.send([{ type: 'identify', userId: user, traits: { email: `${user}@example.com` } }]);
      return (await world.personBy('user', user)).id;
    };
    const [person, joins] = [await arrive('loop-one'), await arrive('loop-two')];
    const { deps } = world.house;
    const { id: workspace } = await deps.workspaces.bySlug('main');
    const [said] = await world.rows('select event_id from event where person_id = $1', [joins]);
    const merge = { workspace, person, joins, evidence: said!.event_id, actor: 'test', trusted: true, reason: 'the same', allowed: true };
    await deps.db.transaction({ workspaces: [workspace] }, (tx) => askForMerges(tx, [merge], deps.now()));
    await new Processor(deps, 1).round();
    expect((await world.personBy('user', 'loop-one')).id).toBe((await world.personBy('user', 'loop-two')).id);
  });

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

  test('a merge starts nothing by what holds over both: no threshold is crossed again, no segment entered with a journey', async () => {
    const entered = (key: string, on: object) => ({
      kind: 'journey' as const,
      key,
      body: {
        name: key,
        intent: 'See who comes in',
        reentry: 'after-exit',
        steps: [
          { key: 'in', kind: 'entry', on, next: 'stay' },
          { key: 'stay', kind: 'wait', for: 'PT1M', next: null },
        ],
      },
    });
    await world.publish([
      {
        kind: 'score',
        key: 'heat',
        body: {
          name: 'Heat',
          signals: [{ because: 'Warmed', points: 10, on: { event: 'Warmed' } }],
          thresholds: [
            { key: 'hot', name: 'Hot', at: 20 },
            { key: 'boiling', name: 'Boiling', at: 40 },
          ],
        },
      },
      { kind: 'segment', key: 'warmed-often', body: { name: 'Warmed often', rule: { event: { name: 'Warmed', atLeast: 5 } } } },
      entered('hot', { score: 'heat', threshold: 'hot' }),
      entered('boiling', { score: 'heat', threshold: 'boiling' }),
      entered('often', { segment: 'warmed-often', change: 'entered' }),
    ]);
    const warm = (whose: object, times: number) =>
      world.send(Array.from({ length: times }, () => ({ type: 'track' as const, event: 'Warmed', ...whose })));
    await world.send([{ type: 'identify', userId: 'heidi', traits: { email: 'heidi@example.com' } }]);
    await warm({ userId: 'heidi' }, 2);
    await warm({ anonymousId: 'h-anon' }, 2);
    const runsOf = async () => (await world.person('heidi@example.com')).runs.map(({ journey }) => journey).sort();
    await world.turn('PT10M');
    expect(await runsOf()).toEqual(['hot']);
    await world.send([{ type: 'identify', userId: 'heidi', anonymousId: 'h-anon' }]);
    await world.turn('PT10M');
    const heidi = await world.person('heidi@example.com');
    expect(heidi.scores).toContainEqual(expect.objectContaining({ key: 'heat', value: 40 }));
    expect(await runsOf(), 'each crossed it before, and only both together boil').toEqual(['hot', 'hot']);
    await warm({ userId: 'heidi' }, 1);
    await world.turn('PT10M');
    expect(await runsOf(), 'what happens from now on counts').toEqual(['hot', 'hot', 'often']);
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
    expect((await world.why(zoe.id, 'journey:welcome')).answer).toMatch(
      /^Not entered, because this did not hold: .*consent to marketing.*\.$/,
    );
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

  // ------------------------------------------------------------------------------------------------------------------------------ undoing

  const unmerge = (id: string, person: string, reason = 'two people share a computer') =>
    world.must('POST', `/api/people/${id}/unmerge`, { person, reason });
  const nameList = (person: { identities: { kind: string; value: string }[] }): string[] =>
    person.identities.map((each) => `${each.kind} ${each.value}`).sort();
  const titles = async (person: string): Promise<string> => (await names(person)).join('\n');

  test('two browsers and a phone, then known: one person, one history, no journey twice; and the phone can be given back', async () => {
    for (const device of ['m-work', 'm-home', 'm-phone'])
      await world.send([
        { type: 'page', anonymousId: device, name: `before on ${device}`, properties: { path: `/pricing?before on ${device}` } },
        { type: 'identify', anonymousId: device, traits: { device, [device]: true } },
      ]);
    const phone = await world.personBy('anonymous', 'm-phone');
    await world.turn('PT1M');
    await world.send([
      { type: 'identify', anonymousId: 'm-work', userId: 'mara', traits: { email: 'mara@example.com', city: 'Graz' }, context: yes },
      { type: 'track', anonymousId: 'm-work', userId: 'mara', event: 'Signed Up' },
    ]);
    await world.turn('PT1M');
    for (const device of ['m-home', 'm-phone']) await world.send([{ type: 'identify', anonymousId: device, userId: 'mara' }]);
    const mara = await world.person('mara@example.com');
    expect(mara.mergedFrom).toHaveLength(2);
    expect(mara.traits).toMatchObject({ city: 'Graz', device: 'm-work', 'm-home': true, 'm-phone': true });
    for (const device of ['m-work', 'm-home', 'm-phone']) expect(await titles(mara.id)).toContain(`before on ${device}`);
    await world.turn('PT1H');
    // Facts that came after the merge, by each of the names.
    await world.send([
      { type: 'page', anonymousId: 'm-phone', name: 'later on the phone' },
      { type: 'identify', anonymousId: 'm-phone', traits: { city: 'Linz', email: 'phone-of-mara@example.com' } },
      { type: 'page', anonymousId: 'm-home', name: 'later at home' },
      { type: 'page', anonymousId: 'm-phone', userId: 'mara', name: 'later by her name' },
      { type: 'identify', userId: 'mara', traits: { plan: 'gold' } },
    ]);
    expect((await world.person('phone-of-mara@example.com')).id).toBe(mara.id);
    const merges = (await world.must('GET', `/api/people/${mara.id}/merges`)).items;
    expect(merges).toHaveLength(2);
    expect(merges.find((each: { person: string }) => each.person === phone.id)).toMatchObject({
      canUndo: true,
      undone: null,
      into: mara.id,
    });
    const preview = await world.must('GET', `/api/people/${mara.id}/merges/${phone.id}`);

    const undone = await unmerge(mara.id, phone.id);
    expect(undone).toEqual(preview);
    expect(undone).toMatchObject({ person: phone.id, facts: 4 });
    const [stays, back] = [await world.must('GET', `/api/people/${mara.id}`), await world.must('GET', `/api/people/${phone.id}`)];
    expect(nameList(back)).toEqual(['anonymous m-phone', 'email phone-of-mara@example.com']);
    expect(nameList(stays)).toEqual(['anonymous m-home', 'anonymous m-work', 'email mara@example.com', 'user mara']);
    expect(await titles(back.id)).toContain('before on m-phone');
    expect(await titles(back.id)).toContain('later on the phone');
    expect(await titles(back.id)).not.toContain('later by her name');
    expect(await titles(stays.id)).toContain('later by her name');
    expect(await titles(stays.id)).toContain('later at home');
    expect(await titles(stays.id)).not.toContain('later on the phone');
    expect(back.traits).toEqual({ device: 'm-phone', 'm-phone': true, city: 'Linz', email: 'phone-of-mara@example.com' });
    expect(stays.traits).toEqual({
      email: 'mara@example.com',
      city: 'Graz',
      device: 'm-work',
      'm-work': true,
      'm-home': true,
      plan: 'gold',
    });
    expect(stays).toMatchObject({ email: 'mara@example.com', stage: 'capture' });
    expect(back).toMatchObject({ email: 'phone-of-mara@example.com', stage: null });
    expect(await world.stages(stays.id)).toEqual(['capture']);
    expect(await world.stages(back.id)).toEqual([]);
    // 10 for the sign-up, 15 for the prices; the phone looked at the prices once.
    expect([stays.score, back.score]).toEqual([stays.score, 15]);
    expect(
      (await world.must('GET', `/api/people/${mara.id}/merges`)).items.find((each: { person: string }) => each.person === phone.id),
    ).toMatchObject({
      canUndo: false,
      undone: { reason: 'two people share a computer' },
    });
    expect((await world.must('GET', '/api/identities/undone')).items[0].people.map((each: { id: string }) => each.id).sort()).toEqual(
      [mara.id, phone.id].sort(),
    );
    // No journey begins for either; the one under way goes on with her.
    expect(stays.runs).toHaveLength(1);
    expect(back.runs).toHaveLength(0);
    await world.turn('P5D');
    expect((await world.mailsTo('mara@example.com')).map((mail) => mail.mail.subject)).toEqual([
      'Welcome to My business',
      'How working with My business goes',
    ]);
    expect(await world.mailsTo('phone-of-mara@example.com')).toEqual([]);
    // What the phone does is the phone's.
    await world.send([{ type: 'page', anonymousId: 'm-phone', name: 'after all' }]);
    expect(await titles(back.id)).toContain('after all');
    expect(await titles(stays.id)).not.toContain('after all');
  });

  test('whoever was set apart stays apart, until a trusted source says anew that they are one', async () => {
    await world.send([{ type: 'identify', userId: 'nora', traits: { email: 'nora@example.com' } }]);
    await world.send([{ type: 'page', anonymousId: 'n-tab', name: 'of the tablet' }]);
    await world.send([{ type: 'identify', userId: 'nora', anonymousId: 'n-tab' }]);
    const nora = await world.person('nora@example.com');
    const [tablet] = nora.mergedFrom;
    await unmerge(nora.id, tablet!);
    await world.send([
      { type: 'identify', userId: 'nora', anonymousId: 'n-tab' },
      { type: 'page', userId: 'nora', anonymousId: 'n-tab', name: 'both names' },
      { type: 'alias', userId: 'nora', previousId: 'n-tab' },
    ]);
    expect((await world.person('nora@example.com')).mergedFrom).toEqual([]);
    expect(await titles(nora.id)).toContain('both names');
    expect((await world.must('GET', `/api/people/${tablet}`)).id).toBe(tablet);
    await world.turn('PT1M');
    await world.sendTrusted([{ type: 'alias', userId: 'nora', previousId: 'n-tab' }]);
    expect((await world.person('nora@example.com')).mergedFrom).toEqual([tablet]);
    // And again, the other way round, by hand.
    await unmerge(nora.id, tablet!);
    const joined = await world.must('POST', `/api/people/${tablet}/merge`, { person: nora.id, reason: 'she said so on the phone' });
    expect(joined.id).toBe(nora.id);
    expect((await world.must('GET', `/api/people/${nora.id}/merges`)).items[0]).toMatchObject({
      person: tablet,
      reason: 'she said so on the phone',
      undone: null,
    });
    expect((await world.timeline(nora.id, 'merge')).map((item) => item.title).join('\n')).toMatch(
      /Set apart from[\s\S]*Joined with|Joined with[\s\S]*Set apart from/,
    );
    expect(await world.api('POST', `/api/people/${tablet}/merge`, { person: nora.id, reason: 'again and again' })).toMatchObject({
      status: 409,
      body: { code: 'merge-same' },
    });
  });

  test('a chain of merges is undone in any order, and what was never joined is refused', async () => {
    for (const order of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const of = (name: string): string => `${name}-${order.join('')}`;
      for (const name of ['a', 'b', 'c']) {
        await world.turn('PT1S');
        await world.send([
          { type: 'identify', userId: of(name), traits: { email: `${of(name)}@example.com`, [name]: 1, shared: name } },
          { type: 'track', userId: of(name), event: `First of ${name}` },
        ]);
      }
      const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => world.person(`${of(name)}@example.com`)));
      await world.sendTrusted([{ type: 'alias', userId: of('b'), previousId: of('a') }]);
      await world.send([
        { type: 'track', userId: of('a'), event: 'Second of a' },
        { type: 'track', userId: of('b'), event: 'Second of b' },
      ]);
      await world.sendTrusted([{ type: 'alias', userId: of('c'), previousId: of('b') }]);
      await world.send(
        ['a', 'b', 'c'].map((name): SegmentCall => ({ type: 'identify', userId: of(name), traits: { [`late${name}`]: 1 } })),
      );
      const whole = await world.person(`${of('a')}@example.com`);
      expect(whole.traits).toMatchObject({ a: 1, b: 1, c: 1, shared: 'a', latea: 1, lateb: 1, latec: 1 });
      expect(whole.mergedFrom).toHaveLength(2);
      const root = whole.id;
      const ids = { a: a!.id, b: b!.id, c: c!.id };
      for (const name of order[0] === 'a' ? (['b', 'c'] as const) : (['c', 'b'] as const)) await unmerge(root, ids[name], 'they are three');
      for (const name of ['a', 'b', 'c'] as const) {
        const person = await world.must('GET', `/api/people/${ids[name]}`);
        expect(person.traits, name).toEqual({ email: `${of(name)}@example.com`, [name]: 1, shared: name, [`late${name}`]: 1 });
        expect(nameList(person)).toEqual([`email ${of(name)}@example.com`, `user ${of(name)}`]);
        expect(person.mergedFrom).toEqual([]);
        const seen = await titles(person.id);
        expect(seen).toContain(`First of ${name}`);
        for (const other of ['a', 'b', 'c'].filter((each) => each !== name)) expect(seen).not.toContain(` of ${other}`);
      }
      expect(await world.api('POST', `/api/people/${root}/unmerge`, { person: ids.b, reason: 'once more' })).toMatchObject({
        status: 404,
        body: { code: 'merge-unknown' },
      });
    }
  });

  test('a stage, a consent and a run go back to whose they are; a "no" counts for both', async () => {
    await world.send([
      { type: 'identify', userId: 'olga', traits: { email: 'olga@example.com' }, context: yes },
      { type: 'track', userId: 'olga', event: 'Signed Up' },
    ]);
    await world.turn('PT1M');
    await world.send([
      { type: 'identify', userId: 'otto', traits: { email: 'otto@example.com' }, context: yes },
      { type: 'track', userId: 'otto', event: 'Order Completed' },
    ]);
    const [olga, otto] = [await world.person('olga@example.com'), await world.person('otto@example.com')];
    await world.sendTrusted([{ type: 'alias', userId: 'olga', previousId: 'otto' }]);
    await world.turn('PT1M');
    await world.send([
      { type: 'track', userId: 'otto', event: 'Signed Up' },
      { type: 'page', userId: 'otto', context: no },
    ]);
    expect((await world.person('olga@example.com')).runs.filter((run) => run.journey === 'welcome')).toHaveLength(1);
    await unmerge(olga.id, otto.id);
    const [one, two] = [await world.must('GET', `/api/people/${olga.id}`), await world.must('GET', `/api/people/${otto.id}`)];
    expect([one.stage, two.stage]).toEqual(['capture', 'conversion']);
    expect(await world.stages(olga.id)).toEqual(['capture']);
    expect(await world.stages(otto.id)).toEqual(['conversion']);
    expect([one.runs.length, two.runs.length]).toEqual([1, 0]);
    for (const person of [one, two]) {
      expect(person.reachability[0].reachable, person.email).toBe(false);
      expect(person.consents.map((each: { state: string }) => each.state)).toContain('withdrawn');
    }
    const [gap] = await world.rows('select person_id from consent group by person_id having count(*) <> max(seq) + 1 limit 1');
    expect(gap).toBeUndefined();
  });

  test('a mail that was sent while two were one stays with whose address it went to; the run goes on with whose fact began it', async () => {
    await world.send([{ type: 'identify', userId: 'viv', traits: { email: 'viv@example.com' }, context: yes }]);
    await world.turn('PT1M');
    await world.send([{ type: 'identify', userId: 'vic', traits: { email: 'vic@example.com' }, context: yes }]);
    const [viv, vic] = [await world.person('viv@example.com'), await world.person('vic@example.com')];
    await world.sendTrusted([{ type: 'alias', userId: 'viv', previousId: 'vic' }]);
    await world.turn('PT1M');
    await world.send([{ type: 'track', userId: 'vic', event: 'Signed Up' }]);
    const [mail] = await world.mailsTo('viv@example.com');
    expect(mail!.mail.subject).toContain('Welcome');
    await unmerge(viv.id, vic.id);
    expect(await world.messages(viv.id)).toHaveLength(1);
    expect(await world.messages(vic.id)).toEqual([]);
    expect([await world.stages(viv.id), await world.stages(vic.id)]).toEqual([[], ['capture']]);
    const one = await world.must('GET', `/api/people/${viv.id}`);
    expect(one.capsLeft.find((cap: { max: number; channel: string }) => cap.channel === 'email')).toMatchObject({ used: 1 });
    await world.click(mail!.links[0]!);
    await world.turn('PT1M');
    expect((await world.messages(viv.id))[0]).toMatchObject({ clicks: 1 });
    await world.post(mail!.unsubscribe!, 'List-Unsubscribe=One-Click', { 'content-type': 'application/x-www-form-urlencoded' });
    await world.settle();
    expect((await world.must('GET', `/api/people/${viv.id}`)).reachability[0].reachable).toBe(false);
    await world.turn('P5D');
    expect(await world.mailsTo('viv@example.com')).toHaveLength(1);
    expect((await world.mailsTo('vic@example.com')).map((each) => each.mail.subject)).toEqual(['How working with My business goes']);
  });

  test('somebody who joined by a name of the one who goes, goes along', async () => {
    await world.send([{ type: 'identify', userId: 'paula', traits: { email: 'paula@example.com' } }]);
    await world.turn('PT1M');
    await world.send([{ type: 'identify', userId: 'piet', traits: { email: 'piet@example.com' } }]);
    const [paula, piet] = [await world.person('paula@example.com'), await world.person('piet@example.com')];
    await world.sendTrusted([{ type: 'alias', userId: 'paula', previousId: 'piet' }]);
    await world.send([{ type: 'page', anonymousId: 'p-phone', name: 'on his phone' }]);
    await world.turn('PT1M');
    await world.send([{ type: 'identify', userId: 'piet', anonymousId: 'p-phone' }]);
    expect((await world.personBy('anonymous', 'p-phone')).id).toBe(paula.id);
    await unmerge(paula.id, piet.id);
    expect((await world.personBy('anonymous', 'p-phone')).id).toBe(piet.id);
    expect(await titles(piet.id)).toContain('on his phone');
    const back = await world.must('GET', `/api/people/${piet.id}`);
    expect(back.mergedFrom).toHaveLength(1);
    // That merge can be undone in its turn.
    await unmerge(piet.id, back.mergedFrom[0]);
    expect((await world.personBy('anonymous', 'p-phone')).id).toBe(back.mergedFrom[0]);
  });

  test('a repeat of what was sent before a merge was undone changes nothing', async () => {
    const calls: SegmentCall[] = [
      { type: 'identify', userId: 'quinn', messageId: 'q1', timestamp: world.iso, traits: { email: 'quinn@example.com' } },
      { type: 'page', anonymousId: 'q-anon', messageId: 'q2', timestamp: world.iso },
      { type: 'identify', userId: 'quinn', anonymousId: 'q-anon', messageId: 'q3', timestamp: world.iso },
      { type: 'page', anonymousId: 'q-anon', messageId: 'q4', timestamp: world.iso, name: 'Q' },
      { type: 'track', userId: 'quinn', messageId: 'q5', timestamp: world.iso, event: 'Signed Up' },
    ];
    for (const call of calls) await world.send([call]);
    const quinn = await world.person('quinn@example.com');
    await unmerge(quinn.id, quinn.mergedFrom[0]!);
    const before = await world.everything();
    for (const call of calls) await world.send([call, call]);
    expect(await world.everything()).toEqual(before);
  });

  test('hundreds of random orders of merges end in the same people', async () => {
    const seed = Number(process.env.SEED ?? 7);
    let state = seed;
    const random = (): number => {
      state = (state * 16_807) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const groups = Array.from({ length: 60 }, (_, number) => {
      const size = 2 + Math.floor(random() * 3);
      const members = Array.from({ length: size }, (_, n) => ({
        name: `p${n}`,
        traits: Object.fromEntries(['city', 'plan', `own${n}`].filter(() => random() < 0.6).map((key) => [key, pick(['a', 'b', n])])),
        event: random() < 0.6 ? pick(['Signed Up', 'Order Completed', 'Article Read']) : null,
        consent: pick([null, yes, no]),
      }));
      const pairs = Array.from({ length: size + 1 }, () => [pick(members).name, pick(members).name] as const).filter(([a, b]) => a !== b);
      return { number, members, pairs };
    });
    const orders = ['one', 'two', 'three', 'four'];
    const userOf = (order: string, group: number, name: string): string => `${order}.${group}.${name}`;
    // People come in one after another, so that who came first is the same in each order.
    for (const n of [0, 1, 2, 3]) {
      await world.turn('PT1S');
      for (const order of orders)
        await world.accept(
          groups.flatMap(({ number, members }) => {
            const member = members[n];
            if (!member) return [];
            const userId = userOf(order, number, member.name);
            const context = member.consent ?? {};
            return [
              { type: 'identify', userId, context, traits: { ...member.traits, email: `${userId}@example.com` } } as SegmentCall,
              ...(member.event === null ? [] : [{ type: 'track', userId, event: member.event } as SegmentCall]),
            ];
          }),
        );
      await world.settle();
    }
    const shuffled = new Map(
      orders.flatMap((order) =>
        groups.map(({ number, pairs }) => {
          const list = pairs.map((pair) => (random() < 0.5 ? pair : ([pair[1], pair[0]] as const)));
          for (let i = list.length - 1; i > 0 && order !== 'one'; i--) {
            const j = Math.floor(random() * (i + 1));
            [list[i], list[j]] = [list[j]!, list[i]!];
          }
          return [`${order}.${number}`, list];
        }),
      ),
    );
    for (let step = 0; step < 6; step++) {
      const calls = orders.flatMap((order) =>
        groups.flatMap(({ number }): SegmentCall[] => {
          const pair = shuffled.get(`${order}.${number}`)![step];
          return pair ? [{ type: 'alias', userId: userOf(order, number, pair[0]), previousId: userOf(order, number, pair[1]) }] : [];
        }),
      );
      if (calls.length > 0) await world.sendTrusted(calls);
    }
    const states = async (order: string): Promise<unknown> => {
      const plain = (text: string): string => text.replaceAll(`${order}.`, '');
      const people = await world.rows(
        `select p.person_id, p.email, p.traits, p.user_id, p.stage, p.entry_point, p.state -> 'consents' as consents, p.state -> 'journeys' as journeys,
           (select jsonb_agg(i.kind || ' ' || i.value order by i.kind, i.value) from identity i where i.person_id = p.person_id) as names,
           (select jsonb_object_agg(name, n) from (select name, count(*) as n from event e where e.lane = p.lane and e.person_id = p.person_id and name <> 'Alias' group by name) e) as events,
           (select jsonb_agg(stage order by seq) from stage_history h where h.lane = p.lane and h.person_id = p.person_id) as stages,
           (select jsonb_agg(purpose || state order by purpose, state) from consent c where c.lane = p.lane and c.person_id = p.person_id) as ledger,
           (select count(*) from run r where r.lane = p.lane and r.person_id = p.person_id and status = 'live') as live
         from person p where p.user_id like $1 and p.merged_into is null order by p.email`,
        [`${order}.%`],
      );
      return people.map(({ person_id: _id, ...row }) => JSON.parse(plain(JSON.stringify(row))));
    };
    const first = await states(orders[0]!);
    expect((first as unknown[]).length).toBeGreaterThan(60);
    for (const order of orders.slice(1)) expect(await states(order), `the order ${order} of SEED=${seed}`).toEqual(first);
  });

  // ------------------------------------------------------------------------------------------------------------------- who names nobody

  test('values that stand for nobody join nobody, are listed, and lose no call', async () => {
    await world.send([
      {
        type: 'identify',
        userId: 'undefined',
        anonymousId: 'r-anon',
        traits: { email: 'test@example.com', name: 'Rita' },
        messageId: 'r1',
      },
      { type: 'track', userId: 'null', event: 'Lost One', messageId: 'r2' },
      { type: 'track', userId: ' NULL ', event: 'Lost Two', messageId: 'r3' },
      { type: 'track', userId: 'null', event: 'Lost One', messageId: 'r2' },
    ]);
    const rita = await world.personBy('anonymous', 'r-anon');
    expect(rita).toMatchObject({ name: 'Rita', email: null });
    expect(nameList(rita)).toEqual(['anonymous r-anon']);
    expect((await world.timeline(rita.id, 'merge')).map((item) => item.title)).toEqual([
      expect.stringContaining('The address "test@example.com" was not joined to anybody'),
      expect.stringContaining('The user id "undefined" was not joined to anybody'),
    ]);
    const lost = await world.rows("select person_id, name from event where name like 'Lost%' order by name");
    expect(lost.map((row) => row.name)).toEqual(['Lost One', 'Lost Two']);
    expect(lost[0]!.person_id).not.toBe(lost[1]!.person_id);
    const refused = (await world.must('GET', '/api/identities/refused')).items;
    expect(refused.map((each: { kind: string; value: string; times: number }) => [each.kind, each.value, each.times])).toEqual(
      expect.arrayContaining([
        ['user', 'undefined', 1],
        ['email', 'test@example.com', 1],
        ['user', 'null', 1],
      ]),
    );
  });

  test('the id of a device on which many sign in belongs to nobody any more', async () => {
    await world.send([{ type: 'page', anonymousId: 'lobby', name: 'Start' }]);
    for (let n = 0; n < 12; n++)
      await world.send([{ type: 'identify', anonymousId: 'lobby', userId: `guest-${n}`, traits: { email: `guest-${n}@example.com` } }]);
    const first = await world.person('guest-0@example.com');
    expect(nameList(first)).not.toContain('anonymous lobby');
    await world.send([{ type: 'page', anonymousId: 'lobby', name: 'Somebody' }]);
    expect(await titles(first.id)).not.toContain('Somebody');
    await world.send([{ type: 'identify', anonymousId: 'lobby', userId: 'guest-99', traits: { email: 'guest-99@example.com' } }]);
    expect(nameList(await world.person('guest-99@example.com'))).toEqual(['email guest-99@example.com', 'user guest-99']);
    expect((await world.must('GET', '/api/identities/refused')).items).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'anonymous', value: 'lobby', because: 'it came with more than 10 people' })]),
    );
  });

  test('whoever attracts too many identities is held, until a colleague settles it', async () => {
    await world.send([{ type: 'identify', userId: 'sid', traits: { email: 'sid@example.com' } }]);
    for (let n = 0; n < 12; n++) await world.send([{ type: 'identify', userId: 'sid', traits: { email: `sid-${n}@example.com` } }]);
    const sid = await world.personBy('user', 'sid');
    expect(sid.identities.filter((each) => each.kind === 'email')).toHaveLength(10);
    await world.send([{ type: 'page', anonymousId: 's-tab', name: 'Tab' }]);
    await world.send([{ type: 'identify', userId: 'sid', anonymousId: 's-tab' }]);
    expect((await world.personBy('user', 'sid')).mergedFrom).toEqual([]);
    const held = (await world.must('GET', '/api/identities/review')).items;
    expect(held).toHaveLength(1);
    expect(held[0]).toMatchObject({ person: { id: sid.id }, kinds: [{ kind: 'email' }] });
    expect(held[0].waiting).toHaveLength(1);
    expect(await world.must('POST', `/api/identities/review/${sid.id}`, { as: 'allow', reason: 'a shared mailbox' })).toEqual({ joins: 1 });
    expect((await world.personBy('user', 'sid')).mergedFrom).toHaveLength(1);
    expect((await world.must('GET', '/api/identities/review')).items).toEqual([]);
    await world.send([{ type: 'identify', userId: 'sid', traits: { email: 'sid-new@example.com' } }]);
    expect((await world.personBy('email', 'sid-new@example.com')).id).toBe(sid.id);
    expect(await world.api('POST', `/api/identities/review/${sid.id}`, { as: 'apart', reason: 'nothing' })).toMatchObject({ status: 404 });
  });

  test('a policy names ids of other systems, who may say them, and what is refused', async () => {
    await world.define('identity-policy', 'main', {
      name: 'Who is who',
      kinds: [
        { kind: 'user', mergeKnown: 'trusted' },
        { kind: 'crm-id', from: 'traits.crm_id', assert: 'trusted', mergeKnown: 'trusted' },
        { kind: 'shop-id', most: 1 },
      ],
      refused: ['reception'],
    });
    await world.turn('PT2S');
    await world.sendTrusted([{ type: 'identify', anonymousId: 't-crm', traits: { crm_id: 4711, name: 'Thea' } }]);
    const thea = await world.personBy('anonymous', 't-crm');
    expect(nameList(thea)).toEqual(['anonymous t-crm', 'crm-id 4711']);
    await world.sendTrusted([{ type: 'identify', userId: 'thea', traits: { crm_id: 4711, email: 'thea@example.com' } }]);
    expect((await world.person('thea@example.com')).id).toBe(thea.id);
    // Somebody with a write key says the same and gets nowhere.
    await world.send([{ type: 'identify', anonymousId: 'x-crm', traits: { crm_id: 4711 } }]);
    expect((await world.personBy('anonymous', 'x-crm')).id).not.toBe(thea.id);
    const shop = (value: string) => ({ externalIds: [{ id: value, type: 'shop-id', collection: 'users', encoding: 'none' }] });
    await world.send([{ type: 'identify', userId: 'thea', context: shop('s1') }]);
    await world.send([{ type: 'identify', userId: 'thea', context: shop('s2') }]);
    expect(nameList(await world.person('thea@example.com'))).toEqual([
      'anonymous t-crm',
      'crm-id 4711',
      'email thea@example.com',
      'shop-id s1',
      'user thea',
    ]);
    await world.send([{ type: 'identify', userId: 'Reception', anonymousId: 'rec-anon', traits: { email: 'ulla@example.com' } }]);
    expect(nameList(await world.person('ulla@example.com'))).toEqual(['anonymous rec-anon', 'email ulla@example.com']);
  });

  test('where the clock is ahead, names and merges that were undone bear the time of the workspace', async () => {
    const as = { authorization: `Bearer ${world.practiceKey}`, 'content-type': 'application/json', 'x-workspace': 'practice' };
    const now = async (): Promise<number> => Date.parse((await world.must('GET', '/api/practice/clock', undefined, as)).now);
    const send = async (...batch: SegmentCall[]): Promise<void> => {
      expect(await world.post('/v1/batch', { batch }, as)).toMatchObject({ status: 200 });
      await world.settle();
    };
    await world.must('POST', '/api/practice/clock', { advance: 'P7D' }, as);
    const turned = await now();
    expect(turned).toBeGreaterThan(world.now + 6 * 86_400_000);
    await send({ type: 'page', anonymousId: 'ahead-phone' }, { type: 'identify', userId: 'ahead', traits: { email: 'ahead@example.com' } });
    await send({ type: 'identify', userId: 'ahead', anonymousId: 'ahead-phone' });
    const { items } = await world.must('GET', '/api/people?email=ahead@example.com', undefined, as);
    const person = await world.must('GET', `/api/people/${items[0].id}`, undefined, as);
    expect(person.identities).toHaveLength(3);
    for (const { since } of person.identities) expect(Date.parse(since)).toBeGreaterThanOrEqual(turned);
    const [merge] = (await world.must('GET', `/api/people/${person.id}/merges`, undefined, as)).items;
    await world.must('POST', `/api/people/${person.id}/unmerge`, { person: merge.person, reason: 'two people' }, as);
    const [undone] = (await world.must('GET', '/api/identities/undone', undefined, as)).items;
    expect(Date.parse(undone.mergedAt)).toBeGreaterThanOrEqual(turned);
    expect(Date.parse(undone.undoneAt)).toBeGreaterThanOrEqual(Date.parse(undone.mergedAt));
  });
});
