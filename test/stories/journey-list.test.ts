import { beforeAll, describe, expect, test } from 'vitest';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** What the list of journeys says of each, and how journeys are put into folders. */

const steps = [
  { key: 'start', kind: 'entry', on: { event: 'Joined' }, next: 'rest' },
  { key: 'rest', kind: 'wait', for: 'P60D', next: null },
];
const course = {
  name: 'Course',
  intent: 'To be counted',
  evidence: 'Some need a colleague, and some do not',
  goal: { on: { event: 'Bought' }, name: 'Bought', within: 'P10D' },
  exits: [{ on: { event: 'Left' }, reason: 'they left' }],
  serves: { to: 'conversion' },
  steps,
};

describe.each(dialects)('on %s', (database) => {
  let world: World;
  const row = async (key: string) => (await world.must('GET', '/api/journeys')).items.find((each: { key: string }) => each.key === key);

  beforeAll(async () => {
    world = await openWorld({ database });
    await world.define('journey', 'course', course);
  });

  test('the goal is counted over those who had the time for it, and nobody is no rate', async () => {
    expect((await row('course')).goal).toEqual({ met: 0, of: 0, rate: null, within: 'P10D' });
    await world.send(['a', 'b', 'c', 'd'].map((userId) => ({ type: 'track' as const, userId, event: 'Joined' })));
    await world.send([
      { type: 'track', userId: 'a', event: 'Bought' },
      { type: 'track', userId: 'b', event: 'Left' },
    ]);
    expect(await row('course'), 'nobody had ten days, and a was quick').toMatchObject({
      goal: { met: 0, of: 0, rate: null, within: 'P10D' },
      goalMet: 1,
    });
    await world.turn('P8D');
    await world.send([{ type: 'track', userId: 'e', event: 'Joined' }]);
    await world.turn('P3D');
    expect(await row('course')).toMatchObject({
      goal: { met: 1, of: 4, rate: 0.25, within: 'P10D' },
      live: 3,
      entered: 5,
      entered7d: 1,
      complexity: { steps: 2, branches: 0, longest: 2, points: 4, words: 'simple' },
    });
  });

  test('its figures lead to the people', async () => {
    const who = async (query: string) => (await world.must('GET', `/api/people?journey=course${query}`)).items.length;
    expect([await who(''), await who('&run=week'), await who('&run=goal'), await who('&run=any')]).toEqual([3, 1, 1, 5]);
  });

  test('a journey says who answers for it and when it is looked at, and what is wrong with its draft', async () => {
    const before = await row('course');
    expect(before.reviewBy).toBe(new Date(Date.parse(before.changedAt) + 182 * 86_400_000).toISOString().slice(0, 10));
    expect(before.owner).toBeNull();
    const { published } = await world.must('GET', '/api/definitions/lifecycle/main');
    const owned = published.stages.map((stage: { key: string }) => (stage.key === 'conversion' ? { ...stage, owner: 'Ben' } : stage));
    await world.define('lifecycle', 'main', { ...published, stages: owned });
    expect((await row('course')).owner).toBe('Ben');
    expect(before.problems).toEqual({ errors: 0, warnings: 1, people30d: 0 }); // the brief is empty
    await world.must('PUT', '/api/definitions/journey/course', {
      body: { ...course, owner: 'ana@linden.example', reviewBy: '2027-01-31', steps: [{ ...steps[0], next: 'nowhere' }, steps[1]] },
    });
    const after = await row('course');
    expect(after).toMatchObject({ hasDraft: true, owner: 'Ben', reviewBy: before.reviewBy, problems: { errors: 2, warnings: 1 } });
    await world.must('DELETE', '/api/definitions/journey/course/draft');
  });

  test('a folder is where the draft says; nothing else waits for a publication because of it', async () => {
    expect(await world.must('POST', '/api/journeys/move', { keys: ['course', 'welcome'], folder: ' Sales / New ' })).toEqual({
      moved: 2,
      folder: 'Sales/New',
    });
    expect(await row('course')).toMatchObject({ folder: 'Sales/New', hasDraft: false, problems: { errors: 0 } });
    const { draft, published, hasDraft } = await world.must('GET', '/api/definitions/journey/course');
    expect([draft.folder, published.folder, hasDraft]).toEqual(['Sales/New', '', true]);
    expect(await world.must('POST', '/api/journeys/move', { keys: ['course'], folder: 'Sales/New' })).toMatchObject({ moved: 0 });
    await world.must('POST', '/api/definitions/journey/course/publish');
    expect((await world.must('GET', '/api/definitions/journey/course')).published.folder).toBe('Sales/New');
    expect(await world.api('POST', '/api/journeys/move', { keys: ['nothing'], folder: 'Sales' })).toMatchObject({
      status: 404,
      body: { code: 'definition-unknown' },
    });
  });
});
