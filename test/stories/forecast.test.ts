import { beforeAll, describe, expect, test } from 'vitest';
import type { RehearsalDetail } from '#contract/routes/rehearsals.ts';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/**
 * What days to come are drawn from. Two people come every day for five weeks: one starts a trial and gets a mail, the other only looks around. Of those with a trial every other
 * one follows the link of the mail, and buys three days later; nobody else ever buys.
 */

const days = 35;

describe.each(dialects)('a forecast, on %s', (database) => {
  let world: World;

  const entry = (on: object, next: string) => ({ key: 'in', kind: 'entry', on, next });
  const stay = { key: 'stay', kind: 'wait', for: 'P20D', next: null };
  /** A journey that nobody has ever entered: it says that something was drawn that never was. */
  const never = (key: string, when: object) => ({
    kind: 'journey' as const,
    key,
    body: { name: key, intent: 'Find what never was', steps: [{ ...entry({ event: 'Bought' }, 'stay'), when }, stay] },
  });

  beforeAll(async () => {
    world = await openWorld({ database, blueprint: false, mail: 'smtp' });
    await world.publish([
      { kind: 'topic', key: 'trial', body: { name: 'Trial', purpose: 'transactional' } },
      {
        kind: 'template',
        key: 'hello',
        body: { channel: 'email', name: 'Hello', subject: 'Your trial', blocks: [{ block: 'text', text: 'Hello.' }] },
      },
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
            stay,
          ],
        },
      },
      never('without-trial', { not: { event: { name: 'Trial Started' } } }),
      never('without-click', { not: { event: { name: 'Email Link Clicked' } } }),
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
        const [mail] = await world.messages((await world.personBy('user', tries)).id);
        const properties = { messageId: mail!.id, journey: 'trial', actor: 'human' };
        await world.send([{ type: 'track', userId: tries, event: 'Email Link Clicked', properties }]);
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
