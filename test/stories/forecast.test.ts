import { beforeAll, describe, expect, test } from 'vitest';
import type { RehearsalDetail } from '#contract/routes/rehearsals.ts';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/**
 * What days to come are drawn from. Two people come every day for five weeks: one starts a trial and gets a mail, the other only looks around. Of those with a trial every other
 * one follows the link of the mail, and buys three days later; nobody else ever buys.
 */

const days = 35;

const entry = (on: object, next: string) => ({ key: 'in', kind: 'entry', on, next });
const stay = (time: string) => ({ key: 'stay', kind: 'wait', for: time, next: null });
/** A journey that nobody has ever entered, or nobody for long: it says that something was drawn that never was. */
const never = (key: string, event: string, when?: object) => ({
  kind: 'journey' as const,
  key,
  body: {
    name: key,
    intent: 'Find what never was',
    reentry: 'any-time',
    steps: [{ ...entry({ event }, 'stay'), ...(when && { when }) }, stay('PT1H')],
  },
});
/** What a mail takes that everybody may get. */
const mail = [
  { kind: 'topic' as const, key: 'trial', body: { name: 'Trial', purpose: 'transactional' } },
  {
    kind: 'template' as const,
    key: 'hello',
    body: { channel: 'email', name: 'Hello', subject: 'Your trial', blocks: [{ block: 'text', text: 'Hello.' }] },
  },
];
const followed = async (world: World, userId: string) => {
  const last = (await world.messages((await world.personBy('user', userId)).id)).toSorted((a, b) =>
    a.createdAt < b.createdAt ? 1 : -1,
  )[0]!;
  return {
    type: 'track' as const,
    userId,
    event: 'Email Link Clicked',
    properties: { messageId: last.id, journey: 'trial', actor: 'human' },
  };
};

describe.each(dialects)('a forecast, on %s', (database) => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld({ database, blueprint: false, mail: 'smtp' });
    await world.publish([
      ...mail,
      {
        kind: 'journey',
        key: 'trial',
        body: {
          name: 'Trial',
          intent: 'Help with the trial',
          goal: { on: { event: 'Bought' }, name: 'Bought', within: 'P30D' },
          steps: [
            entry({ event: 'Trial Started' }, 'hello'),
            { key: 'hello', kind: 'send', template: 'hello', topic: 'trial', next: 'stay' },
            stay('P20D'),
          ],
        },
      },
      never('without-trial', 'Bought', { not: { event: { name: 'Trial Started' } } }),
      never('without-click', 'Bought', { not: { event: { name: 'Email Link Clicked' } } }),
    ]);
    const buying = new Map<number, string>();
    for (let n = 0; n < days; n++) {
      const [tries, looks] = [`tries-${n}`, `looks-${n}`];
      const comes = (userId: string) => ({ type: 'identify' as const, userId, traits: { email: `${userId}@example.com` } });
      await world.send([
        comes(tries),
        comes(looks),
        { type: 'track', userId: tries, event: 'Trial Started' },
        { type: 'track', userId: looks, event: 'Looked Around' },
      ]);
      await world.turn('PT1H');
      if (n % 2 === 0) {
        await world.send([await followed(world, tries)]);
        buying.set(n + 3, tries);
      }
      const buys = buying.get(n);
      if (buys) await world.send([{ type: 'track', userId: buys, event: 'Bought' }]);
      await world.turn('PT23H');
    }
  }, 240_000);

  const forecast = async (over: object): Promise<RehearsalDetail> => {
    const { id } = await world.must('POST', '/api/rehearsals', { over: { future: 'P14D', ...over } });
    return world.must('GET', `/api/rehearsals/${id}`);
  };

  test('holds together what belongs together, whatever is drawn', async () => {
    const { state, faults, over, standing } = await forecast({});
    expect({ state, faults, drawn: over.futures, born: standing.born }).toEqual({ state: 'done', faults: 0, drawn: 10, born: 28 });
    const of = (key: string) => standing.journeys.find((journey) => journey.key === key);
    expect(of('trial'), 'one a day').toMatchObject({ entered: 14, messages: { sent: 14 } });
    expect(of('without-trial')?.entered ?? 0, 'whoever buys had a trial').toBe(0);
    expect(of('without-click')?.entered ?? 0, 'whoever buys had followed the link').toBe(0);
    // Seven buy in fourteen days.
    expect(of('trial')!.goals).toBeGreaterThan(5);
    expect(of('trial')!.goals).toBeLessThan(9);
  });

  test('tells the mean of its futures, and each beside it', async () => {
    const three = await forecast({ seed: 'one', futures: 3 });
    expect(three.over).toMatchObject({ seed: 'one', futures: 3 });
    const { futures, journeys } = three.standing;
    expect(futures).toHaveLength(3);
    for (const each of futures) expect(each.sent).toBe(14);
    const mean = (futures[0]!.goals + futures[1]!.goals + futures[2]!.goals) / 3;
    expect(journeys.find(({ key }) => key === 'trial')!.goals).toBeCloseTo(mean, mean >= 10 ? 0 : 1);
    const [one] = (await forecast({ seed: 'one', futures: 1 })).standing.futures;
    expect(one, 'the first of three is the one').toEqual(futures[0]);
    expect(await world.api('POST', '/api/rehearsals', { over: { future: 'P14D', futures: 21 } })).toMatchObject({
      body: { code: 'body-invalid' },
    });
  });
});

/**
 * Who answers, answers again. Every week for ten weeks, twelve people get a letter and six of them follow its link; a day before the week is over, everybody looks around, so that
 * nothing but what they did with letters tells the twelve apart. Six more get no letter, and in the first three weeks, long before the last windows, they bought.
 */
describe.each(dialects)('a forecast of readers, on %s', (database) => {
  let world: World;
  const names = (kind: string) => Array.from({ length: 6 }, (_, n) => `${kind}-${n}`);
  const [fans, others, quiet] = [names('fan'), names('other'), names('quiet')];
  const all = (event: string, people: readonly string[]) => people.map((userId) => ({ type: 'track' as const, userId, event }));

  beforeAll(async () => {
    world = await openWorld({ database, blueprint: false, mail: 'smtp' });
    await world.publish([
      ...mail,
      {
        kind: 'journey',
        key: 'trial',
        body: {
          name: 'Letters',
          intent: 'Write every week',
          reentry: 'any-time',
          steps: [entry({ event: 'Issue Out' }, 'hello'), { key: 'hello', kind: 'send', template: 'hello', topic: 'trial', next: null }],
        },
      },
      never('first-click', 'Email Link Clicked', { event: { name: 'Email Link Clicked', atMost: 1 } }),
      never('long-over', 'Bought'),
    ]);
    await world.send(
      [...fans, ...others, ...quiet].map((userId) => ({ type: 'identify', userId, traits: { email: `${userId}@example.com` } })),
    );
    for (let week = 0; week < 10; week++) {
      await world.turn('P1D');
      await world.send([...all('Issue Out', [...fans, ...others]), ...all('Bought', week < 3 ? quiet : [])]);
      await world.turn('PT1H');
      await world.send(await Promise.all(fans.map((fan) => followed(world, fan))));
      await world.turn('P5D');
      await world.send(all('Looked Around', [...fans, ...others, ...quiet]));
      await world.turn('PT23H');
    }
  }, 240_000);

  test('knows who answers, and takes what people do from the last windows', async () => {
    const { id } = await world.must('POST', '/api/rehearsals', { over: { future: 'P14D' } });
    const { state, faults, standing }: RehearsalDetail = await world.must('GET', `/api/rehearsals/${id}`);
    expect({ state, faults }).toEqual({ state: 'done', faults: 0 });
    const of = (key: string) => standing.journeys.find((journey) => journey.key === key);
    expect(of('trial'), 'two letters each').toMatchObject({ entered: 24, messages: { sent: 24 } });
    expect(of('first-click')?.entered ?? 0, 'whoever never followed a link follows none').toBe(0);
    expect(of('long-over')?.entered ?? 0, 'nobody has bought for five weeks').toBe(0);
  });
});
