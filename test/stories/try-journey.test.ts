import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Trace, Tried } from '#contract/trial.ts';
import { dialects } from '../databases.ts';
import { openWorld, type SegmentCall, type World } from '../world.ts';

/** A journey is tried with one person: what is shown is what happens afterwards, and trying it changes nothing. */

const yes = { consent: { categoryPreferences: { marketing: true } } };

const mail = (key: string, text = 'Hello {{ person.firstName }}.') => ({
  kind: 'template' as const,
  key,
  body: { channel: 'email', name: key, subject: `About ${key}, {{ person.firstName }}`, blocks: [{ block: 'text', text }] },
});

/** Waits for somebody's act, for a rule, a colleague's word and an answer, and writes by day and by night. */
const winding = {
  name: 'Winding',
  intent: 'To be gone through in every way',
  architecture: 'adaptive',
  goal: { on: { event: 'Order Completed' }, name: 'Order' },
  exits: [{ on: { event: 'Meeting Booked' }, reason: 'booked' }],
  reentry: { after: 'P3D' },
  maxTime: 'P60D',
  steps: [
    {
      key: 'start',
      kind: 'entry',
      on: { event: 'Guide Asked', where: [{ property: 'guide', op: 'equals', value: 'gardens' }] },
      when: { consent: { purpose: 'marketing' } },
      next: 'mark',
    },
    { key: 'mark', kind: 'set-trait', path: 'city', value: 'gardens', next: 'by-interest' },
    {
      key: 'by-interest',
      kind: 'branch',
      paths: [{ label: 'gardeners', when: { trait: { path: 'city', op: 'equals', value: 'gardens' } }, next: 'forget' }],
      otherwise: 'bye',
    },
    { key: 'forget', kind: 'set-trait', path: 'city', value: null, next: 'guide' },
    { key: 'guide', kind: 'send', template: 'guide', topic: 'news', next: 'reads' },
    { key: 'reads', kind: 'wait', until: { event: 'Page Viewed' }, timeout: 'PT11H', next: 'ask', onTimeout: 'again' },
    { key: 'again', kind: 'send', template: 'again', topic: 'news', needs: ['firstName'], onMissing: 'ask', next: 'ask' },
    { key: 'ask', kind: 'approve', question: 'Call them?', timeout: 'P1D', onRefused: 'bye', onTimeout: 'plan', next: 'call' },
    {
      key: 'plan',
      kind: 'wait',
      untilRule: { trait: { path: 'plan', op: 'equals', value: 'pro' } },
      timeout: 'P4D',
      next: 'call',
      onTimeout: 'bye',
    },
    { key: 'call', kind: 'webhook', template: 'hook', topic: 'account', timeout: 'PT2H', onFailure: 'bye', next: 'rated' },
    {
      key: 'rated',
      kind: 'branch',
      paths: [
        {
          label: 'good',
          when: { event: { name: 'Webhook Answered', since: 'journey', where: [{ property: 'credit', op: 'equals', value: 'good' }] } },
          next: 'lessons',
        },
      ],
      otherwise: 'bye',
    },
    {
      key: 'lessons',
      kind: 'nurture',
      stream: 'lessons',
      contents: [{ template: 'one' }, { template: 'two' }],
      topic: 'news',
      every: 'P2D',
      next: 'hand',
    },
    { key: 'hand', kind: 'hand-over', title: 'Look at this', next: 'bye' },
    { key: 'bye', kind: 'exit', reason: 'gone through' },
  ],
};

describe.each(dialects)('on %s', (database) => {
  let world: World;
  let people = 0;
  let user = '';
  let person = '';

  beforeAll(async () => {
    world = await openWorld({ database, blueprint: 'every journey' });
    world.answerHooks(() => ({ result: 'later', retryAt: null, answer: '503' }));
    await world.publish([
      { kind: 'topic', key: 'news', body: { name: 'News', purpose: 'marketing' } },
      ...['guide', 'again', 'one', 'two'].map((key) => mail(key)),
      { kind: 'template', key: 'hook', body: { channel: 'webhook', name: 'Hook', url: 'https://hook.example.com/', body: '{}' } },
      { kind: 'journey', key: 'winding', body: winding },
    ]);
  });
  beforeEach(async () => {
    user = `somebody-${++people}`;
    await world.send([{ type: 'identify', userId: user, traits: { email: `${user}@example.com`, firstName: 'Ana' }, context: yes }]);
    person = (await world.personBy('user', user)).id;
  });

  const tryIt = (journey: string, asked: object): Promise<Tried> => world.must('POST', `/api/journeys/${journey}/try`, asked);
  const did = (event: string, properties: object = {}): Promise<unknown> =>
    world.send([{ type: 'track', userId: user, event, properties } as SegmentCall]);
  /** Each step that is left, and when. */
  const left = ({ moments }: Tried): string[] =>
    moments.filter((moment) => moment.left !== null).map((moment) => `${moment.left} ${moment.step} → ${moment.next}`);
  const leftInEarnest = async (journey: string): Promise<string[]> =>
    (await world.rows('select step, next, at from run_step where person_id = $1 and journey = $2 order by at, seq', [person, journey])).map(
      (row) => `${new Date(row.at).toISOString()} ${row.step} → ${row.next}`,
    );
  const said = (tried: Tried): string[] =>
    tried.moments
      .flatMap(({ messages }) => messages)
      .flatMap(({ template, status, at }) => (status === 'sent' ? [`${at} ${template}`] : []));
  const saidInEarnest = async (journey: string): Promise<string[]> =>
    (await world.messages(person)).flatMap((row) => (row.journey === journey && row.sentAt ? [`${row.sentAt} ${row.template}`] : []));

  test('what is shown is what happens: nobody does anything, a mail is held over night', async () => {
    await world.turnTo('2026-03-03T12:00:00.000Z');
    const tried = await tryIt('winding', { person });
    expect(tried.enters).toEqual({ may: true, answer: null, because: [] });
    expect(tried.end).toMatchObject({ how: 'end', says: 'The run ended: gone through.' });
    const again = tried.moments.find(({ step }) => step === 'again')!.messages[0]!;
    expect(again).toMatchObject({
      subject: 'About again, Ana',
      status: 'sent',
      holds: [{ says: expect.stringContaining('quiet hours, 21:00 to 08:00') }],
    });

    await did('Guide Asked', { guide: 'gardens' });
    await world.turn('P10D');
    expect(left(tried)).toEqual(await leftInEarnest('winding'));
    expect(said(tried)).toEqual(await saidInEarnest('winding'));
    expect(said(tried).map((each) => each.slice(25))).toEqual(['guide', 'again']);

    // The trace of what happened is the same way.
    const trace: Trace = await world.must('GET', `/api/journeys/winding/trace?person=${person}`);
    const way = ({ moments, end, zone }: Pick<Trace, 'moments' | 'end' | 'zone'>) => ({
      zone,
      end,
      moments: moments.map(({ step, visit, says, at, left: gone, next, because }) => ({ step, visit, says, at, gone, next, because })),
    });
    expect(way(trace)).toEqual(way(tried));
    expect(trace.moments.flatMap(({ step, messages }) => messages.map(({ subject, status }) => [step, subject, status]))).toEqual([
      ['guide', 'About guide, Ana', 'sent'],
      ['again', 'About again, Ana', 'sent'],
    ]);
  });

  test('the trace of somebody under way says where they stand and until when, and of which run', async () => {
    const unknown = await world.api('GET', `/api/journeys/winding/trace?person=${person}`);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'run-unknown' } });
    await did('Guide Asked', { guide: 'gardens' });
    const began = world.iso;
    const trace: Trace = await world.must('GET', `/api/journeys/winding/trace?person=${person}`);
    const until = new Date(world.now + 11 * 3_600_000).toISOString();
    expect(trace).toMatchObject({ version: 1, end: { how: 'stands', at: began, until }, runs: [{ run: trace.run, enteredAt: began }] });
    expect(trace.moments.at(-1)).toMatchObject({ step: 'reads', left: null, until });
    await did('Meeting Booked');
    expect(await world.must('GET', `/api/journeys/winding/trace?person=${person}&run=${trace.run}`)).toMatchObject({
      moments: trace.moments.map(({ step }) => ({ step })),
      end: { how: 'left', says: 'The run ended: the person left early (booked).' },
    });
  });

  test('what is supposed of her, of a colleague and of another system becomes a fact at its time', async () => {
    const at = (step: string, after: string, does: object) => ({ step, after, does });
    const assumptions = [
      at('reads', 'PT3H', { what: 'event', event: 'Page Viewed', properties: { path: '/' } }),
      at('ask', 'PT2H', { what: 'approval', yes: true }),
      at('call', 'PT5M', { what: 'answer', ok: true, body: { credit: 'good' } }),
      at('hand', 'P1D', { what: 'release' }),
    ];
    const tried = await tryIt('winding', { person, assumptions });
    expect(tried.moments.map(({ step }) => step)).toEqual([
      ...['start', 'mark', 'by-interest', 'forget', 'guide', 'reads', 'ask', 'call', 'rated', 'lessons', 'hand', 'bye'],
    ]);
    const of = (step: string) => tried.moments.find((moment) => moment.step === step)!;
    expect(of('reads')).toMatchObject({
      because: 'Page Viewed happened',
      supposed: [{ index: 0, says: 'Supposing that Page Viewed happens after 3 hours' }],
    });
    expect(of('rated').rules).toMatchObject([{ label: 'good', held: true }]);
    // What the branch saw, although the trait is gone by the next step.
    expect(of('by-interest').rules).toMatchObject([
      { label: 'gardeners', held: true, parts: [{ held: true, saw: [{ what: 'city is gardens' }] }] },
    ]);

    world.answerHooks(() => ({ result: 'sent', providerId: null, answer: '200', body: '{"credit": "good"}' }));
    await did('Guide Asked', { guide: 'gardens' });
    await world.turn('PT3H');
    await did('Page Viewed', { path: '/' });
    await world.turn('PT2H');
    // The answer comes as late as was supposed.
    world.answerHooks(() => ({ result: 'later', retryAt: world.now + 300_000, answer: '503' }));
    const task = (await world.personBy('user', user)).tasks.find((each) => each.asks === 'approval')!;
    await world.must('POST', `/api/tasks/${task.id}/decision`, { yes: true });
    world.answerHooks(() => ({ result: 'sent', providerId: null, answer: '200', body: '{"credit": "good"}' }));
    await world.turn('PT5M');
    await world.turn('P4D');
    await world.turn('P1D');
    await world.must('POST', `/api/people/${person}/release`);
    world.answerHooks(() => ({ result: 'later', retryAt: null, answer: '503' }));
    expect(left(tried)).toEqual(await leftInEarnest('winding'));
    // The call itself takes the five minutes that the answer was supposed to.
    const mails = (all: string[]): string[] => all.filter((each) => !each.endsWith('hook'));
    expect(mails(said(tried))).toEqual(mails(await saidInEarnest('winding')));
  });

  test.each([
    ['welcome', 'Signed Up'],
    ['onboarding', 'Order Completed'],
    ['abandoned-cart', 'Product Added'],
  ])('the starter %s goes as it was shown', async (journey, event) => {
    const tried = await tryIt(journey, { person });
    await did(event);
    await world.turn('P60D');
    expect(left(tried)).toEqual(await leftInEarnest(journey));
    expect(said(tried)).toEqual(await saidInEarnest(journey));
    expect(tried.end.how).not.toBe('stands');
  });

  test('who is not in the segment by which one comes in is shown the way as if they were', async () => {
    const tried = await tryIt('re-engagement', { person });
    expect(tried.enters.answer).toBe('They are not in the segment Gone quiet. What is shown supposes that they come into it.');
    expect(said(tried).length).toBeGreaterThan(1);
    const mails = await tryIt('re-engagement', {
      invented: { email: 'bo@example.com', consent: true, segments: ['gone-quiet', 'customers'] },
    });
    expect(mails.enters.may).toBe(true);
    expect(said(mails)[0]).toContain('re-engagement-customer');
  });

  test('nothing is written and nothing leaves', async () => {
    const before = await world.everything();
    const mails = world.mails.length;
    let called = 0;
    world.answerHooks(() => {
      called++;
      return { result: 'sent', providerId: null, answer: '200' };
    });
    const assumptions = [
      { step: 'ask', after: 'PT1H', does: { what: 'approval', yes: true } },
      { step: 'call', after: 'PT1H', does: { what: 'answer', ok: true, body: { credit: 'good' } } },
    ];
    for (const whom of [{ person }, { invented: { email: 'nobody@example.com', consent: true, segments: ['let-rest'] } }]) {
      const tried = await tryIt('winding', { ...whom, assumptions });
      expect(tried.moments.flatMap(({ messages }) => messages).length, 'there was something to send').toBeGreaterThan(2);
      expect(tried.end.how).toBe('stands');
    }
    world.answerHooks(() => ({ result: 'later', retryAt: null, answer: '503' }));
    expect([world.mails.length, called]).toEqual([mails, 0]);
    expect(await world.everything()).toEqual(before);
  });

  test('the draft is tried with the drafts of its mails; one with mistakes is refused, and a version can be tried in its place', async () => {
    const body = { ...winding, steps: winding.steps.map((step) => (step.key === 'guide' ? { ...step, template: 'unwritten' } : step)) };
    await world.must('PUT', '/api/definitions/journey/winding', { body });
    const refused = await world.api('POST', '/api/journeys/winding/try', { person });
    expect(refused).toMatchObject({ status: 422, body: { code: 'definition-invalid' } });
    await world.must('PUT', '/api/definitions/template/unwritten', { body: mail('unwritten', 'Of {{ person.garden }}.').body });
    const subjects = (tried: Tried) =>
      tried.moments.find(({ step }) => step === 'guide')!.messages.map(({ template, unknown }) => ({ template, unknown }));
    expect(subjects(await tryIt('winding', { person }))).toEqual([{ template: 'unwritten', unknown: ['garden'] }]);
    expect(subjects(await tryIt('winding', { person, version: 1 }))).toEqual([{ template: 'guide', unknown: [] }]);
    expect(subjects(await tryIt('winding', { person, body: winding }))).toEqual([{ template: 'guide', unknown: [] }]);
    await world.must('DELETE', '/api/definitions/journey/winding/draft');
  });

  test('who could not enter is told why, and sees the way all the same', async () => {
    await world.must('POST', `/api/people/${person}/consents`, { purpose: 'marketing', channel: '*', state: 'withdrawn' });
    const without = await tryIt('winding', { person });
    expect(without.enters).toEqual({
      may: false,
      answer: 'Not entered, because this did not hold: has consent to marketing.',
      because: [{ rule: 'has consent to marketing', held: false }],
    });
    expect(without.moments[0]!.rules).toMatchObject([{ label: 'May enter when', held: false }]);
    const [guide] = without.moments.find(({ step }) => step === 'guide')!.messages;
    expect(guide).toMatchObject({ status: 'skipped', reason: 'suppressed', at: null });

    user = `somebody-${++people}`;
    await world.send([{ type: 'identify', userId: user, traits: { email: `${user}@example.com` }, context: yes }]);
    person = (await world.personBy('user', user)).id;
    await did('Guide Asked', { guide: 'gardens' });
    expect((await tryIt('winding', { person })).enters.answer).toBe('Not entered again: a run is under way.');
    const other = await tryIt('winding', { person, properties: { guide: 'kitchens' } });
    expect(other.enters).toMatchObject({ may: false, answer: expect.stringContaining('this is not what it listens for') });
    // Without a first name she takes the way of whoever lacks what the mail needs.
    expect(other.moments.find(({ step }) => step === 'again')).toMatchObject({
      next: 'ask',
      because: 'not sent without firstName',
      messages: [],
    });
  });

  test('caps count what she has had, a stop holds, and an invented person goes by her own clock', async () => {
    await world.must('PUT', '/api/kill-switches/journey:winding', { stopped: true, reason: 'looking at it' });
    const held = await tryIt('winding', { invented: { email: 'nobody@example.com', traits: { firstName: 'Bo' }, consent: true } });
    expect(held.moments.flatMap(({ messages }) => messages.map(({ says }) => says))).toEqual([
      expect.stringMatching(/^Held: sending is stopped for the journey “Winding” by .+: looking at it\.$/),
      expect.stringMatching(/^Held: sending is stopped for the journey “Winding” by .+: looking at it\.$/),
    ]);
    await world.must('PUT', '/api/kill-switches/journey:winding', { stopped: false });

    const at = '2027-06-01T13:00:00.000Z';
    const guideAt = async (zone: string): Promise<unknown> =>
      (await tryIt('winding', { at, invented: { email: 'nobody@example.com', consent: true, zone } })).moments.find(
        ({ step }) => step === 'guide',
      )!.messages[0]!.at;
    // 22:00 in Tokyo, but the mail answers what she just did.
    expect(await guideAt('Asia/Tokyo')).toBe(at);
    const again = async (zone: string): Promise<unknown> =>
      (
        await tryIt('winding', { at, invented: { email: 'nobody@example.com', traits: { firstName: 'Bo' }, consent: true, zone } })
      ).moments.find(({ step }) => step === 'again')!.messages[0];
    expect(await again('Europe/Berlin'), 'at two in the night').toMatchObject({ at: '2027-06-02T06:00:00.000Z', status: 'sent' });
    expect(await again('Asia/Tokyo'), 'at nine in the morning').toMatchObject({ at: '2027-06-02T00:00:00.000Z', holds: [] });

    for (let nth = 0; nth < 2; nth++) {
      await world.must('PUT', '/api/definitions/journey/once', {
        body: {
          name: 'Once',
          intent: 'x',
          reentry: 'any-time',
          steps: [
            { key: 'start', kind: 'entry', on: { event: 'Asked' }, next: 'write' },
            { key: 'write', kind: 'send', template: 'one', topic: 'news' },
          ],
        },
      });
      if (nth === 0) await world.must('POST', '/api/definitions/journey/once/publish', {});
      await did('Asked');
    }
    const full = (await tryIt('winding', { person })).moments.find(({ step }) => step === 'guide')!.messages[0]!;
    expect(full.holds[0]!.says).toContain('the cap of 2 in 1 day on email is reached');
  });
});
