import { beforeAll, describe, expect, test } from 'vitest';
import type { LooseDefinition } from '#contract/definition.ts';
import { day, hour, minute, second, toIso } from '#contract/instant.ts';
import { applySet } from '#operations/definitions.ts';
import { archiveJourney } from '#operations/retire-journey.ts';
import { cancelBackfill, listBackfills } from '#operations/rules.ts';
import { upkeep } from '#operations/upkeep.ts';
import { membersBySegment } from '#store/memberships.ts';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** Segments and scores as somebody sees them who works with them: exact to the millisecond, with evidence, and the same for everybody at once. */

const ready = {
  all: [
    { event: { name: 'Page Viewed', where: [{ property: 'path', op: 'equals', value: '/pricing' }], atLeast: 3, within: 'P7D' } },
    { event: { name: 'Meeting Booked', atMost: 0 } },
  ],
};
const field = (path: string, type: string): LooseDefinition => ({ kind: 'field', key: path, body: { name: path, path, type } });

describe.each(dialects)('on %s', (dialect) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ database: dialect });
    await world.publish([
      field('plan', 'text'),
      field('size', 'number'),
      { kind: 'segment', key: 'ready', body: { name: 'Ready to talk', rule: ready } },
      { kind: 'segment', key: 'vips', body: { name: 'VIPs', rule: null } },
    ]);
    await world.settle();
  });

  const visit = async (user: string, path = '/pricing'): Promise<void> => {
    await world.send([{ type: 'page', userId: user, name: 'Page', properties: { path } }]);
    await world.settle();
  };
  const belongs = async (email: string, key: string): Promise<boolean> =>
    (await world.person(email)).segments.some((segment: { key: string }) => segment.key === key);
  const arrive = async (user: string, traits: object = {}): Promise<string> => {
    await world.send([{ type: 'identify', userId: user, traits: { email: `${user}@example.com`, ...traits } }]);
    await world.settle();
    return (await world.person(`${user}@example.com`)).id;
  };

  test('"visited pricing at least 3 times in 7 days and has not booked" holds from the third visit until the visit ages out', async () => {
    await arrive('ana');
    const first = world.now;
    await visit('ana');
    await world.turn('PT1H');
    await visit('ana');
    await world.turn('P1D');
    expect(await belongs('ana@example.com', 'ready')).toBe(false);
    await visit('ana');
    const entered = world.now;
    expect(await belongs('ana@example.com', 'ready')).toBe(true);
    await world.turnTo(first + 7 * day - 1);
    expect(await belongs('ana@example.com', 'ready')).toBe(true);
    await world.turnTo(first + 7 * day);
    expect(await belongs('ana@example.com', 'ready')).toBe(false);

    const { items } = await world.must('GET', '/api/segments/ready/log');
    expect(items.map((each: { entered: boolean; at: string }) => [each.entered, each.at])).toEqual([
      [false, toIso(first + 7 * day)],
      [true, toIso(entered)],
    ]);
    const [left, came] = items;
    expect(came.because[0]).toMatchObject({ held: true, rule: expect.stringContaining('at least 3 times in the last 7 days') });
    expect(came.because[0].saw).toHaveLength(3);
    expect(left.because[0].held).toBe(false);
    expect(left.because[0].saw).toHaveLength(2);
    expect(left.because[1]).toMatchObject({ held: true });
  });

  test('what somebody did before a rule asked for it is remembered when they are next looked at, and before it is dropped', async () => {
    const tour = (user: string, stop: string) =>
      world.send([{ type: 'track', userId: user, event: 'Tour Taken', properties: { stop: `tour ${stop}` } }]);
    for (const user of ['una', 'ugo']) {
      await arrive(user);
      for (const stop of ['1', '2']) await tour(user, stop);
    }
    const rule = { event: { name: 'Tour Taken', where: [{ property: 'stop', op: 'starts-with', value: 'tour' }], atLeast: 3 } };
    await world.publish([{ kind: 'segment', key: 'toured', body: { name: 'Toured', rule } }]);
    await world.settle();
    const owed = async (): Promise<number> =>
      Object.keys((await world.rows("select owed_memos from workspace where slug = 'main'"))[0]!.owed_memos).length;
    expect(await owed()).toBeGreaterThan(0);

    const { id } = await world.person('una@example.com');
    expect(await world.why(id, 'segment:toured')).toMatchObject({ decided: 'out', because: [{ held: false, evidence: [{}, {}] }] });
    await tour('una', '3');
    expect(await belongs('una@example.com', 'toured'), 'two visits from before, and this one').toBe(true);

    // Housekeeping has everybody remember before it drops what it is made from.
    await upkeep(world.house.deps);
    await world.settle();
    await upkeep(world.house.deps);
    expect(await owed()).toBe(0);
    await world.rows('delete from event where person_id = $1', [(await world.person('ugo@example.com')).id]);
    await tour('ugo', '3');
    expect(await belongs('ugo@example.com', 'toured')).toBe(true);
  });

  test('a membership that ended while nobody worked ended when its window closed, and not when somebody looked', async () => {
    await arrive('ben');
    const first = world.now;
    for (let nth = 0; nth < 3; nth++) await visit('ben');
    expect(await belongs('ben@example.com', 'ready')).toBe(true);
    // Two weeks pass at once: the wake is found a week late.
    world.leap(14 * day);
    await world.settle();
    const { items } = await world.must('GET', `/api/segments/ready/log?person=${(await world.person('ben@example.com')).id}`);
    expect(items[0]).toMatchObject({ entered: false, at: toIso(first + 7 * day) });
  });

  test('what somebody did before the clock was put back counts when that instant comes again', async () => {
    await arrive('hal');
    await world.send([{ type: 'track', userId: 'hal', event: 'Trial Begun' }]);
    await world.settle();
    const began = world.now;
    world.leap(-10 * minute);
    const rule = { event: { name: 'Trial Begun', within: 'P7D' } };
    await world.publish([{ kind: 'segment', key: 'on-trial', body: { name: 'On trial', rule } }]);
    await world.settle();
    expect(await belongs('hal@example.com', 'on-trial')).toBe(false);
    world.leap(20 * minute);
    await world.settle();
    expect(await belongs('hal@example.com', 'on-trial')).toBe(true);
    const { items } = await world.must('GET', `/api/segments/on-trial/log?person=${(await world.person('hal@example.com')).id}`);
    expect(items[0].at).toBe(toIso(began));
  });

  test('a rule that is tried counts everybody, shows some of them, and says what stands against it', async () => {
    await arrive('cleo', { plan: 'Pro', size: 12 });
    await arrive('dora', { plan: 'basic', size: 3 });
    const rule = {
      all: [{ trait: { path: 'plan', op: 'equals', value: 'PRO' } }, { trait: { path: 'size', op: 'between', value: [10, 20] } }],
    };
    const preview = await world.must('POST', '/api/rules/preview', { rule });
    expect(preview).toMatchObject({ count: 1, mistakes: [], words: 'plan is “PRO” and size is between 10 and 20' });
    expect(preview.sample[0].email).toBe('cleo@example.com');
    const odd = await world.must('POST', '/api/rules/preview', { rule: { trait: { path: 'plann', op: 'exists' } } });
    expect(odd.count).toBe(null);
    expect(odd.mistakes).toEqual([{ path: 'rule.trait.path', message: 'there is no field "plann"; define it first' }]);
    const { id } = await world.person('dora@example.com');
    const why = await world.must('POST', '/api/rules/explain', { rule, person: id });
    expect(why).toMatchObject({ held: false, parts: [{ held: false, saw: [{ what: 'plan is basic' }] }, { held: false }] });
  });

  test('the parts of a group are explained one by one, with the events that they saw', async () => {
    const { id } = await world.person('cleo@example.com');
    await world.sendTrusted([{ type: 'track', userId: 'cleo', event: 'Guide Read', messageId: 'cleo-guide' }]);
    const did = (name: string) => ({ event: { name } });
    const rule = {
      all: [
        { trait: { path: 'plan', op: 'exists' } },
        { any: [did('Guide Read'), { all: [did('Demo Seen'), did('Demo Asked')] }] },
        { not: { any: [did('Asked For Less'), did('Left')] } },
      ],
    };
    const { parts } = await world.must('POST', '/api/rules/explain', { rule, person: id });
    expect(
      parts.map((part: { depth: number; held: boolean; rule: string }) => `${'  '.repeat(part.depth)}${part.held} ${part.rule}`),
    ).toEqual([
      'true plan is known',
      'true Guide Read or (Demo Seen and Demo Asked)',
      '  true Guide Read',
      '  false Demo Seen and Demo Asked',
      '    false Demo Seen',
      '    false Demo Asked',
      'true not (Asked For Less or Left)',
      '  false Asked For Less',
      '  false Left',
    ]);
    expect(parts.flatMap((part: { rule: string; denies?: true }) => (part.denies ? [part.rule] : []))).toEqual([
      'not (Asked For Less or Left)',
    ]);
    await world.publish([{ kind: 'segment', key: 'guided', body: { name: 'Guided', rule } } as LooseDefinition]);
    await world.settle();
    const why = await world.why(id, 'segment:guided');
    expect([why.decided, why.because.map(({ held }) => held)]).toEqual(['in', [true, true, true]]);
    const [read] = why.because[1]!.evidence;
    expect(read).toMatchObject({ what: 'Guide Read', id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(await world.rows('select name from event where event_id = $1', [read!.id])).toEqual([{ name: 'Guide Read' }]);
  });

  test('a rule that nests too deep, or asks about what is not there, is refused with a sentence', async () => {
    let deep: object = { event: { name: 'Page Viewed' } };
    for (let level = 0; level < 13; level++) deep = { not: deep };
    const refused = await world.must('POST', '/api/rules/preview', { rule: deep });
    expect(refused.mistakes[0].message).toBe('nests 14 deep; at most 12');
    const missing = await world.must('POST', '/api/rules/preview', {
      rule: { all: [{ segment: { key: 'nobody' } }, { not: { any: [{ event: { name: 'Left' } }, { consent: { topic: 'none' } }] } }] },
    });
    expect(missing.mistakes).toEqual([
      { path: 'rule.all.0.segment.key', message: 'there is no segment "nobody"' },
      { path: 'rule.all.1.not.any.1.consent.topic', message: 'there is no topic "none"' },
    ]);
  });

  test('a list kept by hand: people are put on it and taken off, and other segments can ask about it', async () => {
    await world.publish([
      {
        kind: 'segment',
        key: 'big-vips',
        body: { name: 'Big VIPs', rule: { all: [{ segment: { key: 'vips' } }, { trait: { path: 'size', op: 'at-least', value: 10 } }] } },
      },
    ]);
    await world.settle();
    const added = await world.must('POST', '/api/segments/vips/members', { emails: ['CLEO@example.com', 'nobody@example.com'] });
    expect(added).toEqual({ added: 1, unknown: ['nobody@example.com'] });
    await world.settle();
    expect([await belongs('cleo@example.com', 'vips'), await belongs('cleo@example.com', 'big-vips')]).toEqual([true, true]);
    const { items } = await world.must('GET', '/api/segments/vips/log');
    expect(items[0].because[0].rule).toMatch(/^put on the list by /);
    await world.must('POST', '/api/segments/vips/members/remove', { emails: ['cleo@example.com'] });
    await world.settle();
    expect([await belongs('cleo@example.com', 'vips'), await belongs('cleo@example.com', 'big-vips')]).toEqual([false, false]);
    expect((await world.api('POST', '/api/segments/ready/members', { emails: ['cleo@example.com'] })).body.code).toBe('segment-not-static');
  });

  test('the page of a segment: members over time, what it asks about, what asks about it, overlap', async () => {
    const detail = await world.must('GET', '/api/segments/vips?days=7');
    expect(detail.uses).toEqual([{ kind: 'segment', key: 'big-vips', name: 'Big VIPs' }]);
    expect(detail.history).toHaveLength(7);
    expect(detail.history.at(-1)).toMatchObject({ people: 0, entered: 1, left: 1 });
    const year = await world.must('GET', '/api/segments/vips?days=366');
    expect(year.history[0]).toMatchObject({ people: null, entered: 0, left: 0 }); // before it began
    const big = await world.must('GET', '/api/segments/big-vips');
    expect(big.reads).toEqual([{ kind: 'segment', key: 'vips', name: 'VIPs' }]);
    await world.must('POST', '/api/segments/vips/members', { emails: ['cleo@example.com', 'dora@example.com'] });
    await world.settle();
    expect(await world.must('GET', '/api/segments/overlap?a=vips&b=big-vips')).toMatchObject({ a: 2, b: 1, both: 1 });
  });

  test('what rules can be made of is what really came', async () => {
    const words = await world.must('GET', '/api/vocabulary');
    const page = words.events.find((each: { name: string }) => each.name === 'Page Viewed');
    expect(page.properties.find((each: { path: string }) => each.path === 'path')).toMatchObject({ types: ['text'], values: ['/pricing'] });
    expect(words.segments.map((each: { key: string }) => each.key)).toContain('vips');
    // What people are called is nobody's business here.
    expect(JSON.stringify(words)).not.toContain('@example.com');
  });

  describe('a score that fades', () => {
    beforeAll(async () => {
      await world.publish([
        {
          kind: 'score',
          key: 'heat',
          body: {
            name: 'Heat',
            signals: [
              { because: 'Asked for a demo', on: { event: 'Demo Requested' }, points: 40, halfLife: 'P1D' },
              { because: 'Read the blog', on: { event: 'Article Read' }, points: 5, expires: 'P2D', times: 3, group: 'reading' },
            ],
            points: [{ because: 'Works with more than ten', rule: { trait: { path: 'size', op: 'greater', value: 10 } }, points: 10 }],
            groups: [{ key: 'reading', name: 'Reading', max: 12 }],
            thresholds: [{ key: 'hot', name: 'Hot', at: 30 }],
          },
        },
        { kind: 'segment', key: 'hot', body: { name: 'Hot', rule: { score: { key: 'heat', atLeast: 30 } } } },
      ]);
      await world.settle();
    });

    test('crosses its threshold by fading at the computed instant, and the segment that asks about it changes then', async () => {
      const id = await arrive('eva', { size: 12 });
      const asked = world.now;
      await world.send([{ type: 'track', userId: 'eva', event: 'Demo Requested' }]);
      await world.settle();
      expect(await belongs('eva@example.com', 'hot')).toBe(true);
      // 10 + 40 · 2^(−t) < 30 just after one day: at 20.000 it still holds, and rounding keeps it there for a while.
      await world.turn('P3D');
      const { items } = await world.must('GET', '/api/scores/heat/log');
      expect(items.map((each: { up: boolean }) => each.up)).toEqual([false, true]);
      const down = Date.parse(items[0].at);
      expect(down).toBeGreaterThanOrEqual(asked + day);
      expect(down).toBeLessThan(asked + day + 10 * minute);
      const value = async (at: number): Promise<number> => (await world.must('GET', `/api/people/${id}/scores/heat?at=${toIso(at)}`)).value;
      expect(await value(down - 1)).toBe(30);
      expect(await value(down)).toBe(29.999);
      const { items: log } = await world.must('GET', '/api/segments/hot/log');
      expect(log[0]).toMatchObject({ entered: false, at: items[0].at });
    });

    test('every point is named, the ledger adds up to the value, at any instant since they came', async () => {
      const id = await arrive('finn');
      const start = world.now;
      for (let nth = 0; nth < 4; nth++) {
        await world.send([{ type: 'track', userId: 'finn', event: 'Article Read' }]);
        await world.turn('PT1H');
      }
      const now = await world.must('GET', `/api/people/${id}/scores/heat`);
      expect(now.value).toBe(12);
      expect(now.ledger.map((line: { because: string; worth: number }) => [line.because, line.worth])).toEqual([
        ['Read the blog', 5],
        ['Read the blog', 5],
        ['Read the blog', 5],
        ['Reading is kept at most 12', -3],
      ]);
      const then = await world.must('GET', `/api/people/${id}/scores/heat?at=${toIso(start + 90 * minute)}`);
      expect([then.value, then.ledger.length]).toEqual([10, 2]);
      await world.turnTo(start + 2 * day + 3 * hour - second);
      expect((await world.must('GET', `/api/people/${id}/scores/heat`)).value).toBe(5);
      expect((await world.why(id, 'score:heat')).answer).toBe('Heat is 5: +5 Read the blog.');
    });

    test('a rule that is tried counts who has the score by now, and not who had it when it was last written', async () => {
      const email = { trait: { path: 'email', op: 'equals', value: 'gus@example.com' } };
      const count = async (score: object): Promise<number> =>
        (await world.must('POST', '/api/rules/preview', { rule: { all: [email, { score: { key: 'heat', ...score } }] } })).count;
      const id = await arrive('gus');
      await world.send([{ type: 'track', userId: 'gus', event: 'Demo Requested' }]);
      await world.settle();
      expect([await count({ atLeast: 40 }), await count({ atMost: 39.9 })]).toEqual([1, 0]);
      // After twenty minutes it is 39.617, of which nobody need be told.
      await world.turn('PT20M');
      expect((await world.rows("select state #>> '{scores,heat}' as written from person where person_id = $1", [id]))[0]!.written).toBe(
        '40',
      );
      expect([await count({ atLeast: 40 }), await count({ atMost: 39.9 }), await count({ atLeast: 39, atMost: 40 })]).toEqual([0, 1, 1]);
      await world.turn('P3D');
    });

    test('tried before it is published: what everybody would have, beside what they have', async () => {
      const body = { name: 'Heat', points: [{ because: 'Is there', rule: { trait: { path: 'email', op: 'exists' } }, points: 50 }] };
      const preview = await world.must('POST', '/api/scores/preview', { key: 'heat', body });
      expect(preview.mistakes).toEqual([]);
      expect(preview.distribution.reduce((sum: number, each: { people: number }) => sum + each.people, 0)).toBe(preview.people);
      expect(preview.distribution.find((each: { from: number }) => each.from === 50).people).toBe(preview.people);
      expect(preview.before.length).toBe(20);
      const list = await world.must('GET', '/api/scores');
      expect(list.items.find((each: { key: string }) => each.key === 'heat')).toMatchObject({
        key: 'heat',
        thresholds: [{ key: 'hot', at: 30, people: 0 }],
      });
      const detail = await world.must('GET', '/api/scores/heat');
      expect(detail.signals.map((each: { because: string; people: number }) => [each.because, each.people])).toContainEqual([
        'Works with more than ten',
        2,
      ]);
      expect(detail.weeks).toHaveLength(12);
    });
  });

  test('a score is tried on some thousands at a time, and on everybody once when that is asked for', async () => {
    const crowd = await openWorld({ database: dialect });
    const main = (await crowd.house.deps.workspaces.bySlug('main')).id;
    await crowd.send([{ type: 'identify', userId: 'ina', traits: { email: 'ina@example.com' } }]);
    // As many as she is, in every lane.
    await crowd.rows(
      `insert into person (lane, person_id, workspace_id, email, traits, state, entry_point, created_at)
       select get_byte(uuid_send(id), 15), id, $1, 'p' || n || '@example.com', traits || jsonb_build_object('email', 'p' || n || '@example.com'), state, 'api', created_at
       from (select md5('crowd ' || n)::uuid as id, n, p.* from generate_series(1, 14999) n cross join (select traits, state, created_at from person) p) each`,
      [main],
    );
    const body = {
      name: 'Heat',
      points: [{ because: 'Has a seven', rule: { trait: { path: 'email', op: 'contains', value: '7' } }, points: 50 }],
      thresholds: [{ key: 'hot', name: 'Hot', at: 50 }],
    };
    const parts = [];
    for (let from: number | null = 0; from !== null; from = parts.at(-1)!.next)
      parts.push(await crowd.must('POST', '/api/scores/preview', { key: 'heat', body, from }));
    expect(parts.map(({ of }) => of)).toEqual([15_000, 15_000]);
    const sum = (numbers: number[]): number => numbers.reduce((all, each) => all + each, 0);
    expect(sum(parts.map(({ people }) => people))).toBe(15_000);
    expect(parts[0]!.people, 'lanes are about alike').toBeGreaterThan(9_000);
    const [{ hot }] = (await crowd.rows("select count(*)::int as hot from person where email like '%7%'")) as [{ hot: number }];
    expect(sum(parts.map(({ thresholds }) => thresholds[0].people))).toBe(hot);
    expect(await crowd.api('POST', '/api/scores/preview', { key: 'heat', body, from: 256 })).toMatchObject({ status: 400 });
  });

  test('a changed segment is brought to everybody, and taken back when that is cancelled', async () => {
    await world.publish([
      { kind: 'segment', key: 'everybody', body: { name: 'Everybody', rule: { trait: { path: 'email', op: 'exists' } } } },
    ]);
    await world.settle();
    const before = (await world.must('GET', '/api/segments/everybody/count')).count;
    expect(before).toBeGreaterThan(4);
    const definitions = [
      { kind: 'segment', key: 'everybody', body: { name: 'Everybody', rule: { trait: { path: 'email', op: 'missing' } } } },
    ];
    // Asked of the operations themselves: the world settles beside whatever is asked of the API, and would be done before it is cancelled.
    const { deps } = world.house;
    const quiet = { ...deps, bus: { ...deps.bus, pokeWork: () => undefined } };
    const main = await deps.workspaces.bySlug('main');
    await applySet(quiet, main, 'colleague', { definitions: definitions as LooseDefinition[], publish: true, note: '' });
    const [open] = (await listBackfills(quiet, main)).items;
    expect(open).toMatchObject({ finishedAt: null, done: 0 });
    const { back } = await cancelBackfill(quiet, main, 'colleague', open!.id);
    expect(back).toEqual([{ kind: 'segment', key: 'everybody', version: 1 }]);
    await world.settle();
    expect((await world.must('GET', '/api/segments/everybody/count')).count).toBe(before);
    expect((await world.must('GET', '/api/backfills')).items[0]).toMatchObject({ done: 1, finishedAt: expect.any(String) });
    expect((await world.api('POST', `/api/backfills/${open!.id}/cancel`, {})).body.code).toBe('backfill-over');
  });

  test('what was new goes out of force when it is taken back, also where publications are reviewed, and can be published again', async () => {
    const rule = { trait: { path: 'email', op: 'exists' } };
    // There has to be somebody to bring it to.
    for (const user of ['nora', 'noel', 'nils', 'nina', 'nick']) await arrive(user);
    const definitions = [
      { kind: 'segment', key: 'reachable', body: { name: 'Reachable', rule } },
      { kind: 'score', key: 'reach', body: { name: 'Reach', points: [{ because: 'Has an address', rule, points: 5 }] } },
    ];
    const { deps } = world.house;
    const quiet = { ...deps, bus: { ...deps.bus, pokeWork: () => undefined } };
    const main = await deps.workspaces.bySlug('main');
    await applySet(quiet, main, 'colleague', { definitions: definitions as LooseDefinition[], publish: true, note: '' });
    const [open] = (await listBackfills(quiet, main)).items;
    const archived = archiveJourney(quiet, main, 'colleague', 'welcome', 'nobody needs it');
    await expect(archived, 'somebody may still come in').rejects.toThrow('A change is still being brought to everybody.');
    const reviewed = { ...main, settings: { ...main.settings, review: 'everything' as const } };
    const { back } = await cancelBackfill(quiet, reviewed, 'colleague', open!.id);
    expect(back).toEqual([
      { kind: 'score', key: 'reach', version: null },
      { kind: 'segment', key: 'reachable', version: null },
    ]);
    await world.settle();
    expect((await world.api('GET', '/api/segments/reachable')).body.code).toBe('definition-unknown');
    const members = await deps.db.transaction({ workspaces: [main.id] }, (tx) => membersBySegment(tx, main.id));
    expect(members.get('reachable') ?? 0).toBe(0);
    expect((await world.must('GET', '/api/definitions/segment/reachable')).retirement.reason).toBe('the backfill was cancelled');
    const refused = await world.api('POST', '/api/apply', {
      definitions: [{ kind: 'segment', key: 'asks', body: { name: 'Asks', rule: { segment: 'reachable' } } }],
      publish: true,
    });
    expect(refused.body.code).toBe('definition-invalid');
    await world.must('POST', '/api/definitions/segment/reachable/publish', {});
    await world.settle();
    expect((await world.must('GET', '/api/segments/reachable')).people).toBeGreaterThan(4);
  });
});
