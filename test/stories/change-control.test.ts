import { beforeAll, describe, expect, test } from 'vitest';
import { isAmongFirst } from '#engine/journey/ramp.ts';
import { retireUnused } from '#operations/retire-journey.ts';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** A change to a journey is looked at by somebody else, brought to a few first, held by itself when it hurts, and taken back; and a journey has an end. */

const ask = (steps: object[] = [{ key: 'rest', kind: 'wait', for: 'P30D', next: null }]) => ({
  name: 'Course',
  intent: 'To be changed with care',
  reentry: 'after-exit',
  steps: [
    { key: 'start', kind: 'entry', on: { event: 'Joined' }, next: (steps[0] as { key: string }).key },
    { key: 'by-hand', kind: 'entry', on: { by: 'api' }, next: (steps[0] as { key: string }).key },
    ...steps,
  ],
});
const longer = (days: number) => ask([{ key: 'rest', kind: 'wait', for: `P${days}D`, next: null }]);

/** Signs in by a link and answers how requests of that colleague look. */
async function signedIn(world: World, link: string) {
  const token = link.split('#token=')[1] ?? link;
  const answer = await world.app.inject({ method: 'POST', url: '/api/session', payload: { token } });
  expect(answer.statusCode).toBe(200);
  const cookie = answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  return { cookie, authorization: '', 'sec-fetch-site': 'same-origin' };
}

describe.each(dialects)('on %s', (database) => {
  describe('reviews', () => {
    let world: World;
    let owner: Record<string, string>;
    let berta: Record<string, string>;
    const journey = '/api/definitions/journey/course';

    beforeAll(async () => {
      world = await openWorld({ database });
      owner = await signedIn(world, await world.house.doorkeeper.newSignInToken());
      await world.must('PATCH', '/api/settings', { review: 'journeys', coolingOff: 'PT1H' });
    });

    test('somebody who works alone waits until the draft has stood unchanged for an hour', async () => {
      await world.must('PUT', journey, { body: ask() }, owner);
      expect(await world.api('POST', `${journey}/publish`, {}, owner)).toMatchObject({
        status: 409,
        body: { code: 'cooling-off', details: [{ kind: 'journey', key: 'course', needs: 'cooling-off' }] },
      });
      await world.turn('PT59M');
      await world.must('PUT', journey, { body: longer(20) }, owner);
      await world.turn('PT59M');
      expect(await world.api('POST', `${journey}/publish`, {}, owner), 'the change began the hour anew').toMatchObject({ status: 409 });
      await world.turn('PT1M');
      expect(await world.must('POST', `${journey}/publish`, {}, owner)).toMatchObject({ version: 1 });
      const other = await world.api('POST', '/api/apply', {
        definitions: [{ kind: 'journey', key: 'course', body: ask() }],
        publish: true,
      });
      expect(other, 'nor past it by a file').toMatchObject({ status: 409, body: { code: 'cooling-off' } });
    });

    test('with a colleague, another person approves the draft as it stands, and any edit asks anew', async () => {
      const invited = await world.must('POST', '/api/colleagues', { name: 'Berta', email: 'berta@example.com' }, owner);
      // Who works here can answer for something.
      expect((await world.must('GET', '/api/vocabulary', undefined, owner)).owners).toContain('berta@example.com');
      expect(await world.api('POST', '/api/colleagues', { name: 'berta', email: 'b@example.com' }, owner)).toMatchObject({
        status: 409,
        body: { code: 'colleague-taken' },
      });
      berta = await signedIn(world, invited.link);
      expect(await world.must('GET', '/api/session', undefined, berta)).toMatchObject({ name: 'Berta', email: 'berta@example.com' });

      await world.must('PUT', journey, { body: longer(10) }, owner);
      await world.turn('P1D');
      expect(await world.api('POST', `${journey}/publish`, {}, owner)).toMatchObject({ status: 409, body: { code: 'review-missing' } });
      expect(await world.api('POST', `${journey}/review/answer`, { approve: true }, berta)).toMatchObject({
        status: 404,
        body: { code: 'review-none' },
      });
      await world.must('POST', `${journey}/review`, { note: 'shorter' }, owner);
      expect((await world.must('GET', '/api/reviews', undefined, berta)).items).toMatchObject([
        { key: 'course', name: 'Course', askedBy: 'Owner', note: 'shorter', lastChangeBy: 'Owner' },
      ]);
      expect(await world.api('POST', `${journey}/review/answer`, { approve: true }, owner)).toMatchObject({
        status: 409,
        body: { code: 'review-own' },
      });
      expect(await world.api('POST', `${journey}/review/answer`, { approve: true }), 'a key is nobody').toMatchObject({ status: 401 });
      const [me] = (await world.must('GET', '/api/colleagues', undefined, owner)).items;
      await world.must('PATCH', `/api/colleagues/${me.id}`, { name: 'Somebody Else' }, owner);
      expect(await world.api('POST', `${journey}/review/answer`, { approve: true }, owner), 'nor under another name').toMatchObject({
        body: { code: 'review-own' },
      });

      // A trifle that is changed with a key, or a folder, makes nobody the reviewer of what they wrote themselves.
      await world.must('PUT', journey, { body: { ...longer(10), priority: 51 } });
      expect(await world.api('POST', `${journey}/review`, { note: '' }), 'a key asks for nothing').toMatchObject({ status: 401 });
      await world.must('POST', `${journey}/review`, { note: '' }, owner);
      await world.must('PATCH', `/api/colleagues/${me.id}`, { name: 'Owner' }, owner);
      expect(await world.api('POST', `${journey}/review/answer`, { approve: true }, owner)).toMatchObject({ body: { code: 'review-own' } });
      await world.must('PUT', journey, { body: longer(10) }, owner);
      await world.must('POST', '/api/journeys/move', { keys: ['course'], folder: 'Away' }, berta);
      await world.must('POST', '/api/journeys/move', { keys: ['course'], folder: '' }, berta);
      await world.must('POST', `${journey}/review`, { note: '' }, berta);
      expect(await world.api('POST', `${journey}/review/answer`, { approve: true }, owner)).toMatchObject({ body: { code: 'review-own' } });
      await world.must('POST', `${journey}/review`, { note: 'shorter' }, owner);

      await world.must('POST', `${journey}/review/answer`, { approve: true, comment: 'good' }, berta);
      await world.must('PUT', journey, { body: longer(11) }, owner);
      expect(await world.api('POST', `${journey}/publish`, {}, owner), 'an edit resets it').toMatchObject({ status: 409 });
      await world.must('PUT', journey, { body: longer(10) }, owner);
      expect((await world.must('GET', journey, undefined, owner)).review).toMatchObject({
        needs: 'another-person',
        answer: { by: 'Berta', approved: true, comment: 'good' },
      });
      expect(await world.must('POST', `${journey}/publish`, {}, owner), 'what she approved').toMatchObject({ version: 2 });
    });

    test('who is removed is out at once, and going back needs no review', async () => {
      await world.must('POST', `${journey}/rollback`, { version: 1 }, owner);
      const { items } = await world.must('GET', '/api/colleagues', undefined, owner);
      await world.must('DELETE', `/api/colleagues/${items[1].id}`, undefined, owner);
      expect(await world.api('GET', '/api/session', undefined, berta)).toMatchObject({ status: 401 });
      expect(await world.api('DELETE', `/api/colleagues/${items[0].id}`, undefined, owner)).toMatchObject({
        body: { code: 'colleague-owner' },
      });
    });
  });

  describe('a ramp', () => {
    let world: World;
    const crowd = 200;
    const consent = { consent: { categoryPreferences: { marketing: true } } };
    const join = (from: number, to: number) =>
      world.send(
        Array.from({ length: to - from }, (_, n) => `p${from + n}`).flatMap((userId) => [
          { type: 'identify' as const, userId, traits: { email: `${userId}@example.com` }, context: consent },
          { type: 'track' as const, userId, event: 'Joined' },
        ]),
      );
    const versions = async () =>
      Object.fromEntries(
        (await world.rows("select version, count(*)::int as n from run where journey = 'course' group by version order by 1")).map(
          (row) => [row.version, row.n],
        ),
      );
    const ramp = async () => (await world.must('GET', '/api/journeys/course/ramp')).ramp;
    const publishWith = async (body: object, plan: object) => {
      await world.must('PUT', '/api/definitions/journey/course', { body });
      return world.must('POST', '/api/definitions/journey/course/publish', { ramp: plan });
    };

    beforeAll(async () => {
      world = await openWorld({ database });
      await world.define('journey', 'course', ask());
    });

    test('a new version takes 5, then 25, then 100 % of those who enter; the others go by the one before', async () => {
      await publishWith(longer(20), { every: 'P1D', least: 1 });
      await join(0, crowd);
      const people = await world.rows("select person_id, version from run where journey = 'course'");
      const among = (share: number) => ({ journey: 'course', version: 2, previous: 1, share });
      for (const { person_id, version } of people) expect(version).toBe(isAmongFirst(among(5), person_id) ? 2 : 1);
      const first = (await versions())[2]!;
      expect(first).toBeGreaterThan(0);
      expect(first).toBeLessThan(crowd / 5);
      expect(await ramp()).toMatchObject({ state: 'rising', share: 5, version: 2, previous: 1, counts: { entered: first } });

      await world.turn('P1D');
      expect(await ramp()).toMatchObject({ state: 'rising', share: 25, reason: expect.stringContaining('every guardrail holds') });
      await join(crowd, 2 * crowd);
      const then = (await versions())[2]! - first;
      expect(then).toBeGreaterThan(crowd / 8);
      expect(then).toBeLessThan(crowd / 2);
      await world.turn('P1D');
      expect(await ramp()).toMatchObject({ state: 'done', share: 100 });
      const [before] = await world.rows("select count(*)::int as n from run where journey = 'course' and version = 1");
      await join(2 * crowd, 2 * crowd + 20);
      expect((await versions())[1], 'nobody enters by the old one any more').toBe(before!.n);
      const whoChanged = (await world.must('GET', '/api/audit?limit=50')).items.map((line: { what: string }) => line.what);
      expect(whoChanged).toContainEqual(expect.stringContaining('brought version 2 of the journey “course” to 25 %'));
    });

    test('it waits where too few have entered, and a colleague may hold it, let it go on, or finish', async () => {
      await publishWith(longer(19), { every: 'P1D', least: 3 });
      await world.turn('P3D');
      expect(await ramp()).toMatchObject({ state: 'rising', share: 5, reason: '0 of at least 3 people have entered at 5 %.' });
      await world.must('POST', '/api/journeys/course/ramp', { to: 'go-on' });
      expect(await ramp()).toMatchObject({ share: 25 });
      await world.must('POST', '/api/journeys/course/ramp', { to: 'hold', reason: 'the boss calls' });
      const before = await versions();
      await join(500, 540);
      const after = await versions();
      expect(after[3] ?? 0, 'nobody enters by what is held').toBe(before[3] ?? 0);
      expect(after[2]).toBe(before[2]! + 40);
      await world.must('POST', '/api/journeys/course/ramp', { to: 'finish' });
      await join(540, 560);
      expect((await versions())[3]).toBe((before[3] ?? 0) + 20);
      expect(await world.api('POST', '/api/journeys/course/ramp', { to: 'hold' })).toMatchObject({
        status: 404,
        body: { code: 'ramp-none' },
      });
    });

    test('a guardrail holds it by itself, and going back ends it', async () => {
      const mailing = ask([
        { key: 'lesson', kind: 'send', template: 'welcome-hello', topic: 'onboarding', next: 'rest' },
        longer(5).steps[2]!,
      ]);
      await publishWith(mailing, { shares: [50, 100], every: 'P1D', least: 1, limits: { after: 10 } });
      world.answer((mail) =>
        Number(/\d+/.exec(mail.envelope.to)![0]) % 4 === 0
          ? { result: 'refused', permanent: true, about: 'address', answer: '550 5.1.1 no such user' }
          : { result: 'sent', providerId: null, answer: '250 ok' },
      );
      await join(600, 660);
      await world.turn('PT1M');
      expect(await ramp()).toMatchObject({ state: 'held', share: 0, reason: expect.stringMatching(/^\d+ of \d+ messages /) });
      const before = await versions();
      await join(660, 680);
      expect((await versions())[4], 'it takes nobody else').toBe(before[4]);

      await world.must('POST', '/api/journeys/course/ramp', { to: 'go-on' });
      await world.turn('PT1M');
      expect(await ramp(), 'let go on, what came before is not held against it').toMatchObject({
        state: 'rising',
        share: 50,
        counts: { sent: 0, bounced: 0 },
      });
      world.answer(() => ({ result: 'sent', providerId: null, answer: '250 ok' }));
      await join(680, 740);
      await world.turn('PT1M');
      expect(await ramp()).toMatchObject({ state: 'rising', counts: { bounced: 0, complained: 0 } });
      const [mine] = await world.rows(
        "select m.message_id, p.user_id from message m join person p using (lane, person_id) where m.journey = 'course' and m.version = 4 and m.status = 'sent' order by m.stored_at desc limit 1",
      );
      await world.sendTrusted([
        { type: 'track', userId: mine!.user_id, event: 'Email Complained', properties: { messageId: mine!.message_id } },
      ]);
      await world.turn('PT1M');
      expect(await ramp(), 'what comes after is').toMatchObject({
        state: 'held',
        reason: expect.stringMatching(/^1 of \d+ messages were marked as spam; the limit is 0\.3 %/),
      });
      await world.must('POST', '/api/definitions/journey/course/rollback', { version: 3 });
      expect(await ramp()).toMatchObject({ state: 'ended', version: 4 });
      await join(740, 750);
      expect((await versions())[5]).toBe(10);
    });

    test('a journey that is new takes nobody beyond its share, and says so', async () => {
      await world.must('PUT', '/api/definitions/journey/fresh', { body: { ...ask(), name: 'Fresh' } });
      await world.must('POST', '/api/definitions/journey/fresh/publish', { ramp: { shares: [10, 100] } });
      await join(800, 840);
      const [row] = await world.rows("select count(*)::int as n from run where journey = 'fresh'");
      expect(row!.n).toBeLessThan(20);
      const refused = await world.rows("select answer from decision where about = 'journey:fresh'");
      expect(refused).toHaveLength(40 - row!.n);
      expect(refused[0]!.answer).toBe('Not entered: the journey is for 10 % of people so far.');

      // A second version in steps does not let the rest in by the first, which was never meant for them.
      await world.must('PUT', '/api/definitions/journey/fresh', { body: { ...longer(2), name: 'Fresh' } });
      await world.must('POST', '/api/definitions/journey/fresh/publish', { ramp: { shares: [10, 100] } });
      await join(740, 780);
      expect(await world.rows("select count(*)::int as n from run where journey = 'fresh' and version = 1")).toEqual([{ n: row!.n }]);
    });
  });

  describe('an end', () => {
    let world: World;
    const live = async () => (await world.rows("select count(*)::int as n from run where journey = 'course' and status = 'live'"))[0]!.n;
    const join = (user: string) => world.send([{ type: 'track', userId: user, event: 'Joined' }]);

    beforeAll(async () => {
      world = await openWorld({ database });
      await world.define('journey', 'course', longer(5));
      await join('ana');
    });

    test('retired, nobody enters, and whoever is under way comes to the end', async () => {
      expect(await world.api('POST', '/api/journeys/course/archive', { reason: 'over' })).toMatchObject({
        status: 409,
        body: { code: 'journey-used', details: { people: 1 } },
      });
      await world.must('POST', '/api/journeys/course/retire', { reason: 'over' });
      await join('ben');
      expect(await live()).toBe(1);
      expect((await world.must('GET', '/api/definitions/journey/course')).retirement).toMatchObject({ reason: 'over', at: world.iso });
      expect(await world.api('POST', '/api/journeys/course/enter', { emails: [], people: [] })).toMatchObject({ status: 404 });
      expect(await world.api('POST', '/api/journeys/course/retire', { reason: 'over' })).toMatchObject({
        body: { code: 'journey-retired' },
      });
      expect((await world.must('GET', '/api/export')).definitions.map((each: { key: string }) => each.key)).not.toContain('course');
      await world.turn('P5D');
      expect(await live()).toBe(0);
    });

    test('archived and restored, it is in force again by the version that it had', async () => {
      await world.must('POST', '/api/journeys/course/archive', { reason: 'over' });
      expect(await world.must('GET', '/api/definitions/journey/course')).toMatchObject({ retired: true, archivedAt: world.iso });
      expect((await world.must('GET', '/api/journeys')).items).toContainEqual(
        expect.objectContaining({ key: 'course', retired: true, archivedAt: world.iso }),
      );
      expect(await world.must('POST', '/api/journeys/course/restore')).toMatchObject({ retired: true, archivedAt: null });
      expect(await world.must('POST', '/api/journeys/course/restore')).toMatchObject({ retired: false });
      await join('cem');
      expect(await live()).toBe(1);
      expect((await world.must('GET', '/api/definitions/journey/course')).version).toBe(1);
    });

    test('it retires itself when nobody enters, or nobody meets its goal, and not a minute before', async () => {
      const goal = { on: { event: 'Bought' }, name: 'Bought', within: 'P30D' };
      await world.publish([
        { kind: 'journey', key: 'quiet', body: { ...longer(1), name: 'Quiet', retireWithoutEntry: 'P10D' } },
        { kind: 'journey', key: 'fruitless', body: { ...longer(1), name: 'Fruitless', goal, retireWithoutGoal: 'P20D' } },
      ]);
      const retired = async () => {
        await retireUnused(world.house.deps);
        const { items } = await world.must('GET', '/api/journeys');
        return items.filter((each: { retired: boolean }) => each.retired).map((each: { key: string }) => each.key);
      };
      await join('dana');
      await world.turn('P9DT23H59M');
      expect(await retired()).toEqual([]);
      await world.turn('PT1M');
      expect(await retired()).toEqual(['quiet']);
      expect((await world.must('GET', '/api/audit?limit=1')).items[0].what).toBe(
        'retired the journey “quiet”: Nobody has entered for 10 days.',
      );
      await world.must('POST', '/api/journeys/quiet/restore');
      expect(await retired(), 'brought back, it is given its time').toEqual([]);
      await world.turn('P9D');
      await join('emil');
      await world.turn('P1D');
      expect(await retired()).toEqual(['fruitless']);
    });

    test('what another journey starts is not retired under it', async () => {
      const started = { ...longer(1), steps: [...longer(1).steps, { key: 'from', kind: 'entry', on: { by: 'journey' }, next: 'rest' }] };
      await world.publish([
        { kind: 'journey', key: 'next', body: { ...started, name: 'Next' } },
        { kind: 'journey', key: 'course', body: ask([{ key: 'then', kind: 'start-journey', journey: 'next', next: null }]) },
      ]);
      expect(await world.api('POST', '/api/journeys/next/retire', { reason: 'over' })).toMatchObject({
        status: 409,
        body: { code: 'journey-needed', details: [{ kind: 'journey', key: 'course' }] },
      });
    });
  });
});
