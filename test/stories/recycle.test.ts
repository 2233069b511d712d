import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RehearsalDetail } from '#contract/routes/rehearsals.ts';
import { rehearseRound } from '#operations/rehearse.ts';
import { dialects } from '../databases.ts';
import { openWorld, type SegmentCall, type World } from '../world.ts';

/** Leads that do not move forward: they stall at an exact instant, are recycled with the reason, counted, and asked again. */

const day = 86_400_000;
const reason = 'no movement for three weeks';
const replied = { event: { name: 'Email Replied', within: 'P21D' } };
const stage = (key: string, name: string, more: object) => ({ key, name, meaning: `They are in ${name}.`, ...more });
const qualified = (stall: object | undefined, more: object = {}) =>
  stage('qualified', 'Qualified', {
    first: true,
    entry: [{ on: { event: 'Signed Up' } }],
    next: ['meeting', 'nurture'],
    ...(stall ? { stall } : {}),
    ...more,
  });
const meeting = (more: object = {}) =>
  stage('meeting', 'Meeting', { entry: [{ on: { event: 'Meeting Booked' } }], next: ['nurture'], ...more });
const nurture = (more: object = {}) => stage('nurture', 'Nurture', { next: ['meeting', 'qualified'], ...more });
const lifecycle = (...stages: object[]) => ({ kind: 'lifecycle' as const, key: 'main', body: { name: 'Sales', stages } });
const stall = { after: 'P21D', unless: replied, to: 'nurture', reason };
const stalling = lifecycle(qualified(stall), meeting(), nurture());
const never = lifecycle(qualified(undefined), meeting(), nurture());

const askAgain = {
  kind: 'journey' as const,
  key: 'ask-again',
  body: {
    name: 'Ask again',
    intent: 'Ask whoever stalled',
    architecture: 'adaptive',
    reentry: 'after-exit',
    steps: [
      {
        key: 'recycled',
        kind: 'entry',
        on: { event: 'Lead Recycled', where: [{ property: 'to', op: 'equals', value: 'nurture' }] },
        next: 'rest',
      },
      { key: 'rest', kind: 'wait', for: 'P2D', next: null },
    ],
  },
};

describe.each(dialects)('on %s', (database) => {
  let world: World;
  let people = 0;
  let user = '';
  let since = 0;

  beforeAll(async () => {
    world = await openWorld({ database, blueprint: false });
    await world.publish([
      stalling,
      askAgain,
      {
        kind: 'segment',
        key: 'twice',
        body: { name: 'Recycled twice', rule: { event: { name: 'Lead Recycled', atLeast: 2 } } },
      },
    ]);
  });
  beforeEach(async () => {
    user = `p${++people}`;
    await world.turn('PT1H');
    await world.send([
      { type: 'identify', userId: user, traits: { email: `${user}@example.com`, firstName: 'Ana' } } as SegmentCall,
      { type: 'track', userId: user, event: 'Signed Up', properties: {} } as SegmentCall,
    ]);
    since = world.now;
  });

  const did = (event: string, properties: object = {}) => world.send([{ type: 'track', userId: user, event, properties } as SegmentCall]);
  const me = () => world.personBy('user', user);
  const recycledAt = async (): Promise<number[]> => (await me()).recycles.map(({ at }) => Date.parse(at));

  test('whoever stands still is recycled at the instant at which the time is over', async () => {
    await world.turnTo(since + 21 * day - 1);
    expect(await me()).toMatchObject({ stage: 'qualified', recycles: [] });
    await world.turnTo(since + 21 * day);
    expect(await me()).toMatchObject({
      stage: 'nurture',
      stageSince: new Date(since + 21 * day).toISOString(),
      recycles: [{ at: new Date(since + 21 * day).toISOString(), from: 'qualified', to: 'nurture', reason }],
    });
  });

  test('and at that instant when nobody worked meanwhile', async () => {
    world.leap(30 * day);
    await world.settle();
    expect(await recycledAt()).toEqual([since + 21 * day]);
  });

  test('a sign that they move keeps them, for as long as it counts', async () => {
    await world.turnTo(since + 20 * day);
    await did('Email Replied');
    await world.turnTo(since + 41 * day - 1);
    expect((await me()).stage).toBe('qualified');
    await world.turn('P1D');
    expect(await recycledAt()).toEqual([since + 41 * day]);
  });

  test('whoever moves on is not recycled from where they were', async () => {
    await world.turnTo(since + 20 * day);
    await did('Meeting Booked');
    await world.turn('P60D');
    expect(await me()).toMatchObject({ stage: 'meeting', recycles: [] });
  });

  test('the timeline says it in words, and why answers with the reason and what was seen', async () => {
    await world.turn('P22D');
    const { id } = await me();
    const titles = (await world.timeline(id)).map(({ title }) => title);
    expect(titles).toContain('Recycled from Qualified to Nurture: no movement for three weeks');
    expect(titles.filter((title) => title.includes('Recycled'))).toHaveLength(1);
    const why = await world.why(id, 'stage');
    expect(why.answer).toMatch(/^Nurture since .*, from Qualified: they were recycled, no movement for three weeks\.$/);
    expect(why.because[0]).toMatchObject({
      rule: 'whoever stands still in Qualified is recycled to Nurture',
      held: true,
      evidence: [
        { what: 'stood still for 21 days, since', at: new Date(since).toISOString() },
        { what: 'no Email Replied in the last 21 days' },
        { what: 'last seen', at: new Date(since).toISOString() },
      ],
    });
  });

  test('a journey can begin with it, and rules count it', async () => {
    await world.turn('P22D');
    const { id } = await me();
    await world.expectPath(id, 'ask-again', ['recycled', 'rest']);
    const isTwice = async () => (await me()).segments.some(({ key }) => key === 'twice');
    expect(await isTwice()).toBe(false);
    await world.must('POST', `/api/people/${id}/stage`, { to: 'qualified', reason: 'they called' });
    await world.turn('P21D');
    expect((await me()).recycles).toHaveLength(2);
    expect(await isTwice()).toBe(true);
    expect(await world.path(id, 'ask-again', 1)).toEqual(['recycled', 'rest']);
  });

  test('nobody can write it with a write key', async () => {
    const answer = await world.accept([{ type: 'track', userId: user, event: 'Lead Recycled', properties: {} } as SegmentCall]);
    expect(JSON.stringify(answer.body)).toContain('is written by Throughline itself');
  });

  test('whom a human has taken over is not recycled, and has the whole time again once they are given back', async () => {
    const { id } = await me();
    await world.turn('P1D');
    await world.must('POST', `/api/people/${id}/take-over`, { reason: 'we are talking' });
    await world.turn('P40D');
    expect((await me()).stage).toBe('qualified');
    await world.must('POST', `/api/people/${id}/release`);
    const released = world.now;
    await world.turn('P20D');
    expect((await me()).stage).toBe('qualified');
    await world.turn('P2D');
    expect(await recycledAt()).toEqual([released + 21 * day]);
  });

  test('the lifecycle counts them by where from and why, in 30 and in 90 days', async () => {
    const count = async () => {
      const { stages } = await world.must('GET', '/api/lifecycle');
      return stages.find(({ key }: { key: string }) => key === 'qualified');
    };
    await world.turn('P120D');
    expect((await count()).recycles).toEqual([]);
    await world.must('POST', `/api/people/${(await me()).id}/stage`, { to: 'qualified', reason: 'they called' });
    await world.turn('P21D');
    expect(await count()).toMatchObject({
      stall: { after: 'P21D', unless: 'Email Replied in the last 21 days', to: 'nurture', reason },
      recycles: [{ to: 'nurture', reason, days30: 1, days90: 1 }],
    });
    await world.turn('P40D');
    expect((await count()).recycles).toEqual([{ to: 'nurture', reason, days30: 0, days90: 1 }]);
  });

  test('once a stall is published, whoever has stood still for longer is recycled at once', async () => {
    await world.publish([never]);
    await world.turn('P50D');
    expect((await me()).stage).toBe('qualified');
    const plan = await world.must('POST', '/api/plan', { definitions: [stalling] });
    expect(plan.changes[0].unsafe[0]).toContain('Whoever has stood still in "Qualified" for 21 days is recycled to "Nurture" at once');
    await world.publish([stalling]);
    await world.settle();
    expect(await recycledAt()).toEqual([world.now]);
  });

  test('a rehearsal says how many would have been recycled', async () => {
    await world.publish([never]);
    await world.turn('P30D');
    const { id } = await world.must('POST', '/api/rehearsals', { over: { past: 'P40D' }, definitions: [stalling] });
    while (await rehearseRound(world.house.deps));
    const { standing, changed }: RehearsalDetail = await world.must('GET', `/api/rehearsals/${id}`);
    expect(standing!.moves.filter(({ recycled }) => recycled > 0)).toEqual([]);
    expect(changed!.moves).toContainEqual({ from: 'qualified', to: 'nurture', count: 1, recycled: 1 });
    expect(changed!.journeys.find(({ key }) => key === 'ask-again')?.entered).toBe(1);
    await world.publish([stalling]);
  });

  test.each([
    [
      'a stage that there is not',
      [qualified({ ...stall, to: 'mars' }), meeting(), nurture()],
      'there is no such stage',
      'Choose one of “Meeting”, “Nurture”.',
    ],
    ['where they stand', [qualified({ ...stall, to: 'qualified' }), meeting(), nurture()], 'recycled to where they stand', 'Choose one of'],
    [
      'where nobody moves on to',
      [qualified(stall, { next: ['meeting'] }), meeting(), nurture()],
      'the lifecycle has no way from there to it',
      'Add nurture to the next of “Qualified”, or choose one of “Meeting”.',
    ],
    [
      'a stage that asks for something',
      [qualified(stall), meeting(), nurture({ requires: ['email'] })],
      '“Nurture” requires email, and whoever stalls in “Qualified” may lack it',
      'Recycle people to a stage that requires nothing',
    ],
    [
      'a stage from which they come back by standing still',
      [qualified(stall), meeting(), nurture({ stall: { after: 'P7D', to: 'qualified', reason: 'again' } })],
      'recycled round and round: “Qualified” → “Nurture” → “Qualified”',
      'take its stall away',
    ],
  ])('is refused: recycling to %s', async (_, stages, message, mend) => {
    const answer = await world.api('POST', '/api/apply', { definitions: [lifecycle(...stages)], publish: true, note: 'for a story' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(message);
    expect(answer.text).toContain(mend);
    expect(answer.text).toContain('stages.0.stall.to');
  });
});
