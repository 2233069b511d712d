import { beforeAll, describe, expect, test } from 'vitest';
import { stepKinds, type StepKind } from '#contract/steps/index.ts';
import { dialects } from '../databases.ts';
import { openWorld, type SegmentCall, type World } from '../world.ts';

/**
 * Every kind of step, and every way in which somebody leaves it. Each journey is an entry, the step, and a place to stand; a step that holds nobody is left
 * at once, and what ends a run then ends it at that place.
 */

interface Sample {
  step: object;
  /** Where somebody is who has just come: at the step itself, at the place behind it, or gone, with these words. */
  then: 'holds' | 'passes' | { ends: string };
  /** What has happened before. */
  before?: (story: Story) => Promise<void>;
  /** What has to happen so that somebody goes on from a step that holds them. */
  finish?: (story: Story) => Promise<void>;
  /** What is waited for at most, and where that leads. */
  timeout?: { after: string; path: string[] };
  /** What the step does, looked at from outside; asked once of everybody who has passed. */
  shows?: (story: Story) => Promise<void>;
}

const late = { ends: 'end: late' };

const samples: Record<StepKind, Sample> = {
  entry: { step: {}, then: 'passes' },
  send: {
    step: { template: 'hello', topic: 'news' },
    then: 'passes',
    shows: async (story) => expect((await story.mails()).length).toBe(1),
  },
  wait: {
    step: { until: { event: 'Paid' }, timeout: 'PT2H', onTimeout: 'late' },
    then: 'holds',
    finish: (story) => story.did('Paid'),
    timeout: { after: 'PT2H', path: ['start', 'it', 'late', late.ends] },
  },
  branch: {
    step: { paths: [{ label: 'known', when: { trait: { path: 'email', op: 'exists' } }, next: 'stand' }], otherwise: 'late' },
    then: 'passes',
  },
  split: {
    step: {
      paths: [
        { label: 'all', share: 100, next: 'stand' },
        { label: 'none', share: 0, next: 'late' },
      ],
    },
    then: 'passes',
  },
  experiment: {
    step: {
      arms: [
        { key: 'one', label: 'One', share: 60, next: 'stand' },
        { key: 'other', label: 'Other', share: 40, next: 'stand' },
      ],
      control: 'one',
      lift: 500,
      lasts: 'P3650D',
    },
    then: 'passes',
    async shows(story) {
      const { items } = await story.world.must('GET', '/api/experiments');
      expect(items).toMatchObject([{ place: { key: 'about-experiment', step: 'it' }, plan: { goal: { event: 'Won' } } }]);
      expect(items[0].result.people).toBeGreaterThan(0);
    },
  },
  'set-trait': {
    step: { path: 'seen.it', value: true },
    then: 'passes',
    shows: async (story) => expect((await story.person()).traits.seen).toEqual({ it: true }),
  },
  tag: {
    step: { add: ['met', 'warm'], remove: ['cold'] },
    then: 'passes',
    shows: async (story) => expect((await story.person()).traits.tags).toEqual(['met', 'warm']),
  },
  note: {
    step: { text: 'Likes gardens' },
    then: 'passes',
    shows: async (story) => expect(await story.events('Note Added')).toMatchObject([{ text: 'Likes gardens' }]),
  },
  'move-stage': { step: { to: 'capture' }, then: 'passes', shows: async (story) => expect((await story.person()).stage).toBe('capture') },
  'add-points': {
    step: { score: 'engagement', points: 7, because: 'went through it' },
    then: 'passes',
    async shows(story) {
      const why = await story.world.why((await story.person()).id, 'score:engagement');
      expect(why.because.filter((line) => line.rule.includes('(journey '))).toMatchObject([
        {
          rule: expect.stringMatching(/^\+7 went through it \(journey /),
          evidence: [{ what: 'Points Added', id: expect.stringMatching(/^[0-9a-f-]{36}$/) }],
        },
      ]);
    },
  },
  'make-task': {
    step: { title: 'Call them' },
    then: 'passes',
    shows: async (story) => expect((await story.person()).tasks).toMatchObject([{ title: 'Call them', asks: null }]),
  },
  assign: {
    step: { owners: [{ owner: 'ana@linden.example' }] },
    then: 'passes',
    async shows(story) {
      const { id, owner } = await story.person();
      expect(owner).toBe('ana@linden.example');
      expect((await story.world.why(id, 'owner')).answer).toMatch(/^ana@linden\.example since .*: the journey .* assigned them\.$/);
    },
  },
  approve: {
    step: { question: 'Is this right?', timeout: 'P1D', onRefused: 'late', onTimeout: 'late' },
    then: 'holds',
    finish: (story) => story.decide(true),
    timeout: { after: 'P1D', path: ['start', 'it', 'late', late.ends] },
  },
  'hand-over': {
    step: { title: 'Look at this' },
    then: 'holds',
    finish: async (story) => void (await story.world.must('POST', `/api/people/${(await story.person()).id}/release`)),
    shows: async (story) => expect((await story.person()).paused).toBeNull(),
  },
  webhook: {
    step: { template: 'hook', topic: 'account', timeout: 'PT2H', onFailure: 'late' },
    then: 'holds',
    finish: (story) => story.answerHook(),
    timeout: { after: 'PT2H', path: ['start', 'it', 'late', late.ends] },
    shows: async (story) => expect(await story.events('Webhook Answered')).toMatchObject([{ step: 'it', ok: true, credit: 'good' }]),
  },
  'start-journey': {
    step: { journey: 'other' },
    then: 'passes',
    shows: async (story) => expect(await story.path('other')).toEqual(['start', 'rest']),
  },
  'end-journey': {
    step: { journey: 'other' },
    then: 'passes',
    before: async (story) => void (await story.world.must('POST', '/api/journeys/other/enter', { people: [(await story.person()).id] })),
    shows: async (story) => expect(await story.path('other')).toEqual(['sent', 'rest', 'exit: the journey about-end-journey ended it']),
  },
  nurture: {
    step: { stream: 'lessons', contents: [{ template: 'one' }, { template: 'two' }], topic: 'news', every: 'P1D' },
    then: 'holds',
    finish: (story) => story.world.turn('P2D'),
    shows: async (story) => expect((await story.mails()).map(({ mail }) => mail.subject)).toEqual(['one', 'two']),
  },
  goal: { step: { name: 'Arrived' }, then: { ends: 'goal: Arrived' } },
  exit: { step: { reason: 'done' }, then: { ends: 'end: done' } },
};

const key = (kind: StepKind): string => `about-${kind}`;
const yes = { consent: { categoryPreferences: { marketing: true } } };

function journeyOf(kind: StepKind): object {
  const { step, then } = samples[kind];
  const it = { key: 'it', kind, ...(then === 'passes' || then === 'holds' ? { next: 'stand' } : {}), ...step };
  const isRouted = kind === 'branch' || kind === 'split' || kind === 'experiment';
  return {
    name: `About ${kind}`,
    intent: 'To be left in every way',
    architecture: 'adaptive',
    goal: { on: { event: 'Won' }, name: 'Won' },
    exits: [{ on: { event: 'Lost' }, reason: 'lost' }],
    reentry: 'after-exit',
    steps: [
      { key: 'start', kind: 'entry', on: { event: `Began ${kind}` }, next: kind === 'entry' ? 'stand' : 'it' },
      ...(kind === 'entry' ? [] : [isRouted ? Object.fromEntries(Object.entries(it).filter(([name]) => name !== 'next')) : it]),
      ...(typeof then === 'string' ? [{ key: 'stand', kind: 'wait', for: 'P20D', next: null }] : []),
      ...(JSON.stringify(step).includes('"late"') ? [{ key: 'late', kind: 'exit', reason: 'late' }] : []),
    ],
  };
}

const mail = (name: string) => ({
  kind: 'template' as const,
  key: name,
  body: { channel: 'email', name, subject: name, blocks: [{ block: 'text', text: 'Hello.' }] },
});

class Story {
  readonly world: World;
  readonly user: string;
  private readonly kind: StepKind;

  constructor(world: World, user: string, kind: StepKind) {
    this.world = world;
    this.user = user;
    this.kind = kind;
  }

  did = async (event: string): Promise<void> => void (await this.world.send([{ type: 'track', userId: this.user, event } as SegmentCall]));
  begin = (): Promise<void> => this.did(`Began ${this.kind}`);
  person = () => this.world.personBy('user', this.user);
  path = async (journey = key(this.kind)): Promise<string[]> => this.world.path((await this.person()).id, journey);
  mails = () => this.world.mailsTo(`${this.user}@example.com`);

  async events(name: string): Promise<Record<string, unknown>[]> {
    const rows = await this.world.rows('select body from event where person_id = $1 and name = $2', [(await this.person()).id, name]);
    return rows.map((row) => row.body.properties);
  }

  async decide(isYes: boolean): Promise<void> {
    const task = (await this.person()).tasks.find((each) => each.asks === 'approval' && each.doneAt === null);
    await this.world.must('POST', `/api/tasks/${task!.id}/decision`, { yes: isYes, reason: 'looked at it' });
  }

  async answerHook(): Promise<void> {
    this.world.answerHooks(() => ({ result: 'sent', providerId: null, answer: '200', body: '{"credit": "good"}' }));
    await this.world.turn('PT5M');
    this.world.answerHooks(noAnswer);
  }
}

const noAnswer = () => ({ result: 'later' as const, retryAt: null, answer: '503' });

describe.each(dialects)('on %s', (database) => {
  let world: World;
  let people = 0;

  beforeAll(async () => {
    world = await openWorld({ database });
    world.answerHooks(noAnswer);
    // An experiment begins when its goal is met often enough to see something.
    await world.send(Array.from({ length: 30 }, (_, index): SegmentCall => ({ type: 'track', userId: `won-${index}`, event: 'Won' })));
    await world.publish([
      { kind: 'topic', key: 'news', body: { name: 'News', purpose: 'marketing' } },
      { kind: 'cap-policy', key: 'main', body: { name: 'None', caps: [] } },
      ...['hello', 'one', 'two'].map(mail),
      { kind: 'template', key: 'hook', body: { channel: 'webhook', name: 'Hook', url: 'https://credit.example/check', body: '{}' } },
      {
        kind: 'journey',
        key: 'other',
        body: {
          name: 'Other',
          intent: 'To be sent into',
          reentry: 'after-exit',
          steps: [
            { key: 'start', kind: 'entry', on: { by: 'journey' }, next: 'rest' },
            { key: 'sent', kind: 'entry', on: { by: 'api' }, next: 'rest' },
            { key: 'rest', kind: 'wait', for: 'P30D', next: null },
          ],
        },
      },
      ...stepKinds.map((kind) => ({ kind: 'journey' as const, key: key(kind), body: journeyOf(kind) })),
    ]);
  });

  /** Somebody new, who has come to the step or past it. */
  async function arrived(kind: StepKind, after = 'PT1H'): Promise<Story> {
    const story = new Story(world, `p${++people}`, kind);
    await world.turn(after);
    await world.send([{ type: 'identify', userId: story.user, traits: { email: `${story.user}@example.com` }, context: yes }]);
    await samples[kind].before?.(story);
    await story.begin();
    return story;
  }

  /** The way of somebody who has come, until where they stand. */
  const here = (kind: StepKind): string[] => {
    const { then } = samples[kind];
    if (typeof then === 'object') return ['start', 'it', then.ends];
    return kind === 'entry' ? ['start', 'stand'] : then === 'holds' ? ['start', 'it'] : ['start', 'it', 'stand'];
  };
  const open = stepKinds.filter((kind) => typeof samples[kind].then === 'string');

  describe.each(stepKinds)('%s', (kind) => {
    const { then, finish, timeout, shows } = samples[kind];

    test('is left when it is done', async () => {
      const story = await arrived(kind);
      expect(await story.path()).toEqual(here(kind));
      await finish?.(story);
      expect(await story.path()).toEqual(then === 'holds' ? ['start', 'it', 'stand'] : here(kind));
      await shows?.(story);
    });

    if (timeout)
      test('is left when nothing happens', async () => {
        const story = await arrived(kind);
        await world.turn(timeout.after);
        expect(await story.path()).toEqual(timeout.path);
      });

    if (!open.includes(kind)) return;

    test.each([
      ['a goal', 'Won', 'goal: Won'],
      ['an exit', 'Lost', 'exit: lost'],
    ])('%s ends the run at once', async (_, event, end) => {
      const story = await arrived(kind);
      await story.did(event);
      expect(await story.path()).toEqual([...here(kind), end]);
      const [run] = (await story.person()).runs.filter((each) => each.journey === key(kind));
      expect(run!.endedAt).toBe(world.iso);
      await finish?.(story).catch(() => undefined);
      await world.turn('PT3H');
      expect(await story.path(), 'what comes afterwards moves nobody').toEqual([...here(kind), end]);
    });

    test('a kill switch holds what it sends, and moves nobody', async () => {
      const scope = `/api/kill-switches/journey:${key(kind)}`;
      await world.must('PUT', scope, { stopped: true, reason: 'a story' });
      const story = await arrived(kind);
      expect(await story.path()).toEqual(here(kind));
      expect(await story.mails()).toEqual([]);
      await world.must('PUT', scope, { stopped: false });
      await finish?.(story);
      expect(await story.path()).toEqual(then === 'holds' ? ['start', 'it', 'stand'] : here(kind));
      await shows?.(story);
    });

    test('of two people who turn out to be one, one goes on', async () => {
      const story = await arrived(kind);
      const visitor = `${story.user}-visitor`;
      await world.send([{ type: 'track', anonymousId: visitor, event: `Began ${kind}` }]);
      await world.send([{ type: 'identify', userId: story.user, anonymousId: visitor }]);
      const { id, runs } = await story.person();
      expect(runs.filter((run) => run.journey === key(kind) && run.status === 'live')).toHaveLength(1);
      expect(
        await world.rows('select 1 from run where journey = $1 and person_id = $2 and status = $3', [key(kind), id, 'live']),
      ).toHaveLength(1);
      await finish?.(story);
      const ways = [await world.path(id, key(kind), 0), await world.path(id, key(kind), 1)];
      expect(ways).toContainEqual(then === 'holds' ? ['start', 'it', 'stand'] : here(kind));
    });

    test('whoever is taken out by a colleague is out', async () => {
      const story = await arrived(kind);
      await world.must('POST', `/api/journeys/${key(kind)}/leave`, { people: [(await story.person()).id], reason: 'she asked' });
      expect(await story.path()).toEqual([...here(kind), expect.stringMatching(/^taken-out: .* took the person out: she asked$/)]);
    });
  });

  test('a version that is no longer the published one is gone through to its end', async () => {
    const stories = new Map<StepKind, Story>();
    for (const kind of open) stories.set(kind, await arrived(kind, 'PT1S'));
    await world.publish(
      open.map((kind) => ({
        kind: 'journey' as const,
        key: key(kind),
        body: {
          name: `About ${kind}`,
          intent: 'Another one',
          reentry: 'after-exit',
          steps: [
            { key: 'start', kind: 'entry', on: { event: `Began ${kind}` }, next: 'gone' },
            { key: 'gone', kind: 'exit', reason: 'by the new version' },
          ],
        },
      })),
    );
    for (const kind of open) {
      const story = stories.get(kind)!;
      expect(await story.path(), kind).toEqual(here(kind));
      await samples[kind].finish?.(story);
      expect(await story.path(), kind).toEqual(samples[kind].then === 'holds' ? ['start', 'it', 'stand'] : here(kind));
      await samples[kind].shows?.(story);
    }
    const fresh = await arrived('wait');
    expect(await fresh.path()).toEqual(['start', 'gone', 'end: by the new version']);
  });
});
