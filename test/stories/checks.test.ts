import { beforeAll, describe, expect, test } from 'vitest';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** What is checked across the house, over the API: circles, journeys that want the same people, and what the workspace asks for. */

const warm = {
  name: 'Warm up',
  intent: 'Make people warm',
  reentry: 'after-exit',
  steps: [
    { key: 'sent-in', kind: 'entry', on: { by: 'journey' }, next: 'tag' },
    { key: 'tag', kind: 'tag', add: ['hot'], next: null },
  ],
};
const hot = { name: 'Hot', rule: { trait: { path: 'tags', op: 'contains', value: 'hot' } } };
const cool = {
  name: 'Cool down',
  intent: 'Cool people down',
  reentry: 'after-exit',
  steps: [
    { key: 'hot', kind: 'entry', on: { segment: 'hot' }, next: 'untag' },
    { key: 'untag', kind: 'tag', remove: ['hot'], next: 'again' },
    { key: 'again', kind: 'start-journey', journey: 'warm', next: null },
  ],
};
const says = 'Journey “Cool down” → starts → Journey “Warm up” → adds the tag “hot” → Segment “Hot” → is entered → Journey “Cool down”';

describe.each(dialects)('on %s', (database) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ database });
  });
  const publish = (kind: string, key: string) => world.api('POST', `/api/definitions/${kind}/${key}/publish`, {});

  test('a circle over two journeys and a segment is refused at publishing, with the circle in words and its places', async () => {
    await world.must('PUT', '/api/definitions/segment/hot', { body: hot });
    await world.must('PUT', '/api/definitions/journey/warm', { body: warm });
    await world.must('PUT', '/api/definitions/journey/cool', { body: cool });
    expect(await publish('segment', 'hot')).toMatchObject({ status: 200 });
    expect(await publish('journey', 'warm')).toMatchObject({ status: 200 });
    const refused = await publish('journey', 'cool');
    expect(refused).toMatchObject({ status: 422, body: { code: 'definition-invalid' } });
    const [mistake] = refused.body.details;
    expect(mistake).toMatchObject({ path: 'reentry', circle: { endless: true } });
    expect(mistake.message).toBe(`it turns for ever although nobody does anything: ${says}`);
    expect(mistake.circle.hops.map((hop: { kind: string; key: string }) => `${hop.kind}/${hop.key}`).sort()).toEqual([
      'journey/cool',
      'journey/warm',
      'segment/hot',
    ]);
    const plan = await world.must('POST', '/api/plan', { definitions: [{ kind: 'journey', key: 'cool', body: cool }] });
    expect(plan.mistakes).toMatchObject([{ kind: 'journey', key: 'cool', circle: { says: expect.stringContaining('→') } }]);
    const map = await world.must('GET', '/api/graph?what=drafts');
    expect(map.circles).toMatchObject([{ endless: true }]);
    expect((await world.must('GET', '/api/graph')).circles, 'what is in force turns nothing').toEqual([]);
  });

  test('whoever takes people once breaks it; then it is told, and published', async () => {
    await world.must('PUT', '/api/definitions/journey/cool', { body: { ...cool, reentry: 'never' } });
    const checked = await world.must('POST', '/api/definitions/journey/cool/check');
    expect(checked.mistakes).toEqual([]);
    expect(checked.warnings).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(/ends by itself, because “Cool down” takes nobody a second time/) }),
    );
    expect(await publish('journey', 'cool')).toMatchObject({ status: 200 });
  });

  test('what lets others turn without being on the circle itself is refused too', async () => {
    const put = async (key: string, body: object) => {
      await world.must('PUT', `/api/definitions/journey/${key}`, { body });
      return publish('journey', key);
    };
    const chill = (steps: object[]) => ({
      name: 'Chill',
      intent: 'Take what is hot away',
      reentry: 'after-exit',
      steps: [{ key: 'sent-in', kind: 'entry', on: { by: 'journey' }, next: (steps[0] as { key: string }).key }, ...steps],
    });
    const starts = (journey: string, next: string | null) => ({ key: `to-${journey}`, kind: 'start-journey', journey, next });
    expect(await put('chill', chill([{ key: 'bye', kind: 'exit' }]))).toMatchObject({ status: 200 });
    // It sends people on to both, and takes nothing away itself: the tag stays, and nothing turns.
    const both = { ...cool, steps: [{ ...cool.steps[0], next: 'to-warm' }, starts('warm', 'to-chill'), starts('chill', null)] };
    expect(await put('cool', both)).toMatchObject({ status: 200 });
    expect(await put('chill', chill([{ key: 'untag', kind: 'tag', remove: ['hot'] }]))).toMatchObject({
      status: 422,
      body: {
        details: [{ message: expect.stringMatching(/^Journey "(warm|cool)" would turn for ever although nobody does anything: Journey /) }],
      },
    });
  });

  describe('what the workspace asks for', () => {
    beforeAll(async () => {
      world = await openWorld({ database });
    });
    const settings = (changes: object) => world.must('PATCH', '/api/settings', changes);
    const course = (key: string, more: object = {}) => ({
      name: `Course ${key}`,
      intent: 'To be counted',
      reentry: 'any-time',
      goal: { on: { event: 'Passed' }, name: 'Passed' },
      steps: [
        { key: 'start', kind: 'entry', on: { event: `Joined ${key}` }, next: 'rest' },
        { key: 'rest', kind: 'wait', for: 'P10D', next: null },
      ],
      ...more,
    });
    const put = async (key: string, body: object = course(key), more: object = {}) => {
      await world.must('PUT', `/api/definitions/journey/${key}`, { body });
      return world.api('POST', `/api/definitions/journey/${key}/publish`, more);
    };

    test('beyond its budget publishing takes a reason, which the audit keeps; by a file too', async () => {
      await settings({ budgetPerJourney: 3 });
      expect(await put('a')).toMatchObject({
        status: 409,
        body: { code: 'over-budget', details: [{ path: 'reason', message: 'it has 4 points of complexity; a journey may have 3 here' }] },
      });
      expect(await put('a', course('a'), { reason: 'It is short enough.' })).toMatchObject({ status: 200 });
      const [line] = (await world.must('GET', '/api/audit?limit=1')).items;
      expect(line).toMatchObject({ details: { beyondBudget: { why: 'It is short enough.' } } });
      const definitions = [{ kind: 'journey', key: 'b', body: course('b') }];
      const plan = await world.must('POST', '/api/plan', { definitions });
      expect(plan.changes[0].beyond).toEqual(['it has 4 points of complexity; a journey may have 3 here']);
      expect(await world.api('POST', '/api/apply', { definitions, publish: true })).toMatchObject({
        status: 409,
        body: { code: 'over-budget' },
      });
      await settings({ budgetPerJourney: null });
    });

    test('while no goal has been met, a few journeys are in force; the refusal says what is missing', async () => {
      // The welcome is in force, and the first course.
      await settings({ liveLimit: 'refuse', liveJourneysMax: 3, goalsNeeded: 2 });
      expect(await put('b')).toMatchObject({ status: 200 });
      const refused = await put('c');
      expect(refused).toMatchObject({ status: 422, body: { code: 'definition-invalid' } });
      expect(refused.body.details[0].message).toMatch(
        /^4 journeys would be in force before one has shown that it works: the goal of “.*” was met 0 times, 2 are needed$/,
      );
      for (const who of ['ana', 'ben']) {
        await world.send([
          { type: 'identify', userId: who, traits: { email: `${who}@example.com` } },
          { type: 'track', userId: who, event: 'Joined a' },
          { type: 'track', userId: who, event: 'Passed' },
        ]);
      }
      expect(await put('c')).toMatchObject({ status: 200 });
    });

    test('what is needed most makes errors of warnings', async () => {
      const campaign = course('d', { goal: null });
      await world.must('PUT', '/api/definitions/journey/d', { body: campaign });
      expect((await world.must('POST', '/api/definitions/journey/d/check')).mistakes).toEqual([]);
      await settings({ needs: ['lifecycle-clarity', 'signal-accuracy'] });
      expect(await put('d', campaign)).toMatchObject({
        status: 422,
        body: { details: [{ path: 'goal', message: 'it moves nobody to a stage and has no goal: a campaign and no journey' }] },
      });
      const score = { name: 'Heat', signals: [{ because: 'joined', points: 5, on: { event: 'Joined a' }, times: 3, halfLife: 'P30D' }] };
      await world.must('PUT', '/api/definitions/score/heat', { body: score });
      expect(await publish('score', 'heat')).toMatchObject({ status: 422, body: { details: [{ path: 'note' }] } });
      expect(await world.api('POST', '/api/definitions/score/heat/publish', { note: 'Joining says most' })).toMatchObject({ status: 200 });
      await settings({ needs: [] });
    });

    test('journeys that want the same people are named, with who is in both; a branch says what it rests on', async () => {
      await settings({ liveLimit: 'warn' });
      await world.must('PUT', '/api/definitions/topic/course-news', { body: { name: 'Course news', purpose: 'marketing' } });
      await world.must('PUT', '/api/definitions/template/course-mail', {
        body: { channel: 'email', name: 'Course mail', subject: 'News', blocks: [{ block: 'text', text: 'News' }] },
      });
      for (const [kind, key] of [
        ['topic', 'course-news'],
        ['template', 'course-mail'],
      ] as const)
        expect(await publish(kind, key)).toMatchObject({ status: 200 });
      const writes = (next: object[]) => [
        { key: 'start', kind: 'entry', on: { event: 'Joined both' }, next: 'mail' },
        { key: 'mail', kind: 'send', template: 'course-mail', topic: 'course-news', next: 'rest' },
        { key: 'rest', kind: 'wait', for: 'P10D', next: (next[0] as { key: string } | undefined)?.key ?? null },
        ...next,
      ];
      expect(await put('e', course('e', { steps: writes([]) }))).toMatchObject({ status: 200 });
      const parts = {
        key: 'which',
        kind: 'branch',
        paths: [{ label: 'bought', when: { event: { name: 'Never Sent' } }, next: 'bye' }],
        otherwise: null,
      };
      expect(await put('f', course('f', { steps: writes([parts, { key: 'bye', kind: 'exit' }]) }))).toMatchObject({ status: 200 });
      await world.send([{ type: 'track', userId: 'ana', event: 'Joined both' }]);
      const { warnings } = await world.must('POST', '/api/definitions/journey/f/check');
      const said = warnings.map((each: { message: string }) => each.message);
      expect(said).toContainEqual(
        expect.stringMatching(/^it wants the same people as “Course e”: both begin on Joined both, both write about “course-news”/),
      );
      expect(said).toContain('the path “bought” rests on “Never Sent”, which has never come');
      expect((await world.must('GET', '/api/journeys/f/overlaps')).items).toMatchObject([
        { journey: 'e', name: 'Course e', people: 1, some: [{ name: 'ana@example.com' }] },
      ]);
      expect(
        await world.must('POST', '/api/journeys/f/signals', { asks: [{ kind: 'event', key: 'Joined a' }], steps: ['which'] }),
      ).toMatchObject({ people: 2, asks: [{ has: 2, lastAt: expect.any(String) }], ways: [] });
    });
  });
});
