import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LooseDefinition } from '#contract/definition.ts';
import { day, hour, minute, toIso } from '#contract/instant.ts';
import { sayInstant } from '#engine/local-time.ts';
import { dialects } from '../databases.ts';
import { openWorld, type SegmentCall, type World } from '../world.ts';

/** Every kind of step, every way to end, and what happens to people who are under way when the plan changes. */

const yes = { consent: { categoryPreferences: { marketing: true } } };
const entry = (event: string, next: string | null, more: object = {}) => ({ key: 'start', kind: 'entry', on: { event }, next, ...more });
const journey = (steps: object[], more: object = {}) => ({ name: 'A journey', intent: 'Show how it goes', steps, ...more });
const tag = (key: string, next: string | null, value: string | number = key) => ({
  key,
  kind: 'set-trait',
  path: `seen.${key.replaceAll('-', '_')}`,
  value,
  next,
});

describe.each(dialects)('on %s', (database) => {
  let world: World;
  let people = 0;
  let user = '';

  beforeAll(async () => {
    world = await openWorld({ database });
  });
  beforeEach(async () => {
    user = `p${++people}`;
    await world.turn('PT1H');
    await world.send([{ type: 'identify', userId: user, traits: { email: `${user}@example.com` }, context: yes }]);
  });

  const did = (event: string, properties: object = {}, more: object = {}) =>
    world.send([{ type: 'track', userId: user, event, properties, ...more } as SegmentCall]);
  const me = () => world.personBy('user', user);
  const path = async (key: string, nth = 0) => world.path((await me()).id, key, nth);

  test('what was done while nobody worked counts as of when it was done: stages, journeys and goals', async () => {
    const since = (key: string, event: string) => ({
      kind: 'segment',
      key,
      body: { name: key, rule: { event: { name: event, since: 'stage' } } },
    });
    await world.publish([
      since('asked-again', 'Asked Again'),
      since('asked-before', 'Asked Before'),
      {
        kind: 'journey',
        key: 'down',
        body: journey([entry('Signed Up', 'wait'), { key: 'wait', kind: 'wait', for: 'P2D', next: 'after' }, tag('after', null)], {
          goal: { on: { event: 'Bought' }, name: 'bought', within: 'PT2H' },
        }),
      },
    ] as LooseDefinition[]);
    const call = (event: string) => world.accept([{ type: 'track', userId: user, event } as SegmentCall]);
    await call('Asked Before');
    world.leap(10 * minute);
    const asked = world.now;
    await call('Signed Up');
    world.leap(hour);
    await call('Asked Again');
    await call('Bought');
    // Nobody worked for a day: the stage began when they asked, and they bought within two hours of it.
    world.leap(day);
    await world.settle();
    const { id } = await me();
    const profile = await world.must('GET', `/api/people/${id}`);
    expect(profile.stageSince).toBe(toIso(asked));
    expect((await world.why(id, 'segment:asked-again')).decided).toBe('in');
    expect((await world.why(id, 'segment:asked-before')).decided).toBe('out');
    const why = await world.why(id, 'journey:down');
    expect(why.answer).toMatch(/goal/);
    expect((await world.rows('select entered_at from run where person_id = $1 and journey = $2', [id, 'down']))[0]!.entered_at).toBe(asked);
  });

  test('whose clock turns out to be another one is waited for by that', async () => {
    await world.publish([
      {
        kind: 'journey',
        key: 'morning',
        body: journey([
          entry('Morning', 'wait'),
          { key: 'wait', kind: 'wait', untilTime: { at: '09:00' }, next: 'after' },
          tag('after', null),
        ]),
      },
    ] as LooseDefinition[]);
    const until = async (): Promise<string> => (await me()).runs.find((run) => run.journey === 'morning')!.wakesAt!;
    await world.turnTo('2026-07-01T20:00:00Z');
    await did('Morning');
    expect(await until(), 'nine in Berlin').toBe('2026-07-02T07:00:00.000Z');
    await world.send([{ type: 'identify', userId: user, traits: {}, context: { timezone: 'America/New_York' } } as SegmentCall]);
    expect(await until(), 'nine in New York').toBe('2026-07-02T13:00:00.000Z');
    await world.turnTo('2026-07-02T10:00:00Z');
    await world.send([{ type: 'identify', userId: user, traits: {}, context: { timezone: 'Europe/Lisbon' } } as SegmentCall]);
    expect(await path('morning'), 'nine in Lisbon was at eight o’clock UTC').toEqual(['start', 'wait', 'after', 'end: reached the end']);
  });

  test('what comes back to a time of day is done once a day', async () => {
    await world.publish([
      {
        kind: 'journey',
        key: 'daily',
        body: journey([
          entry('Daily', 'wait'),
          { key: 'wait', kind: 'wait', untilTime: { at: '09:00' }, next: 'note' },
          { key: 'note', kind: 'note', text: 'Good morning', next: 'wait' },
        ]),
      },
    ] as LooseDefinition[]);
    await world.turnTo('2026-07-02T20:00:00Z');
    await did('Daily');
    await world.turnTo('2026-07-03T12:00:00Z');
    expect(await path('daily')).toEqual(['start', 'wait', 'note', 'wait']);
    await world.send([{ type: 'identify', userId: user, traits: {}, context: { timezone: 'Europe/Paris' } } as SegmentCall]);
    expect(await path('daily'), 'another clock, which shows the same').toEqual(['start', 'wait', 'note', 'wait']);
    world.leap(2 * day);
    await world.settle();
    expect(await path('daily'), 'two mornings that nobody worked are made up for once').toEqual([
      'start',
      'wait',
      'note',
      'wait',
      'note',
      'wait',
    ]);
  });

  test('a stream that is paused goes on as soon as it is not, and has skipped nothing', async () => {
    const letter = (key: string) => ({
      kind: 'template',
      key,
      body: { channel: 'email', name: key, subject: key, blocks: [{ block: 'text', text: 'Hello.' }] },
    });
    await world.publish([
      letter('first'),
      letter('second'),
      { kind: 'topic', key: 'letters', body: { name: 'Letters', purpose: 'marketing' } },
      { kind: 'field', key: 'away', body: { name: 'Away', path: 'away', type: 'boolean' } },
      {
        kind: 'journey',
        key: 'stream',
        body: journey(
          [
            entry('Stream', 'stream'),
            {
              key: 'stream',
              kind: 'nurture',
              stream: 'letters',
              topic: 'letters',
              every: 'P7D',
              contents: [{ template: 'first' }, { template: 'second' }],
              pause: { trait: { path: 'away', op: 'equals', value: true } },
              next: null,
            },
          ],
          { architecture: 'adaptive', evidence: 'People answer differently.' },
        ),
      },
    ] as LooseDefinition[]);
    const letters = async () => (await world.messages((await me()).id)).map(({ subject, sentAt }) => [subject, sentAt]);
    const away = (is: boolean) => world.send([{ type: 'identify', userId: user, traits: { away: is } }]);
    await world.turnTo('2026-07-06T08:00:00Z');
    await did('Stream');
    await world.turn('P2D');
    await away(true);
    await away(false);
    expect(await letters(), 'the second waits for its week').toEqual([['first', '2026-07-06T08:00:00.000Z']]);
    await world.turn('P2D');
    await away(true);
    await world.turn('P5D');
    expect(await letters()).toHaveLength(1);
    await away(false);
    expect(await letters(), 'it was due two days ago').toEqual([
      ['first', '2026-07-06T08:00:00.000Z'],
      ['second', world.iso],
    ]);
  });

  describe('waits', () => {
    beforeAll(async () => {
      await world.publish([
        {
          kind: 'journey',
          key: 'time',
          body: journey([entry('Time', 'wait'), { key: 'wait', kind: 'wait', for: 'PT1H30M', next: 'after' }, tag('after', null)]),
        },
        {
          kind: 'journey',
          key: 'until',
          body: journey([
            entry('Until', 'wait'),
            {
              key: 'wait',
              kind: 'wait',
              until: { event: 'Paid', where: [{ property: 'total', op: 'at-least', value: 50 }] },
              timeout: 'P1D',
              next: 'paid',
              onTimeout: 'not-paid',
            },
            tag('paid', null),
            tag('not-paid', null),
          ]),
        },
      ]);
    });

    test('a wait for a time ends at that time, not a millisecond before', async () => {
      await did('Time');
      await world.turnTo(world.now + 90 * 60_000 - 1);
      expect(await path('time')).toEqual(['start', 'wait']);
      await world.turn('PT1S');
      expect(await path('time')).toEqual(['start', 'wait', 'after', 'end: reached the end']);
      const [run] = (await me()).runs;
      expect(Date.parse(run!.endedAt!) - Date.parse(run!.enteredAt)).toBe(90 * 60_000);
    });

    test('a wait for an event goes on when it happens, and only for that one', async () => {
      await did('Until');
      await did('Paid', { total: 49 });
      await did('Bought', { total: 100 });
      expect(await path('until')).toEqual(['start', 'wait']);
      await world.turn('PT3H');
      await did('Paid', { total: '50' });
      expect(await path('until')).toEqual(['start', 'wait', 'paid', 'end: reached the end']);
    });

    test('what if nothing happens? The timeout says', async () => {
      await did('Until');
      await world.turn('P1D');
      expect(await path('until')).toEqual(['start', 'wait', 'not-paid', 'end: reached the end']);
      await did('Paid', { total: 100 });
      expect((await me()).traits.seen).toEqual({ not_paid: 'not-paid' });
    });

    test('an event at exactly the end of the wait came too late; a millisecond before it came in time', async () => {
      await did('Until');
      const end = world.now + 86_400_000;
      await world.turnTo(end - 1);
      await did('Paid', { total: 100 });
      expect(await path('until')).toEqual(['start', 'wait', 'paid', 'end: reached the end']);

      user = `p${++people}`;
      await did('Until');
      // Accepted at the very instant, before anybody has woken.
      await world.turnTo(world.now + 86_400_000 - 1);
      await setClock(1);
      await world.accept([{ type: 'track', userId: user, event: 'Paid', properties: { total: 100 } }]);
      await world.settle();
      expect(await path('until')).toEqual(['start', 'wait', 'not-paid', 'end: reached the end']);
    });

    test('what was due before an event happens before it, however late the house comes to it', async () => {
      await did('Until');
      await setClock(2 * 86_400_000); // two days of sleep: nothing has been processed
      await world.accept([{ type: 'track', userId: user, event: 'Paid', properties: { total: 100 } }]);
      await world.settle();
      expect(await path('until')).toEqual(['start', 'wait', 'not-paid', 'end: reached the end']);
    });

    /** Time passes while the house sleeps. */
    async function setClock(milliseconds: number): Promise<void> {
      (world as unknown as { clock: { now: number } }).clock.now += milliseconds;
    }
  });

  test('a branch takes the first path that holds, at that moment', async () => {
    await world.define(
      'journey',
      'branch',
      journey(
        [
          entry('Branch', 'which'),
          {
            key: 'which',
            kind: 'branch',
            paths: [
              { label: 'gold', when: { trait: { path: 'plan', op: 'equals', value: 'gold' } }, next: 'gold' },
              { label: 'bought', when: { event: { name: 'Order Completed', atLeast: 2 } }, next: 'buyer' },
              { label: 'customer', when: { segment: { key: 'customers' } }, next: 'customer' },
            ],
            otherwise: 'nobody',
          },
          tag('gold', null),
          tag('buyer', null),
          tag('customer', null),
          tag('nobody', null),
        ],
        { reentry: 'after-exit' },
      ),
    );
    await did('Branch');
    await did('Order Completed');
    await world.turn('PT1M');
    await did('Branch');
    await did('Order Completed');
    await world.turn('PT1M');
    await did('Branch');
    await world.send([{ type: 'identify', userId: user, traits: { plan: 'Gold' } }]);
    await world.turn('PT1M');
    await did('Branch');
    expect(await Promise.all([0, 1, 2, 3].map(async (nth) => (await path('branch', nth))[2]))).toEqual([
      'nobody',
      'customer',
      'buyer',
      'gold',
    ]);
    expect((await world.timeline((await me()).id, 'journey')).map((item) => item.title)).toContain(
      'gold: plan is “gold” (journey A journey, step “which”)',
    );
  });

  test('traits that a journey sets are read by the next step, by segments, and can be removed', async () => {
    await world.publish([
      { kind: 'field', key: 'seen', body: { name: 'Seen', path: 'seen', type: 'object' } },
      { kind: 'segment', key: 'marked', body: { name: 'Marked', rule: { trait: { path: 'seen.mark', op: 'equals', value: 'x' } } } },
      {
        kind: 'journey',
        key: 'marks',
        body: journey([
          entry('Mark', 'mark'),
          tag('mark', 'check', 'x'),
          {
            key: 'check',
            kind: 'branch',
            paths: [{ label: 'in', when: { trait: { path: 'seen.mark', op: 'equals', value: 'x' } }, next: 'rest' }],
            otherwise: 'wrong',
          },
          { key: 'rest', kind: 'wait', for: 'PT1H', next: 'unmark' },
          { key: 'unmark', kind: 'set-trait', path: 'seen.mark', value: null, next: null },
          tag('wrong', null),
        ]),
      },
    ]);
    await did('Mark');
    expect(await path('marks')).toEqual(['start', 'mark', 'check', 'rest']);
    expect((await me()).segments.map((each) => each.key)).toContain('marked');
    await world.turn('PT1H');
    expect((await me()).segments.map((each) => each.key)).not.toContain('marked');
    expect((await me()).traits.seen).toEqual({});
  });

  test('a journey moves people only where the lifecycle has a way, and says when it has none', async () => {
    await world.define(
      'journey',
      'mover',
      journey([
        entry('Move', 'a'),
        { key: 'a', kind: 'move-stage', to: 'expansion', next: 'b' },
        { key: 'b', kind: 'move-stage', to: 'nurture', next: null },
      ]),
    );
    await did('Signed Up');
    await did('Move');
    expect(await world.stages((await me()).id)).toEqual(['capture', 'nurture']);
    expect((await world.why((await me()).id, 'stage')).answer).toMatch(/the journey mover moved them\.$/);
    const refused = (await world.timeline((await me()).id, 'decision')).map((item) => item.title);
    expect(refused).toContain('Stayed in capture: the lifecycle has no way from there to Expansion (journey A journey, step “a”).');
  });

  describe('where somebody stands who is in it', () => {
    const at = async (key: string) => (await world.why((await me()).id, `journey:${key}`)).answer;
    const clock = (after = 0): string => sayInstant(world.now + after, 'Europe/Berlin');
    const stand = (key: string, step: object) => ({
      kind: 'journey',
      key,
      body: journey([
        entry('Stand', 'first'),
        { key: 'first', kind: 'wait', for: 'PT1H', next: 'here' },
        { key: 'here', ...step, next: null },
      ]),
    });
    test.each<[string, object, (since: string) => string]>([
      ['a-while', { kind: 'wait', for: 'P2D' }, (since) => `“Wait 2 days” since ${since}, until ${clock(2 * day)}.`],
      [
        'an-event',
        { kind: 'wait', until: { event: 'Paid' }, timeout: 'P2D', onTimeout: null },
        (since) => `“Wait until Paid, at most 2 days” since ${since}, until ${clock(2 * day)} at the latest.`,
      ],
      [
        'a-yes',
        { kind: 'approve', question: 'Right?', timeout: 'P1D', onRefused: null, onTimeout: null },
        (since) => `“Ask “Right?”, at most 1 day” since ${since}, until somebody says yes or no, or ${clock(day)} at the latest.`,
      ],
      [
        'a-human',
        { kind: 'hand-over', title: 'Look at this' },
        (since) => `“Hand over: “Look at this”, within 1 day” since ${since}, until somebody releases them.`,
      ],
    ])('waiting for %s', async (key, step, here) => {
      await world.publish([stand(key, step)] as LooseDefinition[]);
      await did('Stand');
      const began = clock();
      await world.turn('PT1H');
      expect(await at(key)).toBe(`Under way since ${began}: now at ${here(clock())}`);
    });

    test('and that nothing moves on while a colleague has taken over', async () => {
      await world.publish([stand('taken', { kind: 'wait', for: 'P2D' })] as LooseDefinition[]);
      await did('Stand');
      await world.must('POST', `/api/people/${(await me()).id}/take-over`, { reason: 'a complaint' });
      expect(await at('taken')).toMatch(
        /^Under way since .*: now at “Wait 1 hour” since .*, until .*\. Nothing moves on: .* has taken over \(a complaint\)\.$/,
      );
    });
  });

  test('the timeline says which step of which journey did what, and of one instant what led to something stands under it', async () => {
    await world.publish([
      { kind: 'field', key: 'shoe', body: { name: 'Shoe', path: 'shoe', type: 'number' } },
      {
        kind: 'journey',
        key: 'busy',
        body: journey(
          [
            entry('Act', 'mark'),
            { key: 'mark', kind: 'tag', add: ['warm'], next: 'set' },
            { key: 'set', kind: 'set-trait', path: 'seen.busy', value: 'yes', next: 'odd' },
            { key: 'odd', kind: 'set-trait', path: 'shoe', value: 'large', next: 'say' },
            { key: 'say', kind: 'note', text: 'Likes gardens', next: 'points' },
            { key: 'points', kind: 'add-points', score: 'engagement', points: 7, because: 'went through it', next: 'move' },
            { key: 'move', kind: 'move-stage', to: 'capture', next: 'task' },
            { key: 'task', kind: 'make-task', title: 'Call them', next: 'mail' },
            { key: 'mail', kind: 'send', template: 'welcome-hello', topic: 'account', next: 'own' },
            { key: 'own', kind: 'assign', owners: [{ owner: 'ana@linden.example' }], next: 'other' },
            { key: 'other', kind: 'start-journey', journey: 'led', next: null },
          ],
          { name: 'Busy' },
        ),
      },
      {
        kind: 'journey',
        key: 'led',
        body: journey(
          [
            { key: 'in', kind: 'entry', on: { by: 'journey' }, next: 'ask' },
            { key: 'ask', kind: 'approve', question: 'Right?', timeout: 'P1D', onRefused: null, onTimeout: null, next: null },
          ],
          { name: 'Led' },
        ),
      },
    ] as LooseDefinition[]);
    await world.turn('PT1M');
    await did('Act');
    const { id } = await me();
    const items = await world.timeline(id);
    const told = items.slice(0, items.findIndex(({ title }) => title === 'Act') + 1);
    expect(told.map(({ title }) => title).reverse()).toEqual([
      'Act',
      'Entered the journey Busy (version 1)',
      'Tag warm (journey Busy, step “mark”)',
      'Set seen.busy to "yes" (journey Busy, step “set”)',
      'Not taken: Shoe must be a number; this is a text (journey Busy, step “odd”).',
      'Note Added · Likes gardens (journey Busy, step “say”)',
      'Points Added · +7 went through it (journey Busy, step “points”)',
      'Moved to Capture (journey Busy, step “move”)',
      'Task: Call them (journey Busy, step “task”)',
      expect.stringMatching(/^Sent “.*”.* \(journey Busy, step “mail”\)\.$/),
      'owner is ana@linden.example (journey Busy, step “own”)',
      'Left the journey Busy: reached the end',
      'Entered the journey Led (version 1), sent by the journey Busy, step “other”',
      'Task: Right? (journey Led, step “ask”)',
    ]);
    expect(told.slice(0, -1).every(({ by, why }) => by === 'machine' && why !== undefined)).toBe(true);
    const paged = [];
    for (let cursor = ''; paged.length < items.length; ) {
      const page = await world.must('GET', `/api/people/${id}/timeline?limit=3${cursor && `&cursor=${cursor}`}`);
      paged.push(...page.items);
      cursor = page.next;
      if (cursor === null) break;
    }
    expect(
      paged.map((item) => item.id),
      'page by page the same',
    ).toEqual(items.map((item) => item.id));
    await did('Act');
    expect((await world.timeline(id, 'decision'))[0]!.title).toBe('Not entered again: people go through this journey once (journey Busy).');
  });

  test('a task for a colleague, due when the step says, for the person’s owner unless somebody is named', async () => {
    await world.define(
      'journey',
      'tasks',
      journey([
        entry('Call Me', 'task'),
        { key: 'task', kind: 'make-task', title: 'Call back', dueIn: 'PT4H', next: 'named' },
        { key: 'named', kind: 'make-task', title: 'Send the offer', owner: 'olga@example.com', next: null },
      ]),
    );
    await did('Call Me');
    const { tasks, id } = await me();
    expect(tasks.map((task) => [task.title, task.owner, Date.parse(task.dueAt) - world.now])).toEqual(
      expect.arrayContaining([
        ['Call back', null, 4 * 3_600_000],
        ['Send the offer', 'olga@example.com', 24 * 3_600_000],
      ]),
    );
    await world.must('POST', `/api/tasks/${tasks[0]!.id}/done`);
    expect((await me()).tasks.filter((task) => task.doneAt !== null)).toHaveLength(1);
    await did('Call Me', {}, { messageId: 'call-again' });
    expect(await world.rows('select 1 from task where person_id = $1', [id])).toHaveLength(2);
  });

  describe('ends', () => {
    beforeAll(async () => {
      const long = [{ key: 'rest', kind: 'wait', for: 'P20D', next: 'after' }, tag('after', null)];
      await world.publish([
        {
          kind: 'journey',
          key: 'goal',
          body: journey([entry('Goal Start', 'rest'), ...long], {
            goal: { on: { event: 'Won' }, name: 'Won' },
            exits: [{ on: { event: 'Gave Up' }, reason: 'gave up' }],
            maxTime: 'P10D',
          }),
        },
        {
          kind: 'journey',
          key: 'over',
          body: journey([entry('Over Start', 'rest'), ...long], { ends: new Date(world.now + 5 * 86_400_000).toISOString() }),
        },
        {
          kind: 'journey',
          key: 'leaves',
          body: journey([entry('Leave Start', 'leave'), { key: 'leave', kind: 'exit', reason: 'not for them' }]),
        },
      ]);
    });

    test.each([
      ['a goal, in the middle of a wait', 'Won', 'goal: Won', 'the goal was met (Won)'],
      ['an exit, in the middle of a wait', 'Gave Up', 'exit: gave up', 'the person left early (gave up)'],
    ])('%s', async (_how, event, reason, says) => {
      await did('Goal Start');
      await world.turn('P1D');
      await did(event);
      expect(await path('goal')).toEqual(['start', 'rest', reason]);
      expect((await world.why((await me()).id, 'journey:goal')).answer).toContain(says);
      await did(event);
      await world.turn('P30D');
      expect(await path('goal')).toEqual(['start', 'rest', reason]);
    });

    test('the longest time that a run may take', async () => {
      await did('Goal Start');
      const start = world.now;
      await world.turn('P30D');
      expect(await path('goal')).toEqual(['start', 'rest', 'too-long']);
      expect(Date.parse((await me()).runs[0]!.endedAt!) - start).toBe(10 * 86_400_000);
    });

    test('a step that says so', async () => {
      await did('Leave Start');
      expect(await path('leaves')).toEqual(['start', 'leave', 'end: not for them']);
    });

    test('the journey is over: nobody enters any more, and the answer says so', async () => {
      await did('Over Start'); // other stories have turned the clock beyond its end
      expect(await path('over')).toEqual([]);
      expect((await world.why((await me()).id, 'journey:over')).answer).toMatch(
        /^Not entered: the journey ended on \w{3}, \d+ \w{3} 20\d\d, \d\d:\d\d\.$/,
      );
    });
  });

  test('a journey that ends while somebody is in it lets them go', async () => {
    await world.define(
      'journey',
      'season',
      journey([entry('Season', 'rest'), { key: 'rest', kind: 'wait', for: 'P20D', next: null }], {
        ends: new Date(world.now + 86_400_000).toISOString(),
      }),
    );
    await did('Season');
    await world.turn('P2D');
    expect(await path('season')).toEqual(['start', 'rest', 'journey-over']);
  });

  describe('again', () => {
    const again = (reentry: unknown) =>
      journey([entry('Again', 'rest'), { key: 'rest', kind: 'wait', for: 'PT1H', next: null }], { reentry });
    beforeAll(async () => {
      await world.publish([
        { kind: 'journey', key: 'once', body: again('never') },
        { kind: 'journey', key: 'after-exit', body: again('after-exit') },
        { kind: 'journey', key: 'after-a-week', body: again({ after: 'P7D' }) },
      ]);
    });

    test('never, after the run, or after a while; never two runs at once', async () => {
      const entered = async () =>
        Object.fromEntries(
          await Promise.all(
            ['once', 'after-exit', 'after-a-week'].map(async (key) => [key, (await me()).runs.filter((run) => run.journey === key).length]),
          ),
        );
      await did('Again');
      await did('Again');
      expect(await entered()).toEqual({ once: 1, 'after-exit': 1, 'after-a-week': 1 });
      const why = await world.why((await me()).id, 'journey:once');
      expect(why.answer).toMatch(
        /^Under way since (.*): now at “Wait 1 hour” since \1, until .*\. Not entered again: a run is under way\.$/,
      );
      expect(why).toMatchObject({ decided: 'entered', because: [{}, { rule: 'Wait 1 hour' }, { rule: 'one run at a time', held: false }] });
      await world.turn('PT2H');
      await did('Again');
      expect(await entered()).toEqual({ once: 1, 'after-exit': 2, 'after-a-week': 1 });
      expect((await world.why((await me()).id, 'journey:once')).answer).toBe('Not entered again: people go through this journey once.');
      expect((await world.why((await me()).id, 'journey:after-a-week')).answer).toMatch(
        /^Not entered again: re-entry is possible .* after the last run\.$/,
      );
      await world.turn('P7D');
      await did('Again');
      expect(await entered()).toEqual({ once: 1, 'after-exit': 3, 'after-a-week': 2 });
    });
  });

  test('the entry’s own condition is asked, and the part that did not hold is named', async () => {
    await world.define(
      'journey',
      'picky',
      journey([
        entry('Picky', 'in', {
          when: { all: [{ consent: { purpose: 'marketing' } }, { trait: { path: 'plan', op: 'equals', value: 'gold' } }] },
        }),
        tag('in', null),
      ]),
    );
    await did('Picky');
    expect(await path('picky')).toEqual([]);
    const why = await world.why((await me()).id, 'journey:picky');
    expect(why.answer).toBe('Not entered, because this did not hold: plan is “gold”.');
    expect(why.because.map((line) => [line.rule, line.held])).toEqual([
      ['has consent to marketing', true],
      ['plan is “gold”', false],
    ]);
  });

  test('a circle with a wait in it is bounded, and one without is refused', async () => {
    const circle = (rest: object[], next: string) => journey([entry('Circle', 'a'), tag('a', next), ...rest]);
    const answer = await world.api('POST', '/api/apply', {
      definitions: [{ kind: 'journey', key: 'circle', body: circle([tag('b', 'a')], 'b') }],
      publish: true,
    });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'definition-invalid',
        details: expect.arrayContaining([
          expect.objectContaining({ message: expect.stringContaining('leads back to itself without a wait') }),
        ]),
      },
    });
    await world.define('journey', 'circle', circle([{ key: 'b', kind: 'wait', for: 'PT0S', next: 'a' }], 'b'));
    await did('Circle');
    const way = await path('circle');
    expect(way.at(-1)).toBe('loop-budget');
    expect(way.length).toBeLessThanOrEqual(2_010);
    expect((await world.why((await me()).id, 'journey:circle')).answer).toContain('it took more steps than a run may take');
  });

  test('two journeys that would start each other for ever come to rest', async () => {
    await world.publish(
      ['ping', 'pong'].map((key) => ({
        kind: 'journey' as const,
        key,
        body: journey(
          [entry('Ping', 'x'), tag(`${key}-x`, null)].map((step) => (step.key === 'start' ? { ...step, next: `${key}-x` } : step)),
          { reentry: 'after-exit' },
        ),
      })),
    );
    await did('Ping');
    expect((await me()).runs.filter((run) => run.status === 'ended' && ['ping', 'pong'].includes(run.journey))).toHaveLength(2);
  });

  test('whoever is under way keeps the version that they entered by; whoever comes later takes the new one', async () => {
    const version = (value: string, wait: string) =>
      journey([
        entry('Versions', 'rest'),
        { key: 'rest', kind: 'wait', for: wait, next: 'mark' },
        { key: 'mark', kind: 'set-trait', path: 'version', value, next: null },
      ]);
    await world.define('journey', 'versions', version('one', 'P1D'));
    await did('Versions');
    const first = user;
    await world.define('journey', 'versions', version('two', 'PT1H'));
    user = `p${++people}`;
    await did('Versions');
    expect((await world.personBy('user', first)).runs[0]).toMatchObject({ version: 1 });
    await world.turn('PT2H');
    expect((await me()).traits.version).toBe('two');
    expect((await world.personBy('user', first)).traits.version).toBeUndefined();
    const counts = await world.must('GET', '/api/journeys/versions/counts');
    expect(counts.versions).toEqual(expect.arrayContaining([{ version: 1, live: 1 }]));
    await world.turn('P1D');
    expect((await world.personBy('user', first)).traits.version).toBe('one');
  });

  test('a mail that waits is written by the version of the template that it was made with', async () => {
    const text = (subject: string) => ({ channel: 'email', name: 'T', subject, blocks: [{ block: 'text', text: 'Hello' }] });
    await world.publish([
      { kind: 'template', key: 'late', body: text('First words') },
      {
        kind: 'journey',
        key: 'late',
        body: journey([entry('Late', 'write'), { key: 'write', kind: 'send', template: 'late', topic: 'newsletter', next: null }], {
          reentry: 'after-exit',
        }),
      },
    ]);
    await world.must('PUT', '/api/kill-switches/journey:late', { stopped: true, reason: 'wait' });
    await did('Late');
    await world.define('template', 'late', text('Other words'));
    await world.turn('PT10M');
    await did('Late', {}, { timestamp: world.iso });
    await world.must('PUT', '/api/kill-switches/journey:late', { stopped: false });
    await world.turn('P1D');
    // At night both wait for the same morning, and either may go first.
    expect((await world.mailsTo(`${user}@example.com`)).map((mail) => mail.mail.subject).sort()).toEqual(['First words', 'Other words']);
  });

  test('a hundred people go the same way without meeting each other', async () => {
    const users = Array.from({ length: 100 }, (_, n) => `crowd-${n}`);
    await world.send(
      users.flatMap((each): SegmentCall[] => [
        { type: 'identify', userId: each, traits: { email: `${each}@example.com` }, context: yes },
        { type: 'track', userId: each, event: 'Signed Up' },
      ]),
    );
    await world.turn('P1D');
    await world.send(
      users.filter((_, n) => n % 4 === 0).map((each): SegmentCall => ({ type: 'track', userId: each, event: 'Order Completed' })),
    );
    await world.turn('P4D');
    const counts = await world.must('GET', '/api/journeys/welcome/counts');
    expect(counts.ends).toEqual(expect.arrayContaining([{ reason: 'the goal was met (First order)', count: 25 }]));
    expect((await Promise.all(users.map((each) => world.mailsTo(`${each}@example.com`)))).map((mails) => mails.length)).toEqual(
      users.map((_, n) => (n % 4 === 0 ? 1 : 2)),
    );
    const [doubled] = await world.rows('select run_id, seq from run_step group by run_id, seq having count(*) > 1');
    expect(doubled).toBeUndefined();
  });
});
