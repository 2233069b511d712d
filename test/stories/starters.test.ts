import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { day, hour, minute } from '#contract/instant.ts';
import { openWorld, type SegmentCall, type World } from '../world.ts';

/** The journeys that are shipped, as people go through them. */

const yes = { consent: { categoryPreferences: { marketing: true } } };
const human = { actor: 'human' };
const landingPage = { product_id: 'landing-page', name: 'Landing page', price: 890 };

let world: World;
let people = 0;
let user = '';
let start = 0;

beforeAll(async () => {
  world = await openWorld({ blueprint: 'every journey' });
});
/** Everybody begins at ten in the morning, as far from the night as the mails of a cart need. */
beforeEach(async () => {
  user = `p${++people}`;
  await world.turnTo(Math.ceil((world.now + 1) / day) * day + 9 * hour);
  start = world.now;
  await world.send([{ type: 'identify', userId: user, traits: { email: `${user}@example.com`, firstName: 'Ana' }, context: yes }]);
});

const did = (event: string, properties: object = {}, more: object = {}) =>
  world.sendTrusted([{ type: 'track', userId: user, event, properties, ...more } as SegmentCall]);
const me = () => world.personBy('user', user);
const path = async (journey: string, nth = 0) => world.path((await me()).id, journey, nth);
const subjects = async () => (await world.mailsTo(`${user}@example.com`)).map((mail) => mail.mail.subject);
/** The messages of a journey: the step, how long after the beginning it was due, what became of it. */
async function messages(journey: string, since = start): Promise<[string, number, string][]> {
  const rows = await world.rows<{ step: string; due: number; status: string; reason: string | null }>(
    `select step, (extract(epoch from created_at) * 1000)::float8 as due, status, reason from message
     where person_id = $1 and journey = $2 order by created_at`,
    [(await me()).id, journey],
  );
  return rows.map(({ step, due, status, reason }) => [step, (due - since) / hour, reason ?? status]);
}
const tasks = async () => (await me()).tasks.map((task) => task.title);

describe('a cart that was left behind', () => {
  test('is answered an hour, a day and three days later, to the millisecond, and then no more', async () => {
    await did('Product Added', landingPage);
    await world.turnTo(start + hour - 1);
    expect(await messages('abandoned-cart')).toEqual([]);
    await world.turn('P20D');
    expect(await messages('abandoned-cart')).toEqual([
      ['remind', 1, 'sent'],
      ['reassure', 24, 'sent'],
      ['offer', 72, 'sent'],
    ]);
    expect((await path('abandoned-cart')).slice(-3)).toEqual([
      'time-to-decide',
      'not-now',
      'end: was reminded three times and did not order',
    ]);
    const [reminder] = await world.mailsTo(`${user}@example.com`);
    expect(reminder!.mail.text).toContain('you had chosen Landing page, and then');
    expect(reminder!.mail.text).toContain('Unsubscribe');
  });

  test('counts from the last thing that was done with it, by whatever event', async () => {
    await did('Product Added', landingPage);
    await world.turn('PT30M');
    await did('Checkout Started', { products: [landingPage] });
    await world.turn('PT59M');
    await did('Product Added', { ...landingPage, product_id: 'care-plan' });
    expect(await messages('abandoned-cart')).toEqual([]);
    await world.turnTo(start + 6 * hour);
    expect(await messages('abandoned-cart')).toEqual([['remind', 89 / 60 + 1, 'sent']]);
    // Back again after the first mail: the others wait for their full time from now, and the first is not said twice.
    await did('Checkout Started', { products: [landingPage] });
    await world.turn('P20D');
    expect(await messages('abandoned-cart')).toEqual([
      ['remind', 89 / 60 + 1, 'sent'],
      ['reassure', 30, 'sent'],
      ['offer', 78, 'sent'],
    ]);
  });

  test('names what was in the cart when they began the checkout, and something else when nothing says what', async () => {
    await did('Checkout Started', { value: 890, products: [landingPage] });
    await world.turn('PT1H');
    expect((await world.mailsTo(`${user}@example.com`))[0]!.mail.text).toContain('you had chosen Landing page, and then');
    user = `p${++people}`;
    await world.send([{ type: 'identify', userId: user, traits: { email: `${user}@example.com` }, context: yes }]);
    await did('Checkout Started');
    await world.turn('PT1H');
    const [mail] = await world.mailsTo(`${user}@example.com`);
    expect(mail!.mail.text).toMatch(/^Hello there,\s+you had chosen something from our offer, and then/);
  });

  test.each([
    ['before the first mail', 'PT59M', []],
    ['between the mails', 'PT20H', [['remind', 1, 'sent']]],
    [
      'after the offer',
      'P4D',
      [
        ['remind', 1, 'sent'],
        ['reassure', 24, 'sent'],
        ['offer', 72, 'sent'],
      ],
    ],
  ])('an order %s ends it at once, as the goal', async (_when, after, sent) => {
    await did('Product Added', landingPage);
    await world.turn(after);
    await did('Order Completed', { total: 890 });
    expect((await path('abandoned-cart')).at(-1)).toBe('goal: Order');
    await world.turn('P10D');
    expect(await messages('abandoned-cart')).toEqual(sent);
  });

  test('a mail that is held for the night is not sent when the order comes before the morning', async () => {
    await world.turnTo(start + 12.5 * hour); // 22:30 in Berlin by now, an hour later
    await did('Product Added', landingPage);
    await world.turn('PT2H');
    expect((await messages('abandoned-cart')).map(([step, , status]) => [step, status])).toEqual([['remind', 'quiet-hours']]);
    await did('Order Completed', { total: 890 });
    await world.turn('P1D');
    expect((await messages('abandoned-cart')).map(([step, , status]) => [step, status])).toEqual([['remind', 'goal-met']]);
  });

  test('whoever goes on filling it is not reminded', async () => {
    await did('Product Added', landingPage);
    for (let nth = 0; nth < 60; nth++) {
      await world.turn('PT50M');
      await did('Product Added', { ...landingPage, nth });
    }
    expect((await path('abandoned-cart')).slice(-1)).toEqual([
      'end: still filling the cart, and nobody is reminded of what they are busy with',
    ]);
    expect(await messages('abandoned-cart')).toEqual([]);
  });

  test.each(['Meeting Booked', 'Email Replied', 'Unsubscribed'])('%s ends it', async (event) => {
    await did('Product Added', landingPage);
    await world.turn('PT2H');
    await did(event);
    expect((await path('abandoned-cart')).at(-1)).toMatch(/^exit: /);
  });

  test('nobody enters by an event that comes in late, after the order or out of a loaded history, or without consent', async () => {
    const since = (ago: number) => ({ timestamp: new Date(world.now - ago).toISOString() });
    await did('Product Added', landingPage, since(400 * day));
    await did('Order Completed', {}, since(10 * minute));
    await did('Checkout Started', {}, since(20 * minute));
    expect((await me()).runs.filter((run) => run.journey === 'abandoned-cart')).toEqual([]);
    await world.send([{ type: 'identify', userId: `${user}-no`, traits: { email: `${user}-no@example.com` } }]);
    await world.sendTrusted([{ type: 'track', userId: `${user}-no`, event: 'Product Added', properties: landingPage }]);
    expect((await world.personBy('user', `${user}-no`)).runs).toEqual([]);
  });

  test('a new cart is a new matter after three days', async () => {
    await did('Product Added', landingPage);
    await did('Order Completed', { total: 890 });
    await world.turn('P2D');
    await did('Product Added', landingPage);
    const runs = async () => (await me()).runs.filter((run) => run.journey === 'abandoned-cart').length;
    expect(await runs()).toBe(1);
    await world.turn('P1D');
    await did('Product Added', landingPage);
    expect(await runs()).toBe(2);
  });
});

describe('somebody who has gone silent', () => {
  beforeEach(async () => {
    await did('Form Submitted');
    await world.turnTo(start + 30 * day - 1);
    expect(await path('re-engagement')).toEqual([]);
    // Programs open mails too: that is no sign of life.
    await did('Email Opened', { actor: 'machine' });
    await world.turn('PT1S');
  });

  test('gets three mails, and is let rest when nothing comes back', async () => {
    expect((await path('re-engagement')).slice(0, 2)).toEqual(['gone-quiet', 'hello']);
    await world.turn('P60D');
    expect(await messages('re-engagement')).toEqual([
      ['hello', 30 * 24, 'sent'],
      ['one-idea', 37 * 24, 'sent'],
      ['last-letter', 51 * 24, 'sent'],
    ]);
    expect((await path('re-engagement')).at(-1)).toBe('end: stayed silent on every channel after three mails, and is let rest');
    const rested = await me();
    expect(rested.traits.tags).toEqual(['silent']);
    expect(rested.segments.map((segment) => segment.key)).toEqual(expect.arrayContaining(['gone-quiet', 'let-rest']));
    await did('Page Viewed');
    expect((await me()).segments.map((segment) => segment.key)).not.toContain('let-rest');
  });

  test.each([
    ['a visit', 'Page Viewed', {}],
    ['a click of their own', 'Email Link Clicked', human],
    ['a reply on another channel', 'Message Replied', {}],
    ['an order at the counter', 'Order Completed', {}],
    ['a booking', 'Meeting Booked', {}],
    ['a form', 'Form Submitted', {}],
  ])('comes back by %s: the goal, at once, and no more mails', async (_what, event, properties) => {
    await world.turn('P10D');
    await did(event, properties);
    expect((await path('re-engagement')).at(-1)).toBe('goal: Came back');
    await world.turn('P20D');
    expect((await messages('re-engagement')).map(([step]) => step)).toEqual(['hello', 'one-idea']);
    expect((await me()).traits.tags).toBeUndefined();
  });

  test('does not come back by a click of a scanner', async () => {
    await world.turn('P1D');
    await did('Email Link Clicked', { actor: 'machine' });
    expect((await path('re-engagement')).at(-1)).toBe('a-week');
  });

  test('a customer is asked something else', async () => {
    expect(await subjects()).toEqual(['Is it still on your mind?']);
    user = `p${++people}`;
    await world.send([{ type: 'identify', userId: user, traits: { email: `${user}@example.com` }, context: yes }]);
    await did('Agreement Signed');
    await world.turn('P31D');
    expect(await subjects()).toEqual(['How have things been since?']);
  });
});

describe('a lead who answered once and does not move forward', () => {
  beforeEach(async () => {
    await did('Form Submitted');
    await did('Email Replied');
    await world.turn('P15D');
    // They look at the site now and then: they are not silent, and have not moved.
    await did('Page Viewed');
    await world.turnTo(start + 21 * day - 1);
    expect(await me()).toMatchObject({ stage: 'qualification', runs: [] });
    await world.turn('PT1S');
  });

  test('is recycled after three weeks, and asked again', async () => {
    expect(await me()).toMatchObject({
      stage: 're-engagement',
      recycles: [{ from: 'qualification', reason: 'no answer and nothing chosen for three weeks' }],
    });
    expect(await path('re-engagement')).toEqual(['stood-still', 'hello', 'a-week']);
    await world.turn('P60D');
    expect((await messages('re-engagement')).map(([step]) => step)).toEqual(['hello', 'one-idea', 'last-letter']);
  });

  test('is on their way again with the first sign of life since', async () => {
    await world.turn('P3D');
    await did('Email Replied');
    expect((await path('re-engagement')).at(-1)).toBe('goal: Came back');
    expect((await me()).stage).toBe('nurture');
  });
});

test('who was silent before can be sent in by a colleague; who is not silent cannot', async () => {
  const send = () => world.must('POST', '/api/journeys/re-engagement/enter', { emails: [`${user}@example.com`] });
  await did('Form Submitted');
  await send();
  expect(await path('re-engagement')).toEqual([]);
  user = `p${++people}`;
  await world.send([{ type: 'identify', userId: user, traits: { email: `${user}@example.com` } }]);
  await did('Form Submitted');
  await world.turn('P31D');
  expect(await path('re-engagement')).toEqual([]);
  await world.send([{ type: 'identify', userId: user, context: yes }]);
  await send();
  expect((await path('re-engagement')).slice(0, 2)).toEqual(['already-quiet', 'hello']);
});

describe('a customer after the first order', () => {
  beforeEach(async () => {
    await did('Order Completed', { total: 890 });
  });
  const decide = async (yesOrNo: boolean) => {
    const task = (await me()).tasks.find((each) => each.asks === 'approval')!;
    await world.must('POST', `/api/tasks/${task.id}/decision`, { yes: yesOrNo });
  };

  test('is thanked by a person, helped to begin, looked after when nothing is heard, and asked for a recommendation', async () => {
    expect(await tasks()).toEqual(['First order: thank them and agree on the first date']);
    await world.turn('P60D');
    expect(await messages('onboarding')).toEqual([
      ['first-steps', 3 * 24, 'sent'],
      ['how-is-it-going', 13 * 24, 'sent'],
      ['recommend', 20 * 24, 'sent'],
    ]);
    expect((await tasks()).toSorted()).toEqual([
      'First order: thank them and agree on the first date',
      'Nothing heard in the week after the first steps: ask how it is going',
    ]);
    expect((await path('onboarding')).at(-1)).toBe('end: was asked for a recommendation, and none has come yet');
  });

  test('who has made a start is asked without a call first; who recommends us has met the goal', async () => {
    await world.turn('P5D');
    await did('Page Viewed');
    await world.turn('P13D');
    expect((await messages('onboarding')).map(([step, at]) => [step, at / 24])).toEqual([
      ['first-steps', 3],
      ['how-is-it-going', 10],
      ['recommend', 17],
    ]);
    await did('Referral Made');
    const now = await me();
    expect((await path('onboarding')).at(-1)).toBe('goal: Recommended us');
    expect(now.stage).toBe('expansion');
  });

  test('whoever answers is asked for a recommendation only when a colleague says that they are glad', async () => {
    await world.turn('P14D');
    await did('Email Replied');
    expect(await tasks()).toContain('They have written to us. Are they glad, so that we may ask for a recommendation?');
    await decide(true);
    expect((await messages('onboarding')).at(-1)![0]).toBe('recommend');
  });

  test('and not when the colleague says no, or nobody reads it', async () => {
    await world.turn('P14D');
    await did('Email Replied');
    await decide(false);
    expect((await path('onboarding')).at(-1)).toContain('not the time');
    user = `p${++people}`;
    await world.send([{ type: 'identify', userId: user, traits: { email: `${user}@example.com` }, context: yes }]);
    await did('Order Completed');
    await world.turn('P14D');
    await did('Message Replied');
    await world.turn('P6D');
    expect((await path('onboarding')).at(-1)).toContain('nobody said whether they are glad');
    expect((await messages('onboarding')).map(([step]) => step)).not.toContain('recommend');
  });

  test.each(['Order Refunded', 'Order Cancelled', 'Subscription Cancelled'])(
    '%s hands them over to a person, and nothing automatic happens until they are released',
    async (event) => {
      await world.turn('P4D');
      await did(event);
      const now = await me();
      expect(now.paused).not.toBeNull();
      expect(await tasks()).toContain('Something went wrong with the first order: find out what, and put it right');
      await world.turn('P20D');
      expect((await messages('onboarding')).map(([step]) => step)).toEqual(['first-steps']);
      await world.must('POST', `/api/people/${now.id}/release`);
      expect((await path('onboarding')).at(-1)).toContain('one of us has put something right');
    },
  );

  test('the tag unhappy hands them over too', async () => {
    await world.turn('P1D');
    await world.sendTrusted([{ type: 'identify', userId: user, traits: { tags: ['unhappy'] } }]);
    expect((await me()).paused).not.toBeNull();
  });

  test('a second order begins nothing anew', async () => {
    await world.turn('P60D');
    await did('Order Completed', { total: 10 });
    expect((await me()).runs.filter((run) => run.journey === 'onboarding')).toHaveLength(1);
  });
});

describe('somebody for whom the time has not come', () => {
  beforeEach(async () => {
    await did('Meeting Booked');
    await did('Meeting Held');
    expect((await me()).stage).toBe('nurture');
  });
  const told = async () => (await messages('nurture')).map(([, at]) => at / 24);

  test('gets one piece of advice a week, after three days for a person to write first, in their order', async () => {
    await world.turn('P20D');
    await did('Page Viewed');
    await world.turn('P19D');
    expect(await told()).toEqual([3, 10, 17, 24, 31]);
    expect(await subjects()).toEqual([
      'Five questions to ask before you choose anybody',
      'From the first call to the last day: one story',
      'What it costs, and why',
      'Three things that people wish they had known',
      'It need not be the big step',
    ]);
    expect((await path('nurture')).at(-1)).toBe('end: has had everything that we have to say');
  });

  test('hears nothing while we are talking with them, and then goes on where it stopped', async () => {
    await world.turn('P9D');
    await did('Email Replied');
    await world.turn('P12D');
    expect(await told()).toEqual([3, 16]);
  });

  test('hears nothing beside the mails of a cart', async () => {
    await world.turn('P9D');
    await did('Product Added', landingPage);
    await world.turn('P9D');
    expect(await told()).toEqual([3, 14]);
    expect((await messages('abandoned-cart')).map(([step]) => step)).toEqual(['remind', 'reassure', 'offer']);
  });

  test('a booking ends it as the goal, and the next time it goes on with what they have not had', async () => {
    await world.turn('P4D');
    await did('Meeting Booked');
    expect(await path('nurture')).toEqual(['in-nurture', 'first-you', 'advice', 'goal: Booked a conversation']);
    await world.turn('P7D');
    expect(await told()).toEqual([3]);
    await did('Meeting Held');
    await world.turn('P4D');
    expect(await subjects()).toEqual(['Five questions to ask before you choose anybody', 'From the first call to the last day: one story']);
  });

  test.each(['Agreement Signed', 'Order Completed', 'Deal Lost', 'Unsubscribed'])('%s ends it', async (event) => {
    await world.turn('P4D');
    await did(event);
    expect((await path('nurture')).at(-1)).toMatch(/^exit: /);
  });

  test('stands still once they have gone silent: then re-engagement asks', async () => {
    await world.turn('P40D');
    expect(await told()).toEqual([3, 10, 17, 24]);
    expect((await path('re-engagement'))[0]).toBe('gone-quiet');
  });
});
