import { beforeAll, describe, expect, test } from 'vitest';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** What journeys ask of people: listed by when it is due, with what waits for it, until somebody has done it. */

describe.each(dialects)('on %s', (database) => {
  let world: World;
  // biome-ignore lint/suspicious/noExplicitAny: rows as they come
  const tasks = async (query = ''): Promise<any[]> => (await world.must('GET', `/api/tasks${query}`)).items;
  const titles = async (query = ''): Promise<string[]> => (await tasks(query)).map((task) => `${task.title}, ${task.person.email}`);

  beforeAll(async () => {
    world = await openWorld({ database });
    await world.define('journey', 'offers', {
      name: 'Offers',
      intent: 'No offer goes out unseen',
      steps: [
        { key: 'start', kind: 'entry', on: { event: 'Asked' }, next: 'note' },
        { key: 'note', kind: 'make-task', title: 'Look them up', owner: 'ana', dueIn: 'PT1H', next: 'ask' },
        {
          key: 'ask',
          kind: 'approve',
          question: 'May they get the offer?',
          owner: 'ben',
          timeout: 'P3D',
          next: 'offer',
          onRefused: 'call',
          onTimeout: null,
        },
        { key: 'offer', kind: 'send', template: 'welcome-hello', topic: 'newsletter', next: null },
        { key: 'call', kind: 'hand-over', title: 'Call them', dueIn: 'P1D', next: null },
      ],
    });
    await world.send(
      ['x', 'y'].flatMap((userId) => [
        { type: 'identify' as const, userId, traits: { email: `${userId}@linden.example` } },
        { type: 'track' as const, userId, event: 'Asked' },
      ]),
    );
  });

  test('open ones by when they are due, each with the journey that asks and the message that waits', async () => {
    expect(await titles()).toEqual([...(await titles('?owner=ana')), ...(await titles('?asks=approval'))]);
    expect((await titles('?owner=ana')).toSorted()).toEqual(['Look them up, x@linden.example', 'Look them up, y@linden.example']);
    const [asks] = await tasks('?asks=approval&limit=1');
    expect(asks).toMatchObject({
      title: 'May they get the offer?',
      owner: 'ben',
      journey: { key: 'offers', name: 'Offers' },
      step: 'ask',
      waits: { step: 'offer', template: 'welcome-hello' },
    });
    expect(await world.must('GET', '/api/tasks/counts')).toEqual({ open: 4, asking: 2, late: 0, owners: ['ana', 'ben'] });
    await world.turn('PT2H');
    expect(await titles('?late=yes')).toEqual(await titles('?owner=ana'));
    const { attention } = await world.must('GET', '/api/home');
    expect(attention.map((each: { sentence: string }) => each.sentence)).toEqual(
      expect.arrayContaining(['2 tasks ask for a yes or a no. Somebody waits for each.', '2 tasks are overdue.']),
    );
  });

  test('pages follow each other, and what is done stands among the done ones', async () => {
    const first = await world.must('GET', '/api/tasks?limit=3');
    const rest = await world.must('GET', `/api/tasks?limit=3&cursor=${first.next}`);
    expect(new Set([...first.items, ...rest.items].map((task: { id: string }) => task.id)).size).toBe(4);
    const [one] = (await tasks('?asks=approval')).filter((task) => task.person.email === 'x@linden.example');
    await world.must('POST', `/api/tasks/${one.id}/decision`, { yes: false, reason: 'too early' });
    await world.settle();
    expect(await titles('?asks=approval')).toEqual(['May they get the offer?, y@linden.example']);
    expect(await titles('?asks=release')).toEqual(['Call them, x@linden.example']);
    const [done] = await tasks('?state=done');
    expect(done).toMatchObject({ id: one.id, doneBy: expect.stringMatching(/^key /), waits: null });
  });

  test('nobody is asked for a word that nobody waits for any more', async () => {
    await world.define('journey', 'patient', {
      name: 'Patient',
      intent: 'Ask, and go on without an answer',
      steps: [
        { key: 'start', kind: 'entry', on: { event: 'Waited' }, next: 'ask' },
        { key: 'ask', kind: 'approve', question: 'Shall we?', timeout: 'P3D', next: null, onRefused: null, onTimeout: 'stay' },
        { key: 'stay', kind: 'wait', for: 'P30D', next: null },
      ],
    });
    await world.send([
      { type: 'identify', userId: 'z', traits: { email: 'z@linden.example' } },
      { type: 'track', userId: 'z', event: 'Waited' },
    ]);
    const ofZ = async (query: string) => (await tasks(query)).filter((task) => task.person.email === 'z@linden.example');
    const [asked] = await ofZ('?asks=approval');
    await world.turn('P4D');
    expect(await ofZ('?asks=approval')).toEqual([]);
    expect(await ofZ('?state=done')).toMatchObject([{ id: asked.id, doneBy: 'moved-on' }]);
    expect(await world.api('POST', `/api/tasks/${asked.id}/decision`, { yes: true, reason: '' })).toMatchObject({
      status: 409,
      body: { code: 'task-done' },
    });

    const handed = (await tasks('?asks=release')).find((task) => task.person.email === 'x@linden.example');
    await world.must('POST', `/api/people/${handed.person.id}/release`);
    await world.settle();
    expect((await tasks('?asks=release')).filter((task) => task.id === handed.id)).toEqual([]);
  });
});
