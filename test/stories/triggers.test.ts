import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dialects } from '../databases.ts';
import { openWorld, type SegmentCall, type World } from '../world.ts';

/** What begins a journey, what is waited for, and what becomes of messages: what docs/journeys.md says, held to it. */

const yes = { consent: { categoryPreferences: { marketing: true } } };
const hour = 3_600_000;
const step = (key: string, kind: string, more: object = {}) => ({ key, kind, ...more });
const entry = (on: object, next = 'stand', more: object = {}) => step('start', 'entry', { on, next, ...more });
const stand = step('stand', 'wait', { for: 'P20D', next: null });
const journey = (steps: object[], more: object = {}) => ({
  name: 'A journey',
  intent: 'Show how it goes',
  architecture: 'adaptive',
  reentry: 'after-exit',
  steps,
  ...more,
});
const exit = (key: string) => step(key, 'exit', { reason: key });

describe.each(dialects)('on %s', (database) => {
  let world: World;
  let people = 0;
  let user = '';

  beforeAll(async () => {
    world = await openWorld({ database });
    await world.publish([
      ...['weekly', 'ready', 'busy'].map((key) => ({ kind: 'field' as const, key, body: { name: key, path: key, type: 'boolean' } })),
      ...['renewsOn', 'born', 'visit'].map((key) => ({
        kind: 'field' as const,
        key: key.toLowerCase(),
        body: { name: key, path: key, type: 'date' },
      })),
      { kind: 'field', key: 'city', body: { name: 'City', path: 'city', type: 'text' } },
      { kind: 'topic', key: 'news', body: { name: 'News', purpose: 'marketing' } },
      { kind: 'cap-policy', key: 'main', body: { name: 'None', caps: [] } },
      ...['plain', 'gold', 'low', 'high', 'first', 'second'].map((key) => ({
        kind: 'template' as const,
        key,
        body: {
          channel: 'email',
          name: key,
          subject: key,
          blocks: [{ block: 'text', text: '[Look](https://linden.example/look?a=1#top)' }],
        },
      })),
      { kind: 'template', key: 'hook', body: { channel: 'webhook', name: 'Hook', url: 'https://credit.example/check', body: '{}' } },
    ]);
  });
  beforeEach(async () => {
    user = `p${++people}`;
    await world.turn('PT1H');
    await knows({ email: `${user}@example.com` });
  });

  const knows = (traits: object, more: object = {}) =>
    world.send([{ type: 'identify', userId: user, traits, context: yes, ...more } as SegmentCall]);
  /** A minute after what was before it: runs are counted from the first. */
  const did = async (event: string, properties: object = {}): Promise<void> => {
    await world.turn('PT1M');
    await world.send([{ type: 'track', userId: user, event, properties } as SegmentCall]);
  };
  const me = () => world.personBy('user', user);
  const path = async (key: string, nth = 0): Promise<string[]> => world.path((await me()).id, key, nth);
  const subjects = async (): Promise<unknown[]> => (await world.mailsTo(`${user}@example.com`)).map(({ mail }) => mail.subject);
  const define = (key: string, steps: object[], more: object = {}) => world.define('journey', key, journey(steps, more));

  describe('a journey begins', () => {
    test('when somebody comes into a segment, and when they leave it by time alone', async () => {
      await world.publish([
        { kind: 'segment', key: 'lookers', body: { name: 'Lookers', rule: { event: { name: 'Looked', within: 'P2D' } } } },
        { kind: 'journey', key: 'came', body: journey([entry({ segment: 'lookers' }), stand]) },
        { kind: 'journey', key: 'went', body: journey([entry({ segment: 'lookers', change: 'left' }), stand]) },
      ]);
      await did('Looked');
      const at = world.now;
      expect(await path('came')).toEqual(['start', 'stand']);
      expect(await path('went')).toEqual([]);
      await world.turn('P2D');
      expect(await path('went')).toEqual(['start', 'stand']);
      const run = (await me()).runs.find((each) => each.journey === 'went')!;
      expect(Date.parse(run.enteredAt) - at, 'to the millisecond').toBe(48 * hour);
    });

    test('for those whom a changed segment takes in, when it is brought to everybody', async () => {
      await world.publish([
        { kind: 'segment', key: 'fans', body: { name: 'Fans', rule: { event: { name: 'Cheered', atLeast: 3 } } } },
        { kind: 'journey', key: 'fan', body: journey([entry({ segment: 'fans' }), stand]) },
      ]);
      await did('Cheered');
      await did('Cheered');
      expect(await path('fan')).toEqual([]);
      await world.define('segment', 'fans', { name: 'Fans', rule: { event: { name: 'Cheered', atLeast: 2 } } });
      await world.settle();
      expect(await path('fan')).toEqual(['start', 'stand']);
    });

    test('when a score rises to a threshold, and when it falls below it as it fades', async () => {
      await world.publish([
        {
          kind: 'score',
          key: 'heat',
          body: {
            name: 'Heat',
            signals: [{ because: 'warmed up', points: 10, on: { event: 'Warmed' }, expires: 'P1D' }],
            thresholds: [{ key: 'hot', name: 'Hot', at: 20 }],
          },
        },
        { kind: 'journey', key: 'hot', body: journey([entry({ score: 'heat', threshold: 'hot' }), stand]) },
        { kind: 'journey', key: 'cold', body: journey([entry({ score: 'heat', threshold: 'hot', change: 'fallen' }), stand]) },
      ]);
      await did('Warmed');
      expect(await path('hot')).toEqual([]);
      await did('Warmed');
      expect(await path('hot')).toEqual(['start', 'stand']);
      await world.turn('P1D');
      expect(await path('cold')).toEqual(['start', 'stand']);
    });

    test('when somebody comes into a stage, by whichever way', async () => {
      await define('staged', [entry({ stage: 'routing' }), stand]);
      await world.must('POST', `/api/people/${(await me()).id}/stage`, { to: 'routing', reason: 'a story' });
      expect(await path('staged')).toEqual(['start', 'stand']);
    });

    test('so many days before a date of theirs, at a time on their own clock', async () => {
      await define('renewal', [entry({ date: 'renewsOn', days: -7, at: '09:00' }), stand]);
      const day = new Date(world.now + 10 * 24 * hour).toISOString().slice(0, 10);
      await knows({ renewsOn: day, timezone: 'America/New_York' });
      await world.turnTo(`${new Date(world.now + 3 * 24 * hour).toISOString().slice(0, 10)}T12:59:59.999Z`);
      expect(await path('renewal'), 'the day has begun there, the hour has not').toEqual(['start']);
      await world.turn('PT1S');
      expect(await path('renewal')).toEqual(['start', 'stand']);
    });

    test('every year on a day', async () => {
      await define('birthday', [entry({ date: 'born', yearly: true, at: '08:00' }, 'bye'), exit('bye')]);
      const inTwoDays = new Date(world.now + 2 * 24 * hour).toISOString().slice(5, 10);
      await knows({ born: `1987-${inTwoDays}` });
      await world.turn('P4D');
      expect(await path('birthday')).toEqual(['start', 'bye', 'end: bye']);
      world.leap(363 * 24 * hour);
      await world.turn('P2D');
      expect(await path('birthday', 1)).toEqual(['start', 'bye', 'end: bye']);
      expect(await path('birthday', 2)).toEqual([]);
    });

    test('on a schedule, for everybody for whom its rule holds then; of days that were slept through only the last is made up for', async () => {
      await knows({ weekly: true });
      await define('weekly', [
        entry({ every: 'day', at: '09:30' }, 'bye', { when: { trait: { path: 'weekly', op: 'equals', value: true } } }),
        exit('bye'),
      ]);
      await world.turn('P1D');
      expect(await path('weekly')).toEqual(['start', 'bye', 'end: bye']);
      expect(await path('weekly', 1)).toEqual([]);
      const run = (await me()).runs.find((each) => each.journey === 'weekly')!;
      expect(new Date(run.enteredAt).toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin' })).toBe('09:30:00');
      world.leap(3 * 24 * hour);
      await world.settle();
      expect(await path('weekly', 1)).not.toEqual([]);
      expect(await path('weekly', 2)).toEqual([]);
      await knows({ weekly: false });
      await world.turn('P2D');
      expect(await path('weekly', 2)).toEqual([]);
    });

    test('by a call, when the journey is open to it and the person may enter', async () => {
      await define('called', [entry({ by: 'api' }, 'stand', { when: { trait: { path: 'plan', op: 'exists' } } }), stand]);
      const call = () => world.must('POST', '/api/journeys/called/enter', { emails: [`${user}@example.com`, 'nobody@example.com'] });
      expect(await call()).toEqual({ sent: 1, unknown: ['nobody@example.com'] });
      expect(await path('called')).toEqual([]);
      expect((await world.why((await me()).id, 'journey:called')).answer).toBe('Not entered, because this did not hold: plan is known.');
      await knows({ plan: 'team' });
      await call();
      expect(await path('called')).toEqual(['start', 'stand']);
      expect(await world.api('POST', '/api/journeys/welcome/enter', { people: [(await me()).id] })).toMatchObject({
        status: 409,
        body: { code: 'journey-closed' },
      });
    });

    test('by any of several entries; a second run begins only where the journey lets it', async () => {
      const two = [entry({ event: 'Left door' }), step('side', 'entry', { on: { event: 'Right door' }, next: 'stand' }), stand];
      await define('doors', two);
      await define('often', two, { reentry: 'any-time' });
      await did('Right door');
      await did('Left door');
      expect(await path('doors')).toEqual(['side', 'stand']);
      expect(await path('doors', 1)).toEqual([]);
      expect(await path('often')).toEqual(['side', 'stand']);
      expect(await path('often', 1)).toEqual(['start', 'stand']);
    });
  });

  describe('a wait ends', () => {
    test('as soon as its rule holds, by what the person is or by time alone', async () => {
      await define('ready', [
        entry({ event: 'Ready?' }, 'wait'),
        step('wait', 'wait', {
          untilRule: {
            any: [{ trait: { path: 'ready', op: 'equals', value: true } }, { not: { event: { name: 'Ready?', within: 'PT5H' } } }],
          },
          timeout: 'P1D',
          next: 'yes',
          onTimeout: 'no',
        }),
        exit('yes'),
        exit('no'),
      ]);
      await did('Ready?');
      expect(await path('ready')).toEqual(['start', 'wait']);
      await knows({ ready: true });
      expect(await path('ready')).toEqual(['start', 'wait', 'yes', 'end: yes']);

      user = `p${++people}`;
      await knows({ email: `${user}@example.com` });
      await did('Ready?');
      const at = world.now;
      await world.turnTo(at + 5 * hour - 1);
      expect(await path('ready')).toEqual(['start', 'wait']);
      await world.turnTo(at + 5 * hour);
      expect(await path('ready')).toEqual(['start', 'wait', 'yes', 'end: yes']);
    });

    test('on a date of theirs, also when it moves; and what happens without one is said', async () => {
      await define('date', [
        entry({ event: 'Booked' }, 'wait'),
        step('wait', 'wait', { untilDate: { trait: 'visit', days: -1, at: '18:00' }, next: 'soon', onMissing: 'none' }),
        exit('soon'),
        exit('none'),
      ]);
      await did('Booked');
      expect(await path('date')).toEqual(['start', 'wait', 'none', 'end: none']);
      const day = (ahead: number): string => new Date(world.now + ahead * 24 * hour).toISOString().slice(0, 10);
      await knows({ visit: day(5) });
      await did('Booked');
      await knows({ visit: day(3) });
      const at = `${day(2)}T18:00:00`;
      const due = Date.parse(`${at}Z`) - berlin(Date.parse(`${at}Z`));
      await world.turnTo(due - 1);
      expect(await path('date', 1)).toEqual(['start', 'wait']);
      await world.turnTo(due);
      expect(await path('date', 1)).toEqual(['start', 'wait', 'soon', 'end: soon']);
    });

    test('on the next weekday and hour of their own clock, over the change of clocks', async () => {
      await define('monday', [
        entry({ event: 'Said' }, 'wait'),
        step('wait', 'wait', { untilTime: { at: '09:00', weekdays: [1] }, next: null }),
      ]);
      await world.turnTo('2027-03-26T12:00:00.000Z');
      await knows({ email: `${user}@example.com` });
      await did('Said');
      // The night to Sunday, 28 March 2027, is an hour short in Berlin.
      await world.turnTo('2027-03-29T06:59:59.999Z');
      expect(await path('monday')).toEqual(['start', 'wait']);
      await world.turnTo('2027-03-29T07:00:00.000Z');
      expect(await path('monday')).toEqual(['start', 'wait', 'end: reached the end']);
    });
  });

  describe('a message', () => {
    test('is the one that fits the person, and its links are marked', async () => {
      await define('fits', [
        entry({ event: 'Fits' }, 'mail'),
        step('mail', 'send', {
          template: 'plain',
          variants: [{ label: 'gold', when: { trait: { path: 'plan', op: 'equals', value: 'gold' } }, template: 'gold' }],
          topic: 'news',
          next: null,
        }),
      ]);
      await did('Fits');
      await knows({ plan: 'gold' });
      await did('Fits');
      expect(await subjects()).toEqual(['plain', 'gold']);
      const [mail] = await world.mailsTo(`${user}@example.com`);
      const followed = await world.click(mail!.links[0]!);
      expect(followed.headers.location).toBe(
        'https://linden.example/look?a=1&utm_source=throughline&utm_medium=email&utm_campaign=fits#top',
      );
    });

    test('is not sent without the data that it needs', async () => {
      await define('needs', [
        entry({ event: 'Needs' }, 'mail'),
        step('mail', 'send', { template: 'plain', topic: 'news', needs: ['city'], onMissing: 'ask', next: 'sent' }),
        exit('sent'),
        exit('ask'),
      ]);
      await did('Needs');
      expect(await path('needs')).toEqual(['start', 'mail', 'ask', 'end: ask']);
      await knows({ city: 'Jena' });
      await did('Needs');
      expect(await path('needs', 1)).toEqual(['start', 'mail', 'sent', 'end: sent']);
      expect(await subjects()).toEqual(['plain']);
    });

    test('that may not go out now waits, is dropped, or leaves its place to the best of those that wait', async () => {
      const one = (key: string, template: string, ifHeld: string, priority: number) =>
        define(
          key,
          [entry({ event: 'Night' }, 'mail'), step('mail', 'send', { template, topic: 'news', ifHeld, expires: 'P2D', next: null })],
          { priority },
        );
      await world.define('cap-policy', 'main', { name: 'Night', caps: [], quietHours: { from: '00:00', to: '23:59' } });
      await one('keeps', 'plain', 'wait', 10);
      await one('drops', 'gold', 'drop', 99);
      await one('lesser', 'low', 'best', 20);
      await one('better', 'high', 'best', 80);
      await did('Night');
      expect(await subjects()).toEqual([]);
      await world.define('cap-policy', 'main', { name: 'None', caps: [] });
      await world.turn('P1D');
      expect((await subjects()).sort()).toEqual(['high', 'plain']);
      const messages = await world.messages((await me()).id);
      expect(messages.map(({ template, status, reason }) => [template, status, reason]).sort()).toEqual([
        ['gold', 'skipped', 'quiet-hours'],
        ['high', 'sent', null],
        ['low', 'skipped', 'replaced'],
        ['plain', 'sent', null],
      ]);
      for (const key of ['keeps', 'drops', 'lesser', 'better']) await define(key, [entry({ by: 'api' }), stand]);
    });

    test('of a stream comes once to a person, in whatever journey and however often they come by', async () => {
      const stream = (key: string) =>
        define(key, [
          entry({ event: key }, 'lessons'),
          step('lessons', 'nurture', {
            stream: 'lessons',
            contents: [{ template: 'first' }, { template: 'second', when: { trait: { path: 'plan', op: 'exists' } } }],
            topic: 'news',
            every: 'P1D',
            pause: { trait: { path: 'busy', op: 'equals', value: true } },
            next: 'over',
          }),
          exit('over'),
        ]);
      await stream('school');
      await stream('college');
      await did('school');
      await world.turn('P1D');
      expect(await path('school'), 'nothing fits of what is left').toEqual(['start', 'lessons', 'over', 'end: over']);
      await knows({ plan: 'team', busy: true });
      await did('college');
      await world.turn('P2D');
      expect(await path('college')).toEqual(['start', 'lessons']);
      await knows({ busy: false });
      await world.turn('P2D');
      expect(await path('college')).toEqual(['start', 'lessons', 'over', 'end: over']);
      expect(await subjects()).toEqual(['first', 'second']);
    });
  });

  test('what another system answered is read by a later branch', async () => {
    await define('credit', [
      entry({ event: 'Asked for credit' }, 'call'),
      step('call', 'webhook', { template: 'hook', topic: 'account', next: 'which', onFailure: 'failed' }),
      step('which', 'branch', {
        paths: [
          {
            label: 'good',
            when: {
              measure: { name: 'Webhook Answered', take: 'last', property: 'credit.rating', op: 'equals', value: 'A', since: 'journey' },
            },
            next: 'good',
          },
        ],
        otherwise: 'other',
      }),
      exit('good'),
      exit('other'),
      exit('failed'),
    ]);
    world.answerHooks(() => ({ result: 'sent', providerId: null, answer: '200', body: '{"credit": {"rating": "A"}}' }));
    await did('Asked for credit');
    expect(await path('credit')).toEqual(['start', 'call', 'which', 'good', 'end: good']);
    const forged = await world.accept([
      { type: 'track', userId: user, event: 'Webhook Answered', properties: { credit: { rating: 'A' } } } as SegmentCall,
    ]);
    expect(JSON.stringify(forged.body)).toContain('is written by Throughline itself');
    world.answerHooks(() => ({ result: 'sent', providerId: null, answer: '200', body: 'no JSON' }));
    await did('Asked for credit');
    expect(await path('credit', 1)).toEqual(['start', 'call', 'which', 'other', 'end: other']);
    world.answerHooks(() => ({ result: 'refused', permanent: true, about: 'policy', answer: '403' }));
    await did('Asked for credit');
    expect(await path('credit', 2)).toEqual(['start', 'call', 'failed', 'end: failed']);
  });

  test('while a human has taken over nothing automatic happens; what fell due meanwhile goes on when they release', async () => {
    await define('calm', [
      entry({ event: 'Calm' }, 'wait'),
      step('wait', 'wait', { for: 'P1D', next: 'mail' }),
      step('mail', 'send', { template: 'plain', topic: 'news', next: null }),
    ]);
    await define('again', [entry({ event: 'Again' }), stand]);
    await did('Calm');
    const { id } = await me();
    await world.must('POST', `/api/people/${id}/take-over`, { reason: 'a complaint' });
    await did('Again');
    expect(await path('again')).toEqual([]);
    expect((await world.why(id, 'journey:again')).answer).toMatch(/^Not entered: .* has taken over \(a complaint\)\.$/);
    await world.turn('P3D');
    expect(await path('calm')).toEqual(['start', 'wait']);
    await world.must('POST', `/api/people/${id}/release`);
    expect(await path('calm')).toEqual(['start', 'wait', 'mail', 'end: reached the end']);
    expect(await subjects()).toEqual(['plain']);
  });

  test('a goal that comes after its window ends the run all the same, and does not count', async () => {
    await define('window', [entry({ event: 'Began' }), stand], { goal: { on: { event: 'Bought' }, name: 'Bought', within: 'P1D' } });
    await did('Began');
    await did('Bought');
    expect(await path('window')).toEqual(['start', 'stand', 'goal: Bought']);
    await did('Began');
    await world.turn('P2D');
    await did('Bought');
    expect(await path('window', 1)).toEqual(['start', 'stand', 'exit: Bought, too late to count as the goal']);
  });
});

/** [ms] How far clocks in Berlin are ahead of UTC, when their own reading is taken for UTC. */
const berlin = (reading: number): number => {
  const at = new Date(reading).toLocaleString('sv', { timeZone: 'Europe/Berlin' });
  return Date.parse(`${at.replace(' ', 'T')}Z`) - reading;
};
