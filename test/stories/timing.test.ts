import { beforeAll, expect, test } from 'vitest';
import { day, hour, minute, ms, toIso } from '#contract/instant.ts';
import { Journey } from '#contract/journey.ts';
import type { JourneyTiming } from '#contract/routes/journeys.ts';
import { suggestTimes } from '#engine/journey/timing.ts';
import { lengthOf, suggestionFor, withLength } from '#engine/journey/wait-length.ts';
import { readBlueprint } from '#operations/blueprint.ts';
import { openWorld, type SegmentCall, type World } from '../world.ts';

/** How long people take, asked of what really came in; and what a journey learns from it. */

let world: World;
beforeAll(async () => {
  world = await openWorld({ blueprint: 'every journey' });
});

/** What somebody did, each so long before now. */
const did = (userId: string, ...what: [event: string, ago: number][]): SegmentCall[] =>
  what.map(([event, ago]) => ({ type: 'track', userId, event, properties: {}, timestamp: toIso(world.now - ago) }));
const timing = (from = 'Cart Filled', to = 'Paid') =>
  world.must<JourneyTiming>('GET', `/api/journeys/timing?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`);
const warned = async (key: string) =>
  (await world.must<{ warnings: { path: string; message: string }[] }>('POST', `/api/definitions/journey/${key}/check`)).warnings
    .filter((each) => /has arrived/.test(each.message))
    .map((each) => each.message);

test('a goal that nobody has reached lately is said, and no more when it has come', async () => {
  const said = 'no "Order Completed" has arrived in the last 30 days: the goal rate will stay at nothing until it does';
  expect(await warned('welcome')).toEqual([said]);
  await world.sendTrusted(did('long-ago', ['Order Completed', 31 * day]));
  expect(await warned('welcome')).toEqual([said]);
  await world.sendTrusted(
    did('lately', ['Order Completed', 29 * day], ['Meeting Booked', day], ['Referral Made', day], ['Page Viewed', day]),
  );
  for (const key of ['welcome', 'abandoned-cart', 'onboarding', 'nurture', 're-engagement']) expect(await warned(key)).toEqual([]);
});

test('what came lately is told by its name, with how often and when last', async () => {
  await world.sendTrusted(did('counted', ['Brochure Read', 3 * day], ['Brochure Read', 2 * day], ['Brochure Read', 40 * day]));
  const { items, complete } = await world.must('GET', '/api/events/seen');
  expect(items.find(({ name }: { name: string }) => name === 'Brochure Read')).toEqual({
    name: 'Brochure Read',
    count: 2,
    lastAt: toIso(world.now - 2 * day),
  });
  expect(complete).toBe(true);
  expect(items.map(({ count }: { count: number }) => count)).toEqual(
    items.map(({ count }: { count: number }) => count).toSorted((a: number, b: number) => b - a),
  );
});

test('too few have come: it says how many, and suggests nothing', async () => {
  const began = 200 * day;
  for (let person = 1; person < 30; person++)
    await world.sendTrusted(did(`buyer-${person}`, ['Cart Filled', began], ['Paid', began - person * hour]));
  expect(await timing()).toMatchObject({ began: 29, converted: 29, needed: 30, times: null, suggestions: null });
});

test('from the first beginning to the first order after it, once for each person', async () => {
  const began = 200 * day;
  await world.sendTrusted([
    // The order that makes it 30: the first after the first beginning; that of before, and that of the same instant, are none after it.
    ...did('buyer-30', ['Paid', began + day], ['Cart Filled', began], ['Paid', began]),
    ...did('buyer-30', ['Cart Filled', began - hour], ['Paid', began - 30 * hour], ['Paid', began - 40 * hour]),
    ...did('too-late', ['Cart Filled', began], ['Paid', began - 90 * day - 1]),
    ...did('never', ['Cart Filled', began]),
    ...did('may-still', ['Cart Filled', 10 * day]),
    ...did('last-year', ['Cart Filled', 366 * day], ['Paid', 365 * day]),
  ]);
  const answer = await timing();
  // Of 30 who took 1, 2, … 30 hours: the third, the eighth, the fifteenth, the twenty-third and the twenty-seventh.
  expect(answer).toMatchObject({
    began: 33,
    converted: 30,
    open: 1,
    times: { p10: 'PT3H', p25: 'PT8H', p50: 'PT15H', p75: 'PT23H', p90: 'P1DT3H' },
    suggestions: [
      { share: 50, after: 'PT18H' },
      { share: 75, after: 'P1D' },
      { share: 90, after: 'P2D' },
    ],
  });
  expect(answer.histogram.filter(({ people }) => people > 0)).toEqual([
    { upTo: 'PT1H', people: 1 },
    { upTo: 'PT3H', people: 2 },
    { upTo: 'PT6H', people: 3 },
    { upTo: 'PT12H', people: 6 },
    { upTo: 'P1D', people: 12 },
    { upTo: 'P2D', people: 6 },
  ]);
  expect(await timing('Cart Filled', 'Nothing Like That')).toMatchObject({ began: 33, converted: 0, times: null, suggestions: null });
});

test('two reminders never fall together, and none is later than what is looked at', () => {
  const all = (length: number) => new Map([50, 75, 90].map((share) => [share, length]));
  expect(suggestTimes(30, all(50 * minute))?.map(({ after }) => after)).toEqual(['PT1H', 'PT2H', 'PT3H']);
  expect(suggestTimes(30, all(90 * day))?.map(({ after }) => after)).toEqual(['P90D']);
});

test('each wait of a starter answers to its own suggestion, and takes it', async () => {
  const suggestions = [
    { share: 50, after: 'PT6H' },
    { share: 75, after: 'P2D' },
    { share: 90, after: 'P5D' },
  ];
  const starters = (await readBlueprint('service-business')).filter(({ kind }) => kind === 'journey');
  const waits = (key: string) => {
    const journey = Journey.parse(starters.find((each) => each.key === key)!.body);
    return journey.steps.flatMap((step) => {
      const now = lengthOf(step);
      return now ? [[step.key, now.how, now.length, suggestionFor(journey, step, suggestions)?.length ?? null]] : [];
    });
  };
  // The pauses of a cart count from the last thing done with it; those of a welcome one after the other.
  expect(waits('abandoned-cart')).toEqual([
    ['an-hour', 'quiet', 'PT1H', 'PT6H'],
    ['a-day', 'quiet', 'P1D', 'P2D'],
    ['three-days', 'quiet', 'P3D', 'P5D'],
    ['time-to-decide', 'for', 'P2D', null],
  ]);
  expect(waits('welcome')).toEqual([['two-days', 'for', 'P2D', 'PT6H']]);
  expect(waits('onboarding').slice(0, 2)).toEqual([
    ['settle', 'timeout', 'P3D', 'PT6H'],
    ['first-week', 'timeout', 'P7D', null],
  ]);

  const cart = Journey.parse(starters.find((each) => each.key === 'abandoned-cart')!.body);
  const hourly = cart.steps.find((step) => step.key === 'an-hour')!;
  const longer = withLength(hourly as never, 'PT6H');
  expect(lengthOf(longer)).toEqual({ how: 'quiet', length: 'PT6H' });
  expect(ms(longer.timeout!) - ms('P2D')).toBe(5 * hour);
  expect(withLength(longer, 'PT1H').timeout).toBe(longer.timeout);
});
