import { beforeAll, describe, expect, test, vi } from 'vitest';
import { setStop } from '#operations/stop.ts';
import { deliverRound } from '#operations/work.ts';
import { claimBeforeStops } from '#store/kill-switches.ts';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** What stops by itself, and for one person: the breaker, the budget of what automation leads to by itself, and the stop of everything for somebody. */

const yes = { consent: { categoryPreferences: { marketing: true } } };

/** A journey that writes one mail when asked to. */
const writes = (event: string, more: object = {}, send: object = {}) => ({
  name: event,
  intent: 'Write when asked',
  reentry: 'any-time',
  steps: [
    { key: 'asked', kind: 'entry', on: { event }, next: 'write' },
    { key: 'write', kind: 'send', template: 'note', topic: 'newsletter', expires: 'P3D', next: null, ...send },
  ],
  ...more,
});

const note = {
  kind: 'template' as const,
  key: 'note',
  body: { channel: 'email', name: 'Note', subject: 'A note', blocks: [{ block: 'text', text: 'Hello.' }] },
};
const noCaps = { kind: 'cap-policy' as const, key: 'main', body: { name: 'Policy', caps: [], quietHours: null } };

interface Stop {
  scope: string;
  by: string;
  reason: string;
}

describe.each(dialects)('on %s', (database) => {
  describe('the breaker', () => {
    let world: World;
    let named = 0;
    const stops = async (): Promise<Stop[]> => (await world.must('GET', '/api/kill-switches')).items;
    const attention = async (): Promise<string[]> =>
      (await world.must('GET', '/api/home')).attention.map((line: { sentence: string }) => line.sentence);
    /** So many people ask for a mail; answers their messages. */
    const ask = async (event: string, people: number) => {
      const users = Array.from({ length: people }, () => `b${++named}`);
      await world.send(
        users.flatMap((userId) => [
          { type: 'identify', userId, traits: { email: `${userId}@example.com` }, context: yes },
          { type: 'track', userId, event },
        ]),
      );
      const rows = await world.rows(
        'select m.message_id, p.user_id from message m join person p using (lane, person_id) where p.user_id = any($1::text[])',
        [users] as never,
      );
      return rows.map((row) => ({ message: row.message_id as string, user: row.user_id as string }));
    };
    const complain = (asked: { message: string; user: string }[]) =>
      world.sendTrusted(
        asked.map(({ message, user }) => ({
          type: 'track',
          userId: user,
          event: 'Email Complained',
          properties: { messageId: message },
        })),
      );

    beforeAll(async () => {
      world = await openWorld({ database });
      await world.publish([
        noCaps,
        note,
        { kind: 'journey', key: 'spring', body: writes('Spring Asked', { name: 'Spring offers' }) },
        { kind: 'journey', key: 'quiet', body: writes('Quiet Asked', { name: 'Quiet news' }) },
        { kind: 'journey', key: 'hooks', body: writes('Hook Asked', { name: 'Calls' }, { template: 'hook', topic: 'account' }) },
        {
          kind: 'template',
          key: 'hook',
          body: { channel: 'webhook', name: 'Hook', url: 'https://system.example/hook', body: '{"who": "{{ person.id }}"}' },
        },
      ]);
    });

    test('few messages stop nothing, however they end', async () => {
      const asked = await ask('Spring Asked', 20);
      await complain(asked.slice(0, 15));
      await world.turn('PT1M');
      expect(await stops()).toEqual([]);
    });

    test('whoever complained has taken back their consent', async () => {
      const person = await world.personBy('user', (await ask('Quiet Asked', 1))[0]!.user);
      const [mine] = await world.messages(person.id);
      await complain([
        { message: mine!.id, user: (await world.rows('select user_id from person where person_id = $1', [person.id]))[0]!.user_id },
      ]);
      expect((await world.must('GET', `/api/people/${person.id}`)).consents[0]).toMatchObject({ state: 'withdrawn', method: 'complaint' });
    });

    test('a spike of complaints stops the journey and names it; another goes on, and so does the channel', async () => {
      await world.turn('P2D');
      const fine = await ask('Quiet Asked', 60);
      const asked = await ask('Spring Asked', 60);
      expect(new Set([...fine, ...asked].map(({ message }) => message)).size).toBe(120);
      await complain(asked.slice(0, 6));
      await world.turn('PT5S');
      const reason = '“Spring offers”: 6 of 60 messages in 1 day were marked as spam (10 %); the limit is 0.3 %';
      expect(await stops()).toMatchObject([{ scope: 'journey:spring', by: 'breaker', reason }]);
      expect((await world.must('GET', '/api/audit?limit=1')).items).toMatchObject([
        { actor: 'breaker', what: `stopped sending for the journey “spring”: ${reason}` },
      ]);
      expect(await attention()).toContainEqual(expect.stringMatching(/^Stopped by itself since .*“Spring offers”: 6 of 60 messages/));

      const [held] = await ask('Spring Asked', 1);
      const message = await world.must('GET', `/api/messages/${held!.message}`);
      expect(message).toMatchObject({ status: 'held', reason: 'kill-switch' });
      expect(message.sentence).toContain(`sending is stopped for the journey “Spring offers” by the breaker: ${reason}.`);
      expect((await world.why(message.person.id, `message:${held!.message}`)).answer).toBe(message.sentence);
      const [sent] = await ask('Quiet Asked', 1);
      expect(await world.must('GET', `/api/messages/${sent!.message}`)).toMatchObject({ status: 'sent' });
    });

    test('let go on, it counts only what came since: it goes on until it goes wrong anew', async () => {
      expect(await stops()).toHaveLength(1);
      await world.must('PUT', '/api/kill-switches/journey:spring', { stopped: false });
      await world.turn('PT1M');
      expect(await stops(), 'what stopped it is not held against it again').toEqual([]);
      const asked = await ask('Spring Asked', 70);
      await world.turn('PT1M');
      expect(await stops()).toEqual([]);
      await complain(asked.slice(0, 5));
      await world.turn('PT5S');
      expect(await stops()).toMatchObject([{ scope: 'journey:spring', reason: expect.stringMatching(/5 of 7\d messages/) }]);
      await world.must('PUT', '/api/kill-switches/journey:spring', { stopped: false });
    });

    test('what a browser says of complaints stops nothing', async () => {
      await world.turn('P2D');
      const asked = await ask('Quiet Asked', 60);
      await world.send(
        asked
          .slice(0, 20)
          .map(({ message, user }) => ({ type: 'track', userId: user, event: 'Email Complained', properties: { messageId: message } })),
      );
      await world.turn('PT1M');
      expect(await stops()).toEqual([]);
    });

    test('calls that another system refuses stop the journey that makes them', async () => {
      await world.turn('P2D');
      world.answerHooks(() => ({ result: 'refused', permanent: true, about: 'policy', answer: '500 no' }));
      await ask('Hook Asked', 60);
      world.answerHooks(() => ({ result: 'sent', providerId: null, answer: '200' }));
      await world.turn('PT5S');
      expect(await stops()).toMatchObject([
        {
          scope: 'journey:hooks',
          by: 'breaker',
          reason: '“Calls”: 60 of 60 messages in 1 day could not be handed over, or got no answer (100 %); the limit is 20 %',
        },
      ]);
      await world.must('PUT', '/api/kill-switches/journey:hooks', { stopped: false });
    });

    test('messages of which nobody knows whether they arrived stop it too', async () => {
      await world.turn('P2D');
      world.answer(() => ({ result: 'uncertain', answer: 'connection lost after the body' }));
      await ask('Spring Asked', 60);
      world.answer(() => ({ result: 'sent', providerId: null, answer: '250 Ok' }));
      await world.turn('PT5S');
      expect(await stops()).toMatchObject([
        { scope: 'journey:spring', reason: expect.stringMatching(/^“Spring offers”: 60 of 60 messages .* or got no answer \(100 %\)/) },
      ]);
      await world.must('PUT', '/api/kill-switches/journey:spring', { stopped: false });
    });

    test('a broadcast to dead addresses pauses by itself', async () => {
      await world.turn('P2D');
      await world.publish([
        { kind: 'segment', key: 'all', body: { name: 'All', meaning: '', rule: { trait: { path: 'email', op: 'exists' } } } },
      ]);
      await world.settle();
      let mails = 0;
      world.answer(() =>
        ++mails % 2 === 0
          ? { result: 'refused', permanent: true, about: 'address', answer: '550 5.1.1 No such user' }
          : { result: 'sent', providerId: null, answer: '250 Ok' },
      );
      const { id } = await world.must('POST', '/api/broadcasts', {
        name: 'Spring letter',
        segments: ['all'],
        template: 'note',
        topic: 'newsletter',
        perMinute: 60,
      });
      await world.must('POST', `/api/broadcasts/${id}/start`);
      await world.turn('PT2M');
      world.answer(() => ({ result: 'sent', providerId: null, answer: '250 Ok' }));
      const broadcast = await world.must('GET', `/api/broadcasts/${id}`);
      expect(broadcast).toMatchObject({ state: 'paused', updatedBy: 'breaker' });
      expect(broadcast.reason).toMatch(/^“Spring letter”: \d+ of \d+ messages in 1 day went to addresses that do not exist/);
      expect(broadcast.figures.waiting + broadcast.figures.held, 'the others wait').toBeGreaterThan(0);
      expect(await stops(), 'the channel is not blamed').toEqual([]);
      expect(await attention()).toContainEqual(expect.stringMatching(/^A broadcast paused by itself\. “Spring letter”/));
      await world.must('POST', `/api/broadcasts/${id}/cancel`, { reason: 'a bad list' });
    });

    test('far more messages than a journey ever sent in an hour stop it', async () => {
      await world.turn('P2D');
      for (let days = 0; days < 4; days++) {
        await ask('Quiet Asked', 3);
        await world.turn('P1D');
      }
      await world.publish([{ kind: 'cap-policy', key: 'main', body: { ...noCaps.body, breaker: { volume: { times: 3, least: 300 } } } }]);
      await ask('Quiet Asked', 301);
      await world.turn('PT5S');
      // The hour of sixty is not forgotten for 14 days.
      expect(await stops()).toMatchObject([
        {
          scope: 'journey:quiet',
          reason: expect.stringMatching(
            /^“Quiet news”: 301 messages in an hour; its largest hour of the last 14 days had \d+, and the limit is 3 times as many/,
          ),
        },
      ]);
      await world.must('PUT', '/api/kill-switches/journey:quiet', { stopped: false });
      await ask('Quiet Asked', 301);
      await world.turn('PT1M');
      expect(await stops(), 'what a colleague let go on is usual now').toEqual([]);
    });

    test('a workspace may do without', async () => {
      await world.publish([{ kind: 'cap-policy', key: 'main', body: { ...noCaps.body, breaker: null } }]);
      await complain((await ask('Spring Asked', 60)).slice(0, 30));
      await world.turn('PT1M');
      expect(await stops()).toEqual([]);
    });
  });

  describe('automation that leads to itself', () => {
    let world: World;
    const worth = (more: object) => ({
      measure: { name: 'Points Added', take: 'sum', property: 'points', op: 'greater', value: 0, ...more },
    });
    const journey = (name: string, on: object, steps: { key: string }[], more: object = {}) => ({
      name,
      intent: 'Go round',
      reentry: 'any-time',
      steps: [
        { key: 'in', kind: 'entry', on, next: steps[0]!.key },
        ...steps.map((step, index) => ({ ...step, next: steps[index + 1]?.key ?? null })),
      ],
      ...more,
    });
    const points = (by: number) => ({ key: 'points', kind: 'add-points', score: 'engagement', points: by, because: 'round' });
    const wait = (length: string) => ({ key: 'rest', kind: 'wait', for: length });
    const publishOne = async (kind: string, key: string, body: object) => {
      await world.must('PUT', `/api/definitions/${kind}/${key}`, { body });
      return world.must('POST', `/api/definitions/${kind}/${key}/publish`, { reason: 'for a story' });
    };
    /** Two journeys and a segment, published one by one by anybody with an API key: what the segment sums up, nobody knows before. */
    const smuggle = async (rest: string) => {
      await publishOne('segment', 'ahead', { name: 'Ahead', meaning: '', rule: worth({}) });
      await publishOne('journey', 'fall', journey('Fall', { segment: 'ahead', change: 'entered' }, [wait(rest), points(-1)]));
      await publishOne('journey', 'rise', journey('Rise', { segment: 'ahead', change: 'left' }, [wait(rest), points(1)]));
      await publishOne('journey', 'kick', journey('Kick', { event: 'Kicked' }, [points(1)]));
    };
    const arrive = (userId: string) => world.send([{ type: 'identify', userId, traits: { email: `${userId}@example.com` }, context: yes }]);
    const kick = (userId: string) => world.send([{ type: 'track', userId, event: 'Kicked' }]);
    const entered = async (userId: string, key: string) =>
      (await world.personBy('user', userId)).runs.filter((run) => run.journey === key).length;
    const attention = async (): Promise<string[]> =>
      (await world.must('GET', '/api/home')).attention.map((line: { sentence: string }) => line.sentence);

    beforeAll(async () => {
      world = await openWorld({ database });
      await smuggle('PT1H');
    });

    test('two journeys and a segment that feed each other are stopped for the person by their budget, and say so', async () => {
      await arrive('ana');
      await kick('ana');
      await world.turn('PT2H');
      expect(await entered('ana', 'fall')).toBeGreaterThan(1);
      // What comes from outside beside it changes nothing: it is not what leads them round.
      for (let hours = 0; hours < 4; hours++) {
        await world.send([{ type: 'page', userId: 'ana', name: 'Home' }]);
        await world.turn('PT6H');
      }
      await world.turn('P2D');
      const ana = await world.personBy('user', 'ana');
      expect(ana.locked).toMatchObject({
        journeys: [
          { key: 'fall', name: 'Fall' },
          { key: 'rise', name: 'Rise' },
        ],
      });
      const rounds = await entered('ana', 'fall');
      expect(rounds).toBeLessThanOrEqual(13);
      expect(ana.runs.filter((run) => run.status === 'live')).toEqual([]);
      const says = '“Fall” and “Rise” led to each other again and again';
      const refused = await world.rows("select about, decided, answer from decision where person_id = $1 and decided = 'not entered'", [
        ana.id,
      ]);
      expect(refused).toHaveLength(1);
      expect(refused[0]!.answer).toBe(
        `Not entered: ${says}, although nothing came from outside. They do not act on this person any more until a colleague lets them.`,
      );
      expect((await world.why(ana.id, refused[0]!.about)).answer).toBe(refused[0]!.answer);
      expect(await attention()).toContain(`${says} for one person. They do not act on them any more.`);
      await world.turn('P30D');
      expect(await entered('ana', 'fall'), 'nothing goes on').toBe(rounds);
    });

    test('nothing leads into them then, from outside neither; a colleague lets them act again', async () => {
      const { id } = await world.personBy('user', 'ana');
      const before = await entered('ana', 'fall');
      const ahead = (await world.personBy('user', 'ana')).segments.some(({ key }) => key === 'ahead');
      await kick('ana');
      await kick('ana');
      expect(await entered('ana', 'fall')).toBe(before);
      expect(await entered('ana', 'kick'), 'others act').toBe(3);
      await world.must('POST', `/api/people/${id}/unlock`, { reason: 'the journeys were mended' });
      expect((await world.personBy('user', 'ana')).locked).toBeNull();
      expect((await attention()).join()).not.toContain('again and again');
      expect((await world.must('GET', '/api/audit?limit=1')).items[0].what).toContain('the journeys were mended');
      if (ahead) await world.sendTrusted([{ type: 'track', userId: 'ana', event: 'Points Added', properties: { points: -10 } }]);
      await world.turn('PT90M');
      expect(await entered('ana', ahead ? 'rise' : 'fall')).toBeGreaterThan(0);
    });

    test('when many people go round, the journeys are stopped for everybody', async () => {
      const own = world;
      world = await openWorld({ database });
      await smuggle('PT1M');
      const go = async (people: string[]) => {
        for (const userId of people) await arrive(userId);
        for (const userId of people) await kick(userId);
        await world.turn('PT40M');
      };
      const stops = async () => (await world.must('GET', '/api/kill-switches')).items;
      await go(Array.from({ length: 9 }, (_, n) => `c${n}`));
      expect(await stops(), 'nine in an hour').toEqual([]);
      await go(['dan']);
      expect(await stops()).toMatchObject([
        {
          scope: 'journey:fall',
          by: 'breaker',
          reason: '“Fall”: “Fall” and “Rise” led to each other again and again, with 10 people in an hour',
        },
        { scope: 'journey:rise', by: 'breaker' },
      ]);
      expect((await attention()).join()).toContain('led to each other again and again for 10 people');
      for (const { scope } of await stops()) await world.must('PUT', `/api/kill-switches/${scope}`, { stopped: false });
      await world.turn('PT1M');
      expect(await stops(), 'let go on, only what comes since counts').toEqual([]);
      world = own;
    });

    test('a circle through another system is one too', async () => {
      await publishOne('template', 'ring', {
        channel: 'webhook',
        name: 'Ring',
        url: 'https://system.example/ring',
        body: '{"who": "{{ person.id }}"}',
      });
      await publishOne(
        'journey',
        'ring',
        journey(
          'Ring',
          { event: 'Webhook Answered', where: [{ property: 'stop', op: 'missing' }] },
          [{ key: 'call', kind: 'webhook', template: 'ring', topic: 'account', timeout: 'P1D', onFailure: null } as never],
          { architecture: 'adaptive' },
        ),
      );
      await publishOne(
        'journey',
        'first',
        journey(
          'First',
          { event: 'Rung' },
          [{ key: 'call', kind: 'webhook', template: 'ring', topic: 'account', timeout: 'P1D', onFailure: null } as never],
          { architecture: 'adaptive' },
        ),
      );
      await arrive('joe');
      await world.send([{ type: 'track', userId: 'joe', event: 'Rung' }]);
      expect((await world.personBy('user', 'joe')).locked).toMatchObject({ journeys: [{ key: 'ring' }] });
      expect(await entered('joe', 'ring')).toBe(12);
    });

    test('time alone leads on too, as long as nothing comes from outside', async () => {
      await publishOne('segment', 'lately', { name: 'Lately', meaning: '', rule: worth({ within: 'PT1H' }) });
      await publishOne('journey', 'echo', journey('Echo', { segment: 'lately', change: 'left' }, [points(1)]));
      await arrive('eva');
      await kick('eva');
      await world.turn('P2D');
      expect((await world.personBy('user', 'eva')).locked?.journeys.map(({ key }) => key)).toContain('echo');
      expect(await entered('eva', 'echo')).toBeLessThanOrEqual(13);
    });

    test('what somebody begins from outside again and again is no circle', async () => {
      await world.publish([
        { kind: 'journey', key: 'echo', body: journey('Echo', { event: 'Never' }, [points(1)]) },
        {
          kind: 'segment',
          key: 'warm',
          body: { name: 'Warm', meaning: '', rule: { trait: { path: 'tags', op: 'contains', value: 'warm' } } },
        },
        {
          kind: 'journey',
          key: 'ask',
          body: journey('Ask', { event: 'Asked' }, [
            { key: 'tag', kind: 'tag', add: ['warm'] } as never,
            { key: 'on', kind: 'start-journey', journey: 'serve' } as never,
          ]),
        },
        {
          kind: 'journey',
          key: 'serve',
          body: journey('Serve', { by: 'journey' }, [
            { key: 'cool', kind: 'tag', remove: ['warm'] } as never,
            { key: 'answer', kind: 'wait', until: { event: 'Answered' }, timeout: 'P1D', onTimeout: null } as never,
            { key: 'again', kind: 'start-journey', journey: 'thank' } as never,
          ]),
        },
        { kind: 'journey', key: 'thank', body: journey('Thank', { by: 'journey' }, [{ key: 'tag', kind: 'tag', add: ['warm'] } as never]) },
      ]);
      await arrive('fay');
      for (let times = 0; times < 40; times++) {
        await world.send([
          { type: 'track', userId: 'fay', event: 'Asked' },
          { type: 'track', userId: 'fay', event: 'Answered' },
        ]);
        await world.turn('PT10M');
      }
      const fay = await world.personBy('user', 'fay');
      expect(fay.locked).toBeNull();
      for (const key of ['ask', 'serve', 'thank']) expect(await entered('fay', key), key).toBe(40);
    });
  });

  describe('the stop of everything for one person', () => {
    let world: World;
    let id = '';
    const latest = async () => (await world.messages(id)).at(-1)!;
    const stop = (stopped: boolean, reason = '') => world.api('PUT', `/api/kill-switches/person:${id}`, { stopped, reason });

    beforeAll(async () => {
      world = await openWorld({ database });
      await world.publish([
        noCaps,
        note,
        { kind: 'journey', key: 'ask', body: writes('Asked') },
        { kind: 'journey', key: 'receipt', body: writes('Receipt Asked', {}, { topic: 'account' }) },
        {
          kind: 'journey',
          key: 'course',
          body: {
            name: 'Course',
            intent: 'Teach',
            goal: { on: { event: 'Passed' }, name: 'Passed' },
            steps: [
              { key: 'in', kind: 'entry', on: { event: 'Joined' }, next: 'yes' },
              { key: 'yes', kind: 'approve', question: 'Is it right?', next: 'write', onRefused: null, timeout: 'P9D', onTimeout: null },
              { key: 'write', kind: 'send', template: 'note', topic: 'account', expires: 'P9D', next: null },
            ],
          },
        },
      ]);
      for (const userId of ['gil', 'hal'])
        await world.send([{ type: 'identify', userId, traits: { email: `${userId}@example.com` }, context: yes }]);
      id = (await world.personBy('user', 'gil')).id;
    });
    const event = (name: string, userId = 'gil') => world.send([{ type: 'track', userId, event: name }]);

    test('it takes a reason, and acts on messages of every kind and on every journey', async () => {
      await event('Joined');
      expect(await stop(true)).toMatchObject({ status: 422, body: { code: 'reason-needed' } });
      expect(
        await world.api('PUT', `/api/kill-switches/person:${id.replace(/.$/, (last) => (last === '0' ? '1' : '0'))}`, {
          stopped: true,
          reason: 'x',
        }),
      ).toMatchObject({
        status: 404,
        body: { code: 'person-unknown' },
      });
      await world.must('PUT', '/api/kill-switches/journey:receipt', { stopped: true, reason: 'wait' });
      await event('Receipt Asked');
      expect(await stop(true, 'a dispute')).toMatchObject({ status: 200 });
      await world.must('PUT', '/api/kill-switches/journey:receipt', { stopped: false });
      const mine = await world.must('GET', `/api/people/${id}`);
      expect(mine).toMatchObject({ stopped: { reason: 'a dispute' }, paused: null });
      const receipt = await latest();
      expect(receipt).toMatchObject({ status: 'held', reason: 'person-stop' });
      expect(receipt.sentence).toMatch(/: everything is stopped for this person by .+: a dispute\.$/);
      expect((await world.why(id, `message:${receipt.id}`)).answer).toBe(receipt.sentence);

      await event('Asked');
      expect((await world.why(id, 'journey:ask')).answer).toMatch(/^Not entered: .+ stopped everything for this person \(a dispute\)\.$/);
      expect(await world.messages(id)).toHaveLength(1);
      expect((await world.timeline(id)).map(({ title }) => title)).toContainEqual(
        expect.stringMatching(/^Everything was stopped by .*: a dispute$/),
      );
      await event('Asked', 'hal');
      expect(await world.mailsTo('hal@example.com'), 'nobody else is touched').toHaveLength(1);
      expect(await world.mailsTo('gil@example.com')).toEqual([]);
    });

    test('a broadcast waits for them too', async () => {
      await world.publish([
        { kind: 'segment', key: 'all', body: { name: 'All', meaning: '', rule: { trait: { path: 'email', op: 'exists' } } } },
      ]);
      await world.settle();
      const broadcast = await world.must('POST', '/api/broadcasts', {
        name: 'Letter',
        segments: ['all'],
        template: 'note',
        topic: 'account',
      });
      await world.must('POST', `/api/broadcasts/${broadcast.id}/start`);
      await world.turn('PT1M');
      expect((await world.must('GET', `/api/broadcasts/${broadcast.id}`)).figures).toMatchObject({ sent: 1, held: 1 });
      expect(await world.messages(id)).toContainEqual(
        expect.objectContaining({ status: 'held', reason: 'person-stop', broadcast: expect.objectContaining({ name: 'Letter' }) }),
      );
    });

    test('a word that a run was given meanwhile is heard when it is let go, and what waited is sent', async () => {
      const [task] = (await world.must('GET', `/api/people/${id}`)).tasks;
      await world.must('POST', `/api/tasks/${task.id}/decision`, { yes: true, reason: '' });
      await world.expectPath(id, 'course', ['in', 'yes']);
      expect(await world.mailsTo('gil@example.com')).toEqual([]);
      await stop(false);
      expect((await world.must('GET', `/api/people/${id}`)).stopped).toBeNull();
      await world.expectPath(id, 'course', ['in', 'yes', 'write', 'end: reached the end']);
      expect(await world.mailsTo('gil@example.com')).toHaveLength(3);
      await world.turn('PT1S');
      await event('Asked');
      expect(await world.mailsTo('gil@example.com')).toHaveLength(4);
    });

    test('nothing is decided about what waits before it has been heard that they are let go', async () => {
      await world.turn('PT1S');
      const before = (await world.mailsTo('gil@example.com')).length;
      await world.must('PUT', '/api/kill-switches/journey:receipt', { stopped: true, reason: 'wait' });
      await event('Receipt Asked');
      await stop(true, 'a dispute');
      await world.must('PUT', '/api/kill-switches/journey:receipt', { stopped: false });
      expect(await latest()).toMatchObject({ status: 'held', reason: 'person-stop' });
      const { deps, sending } = world.house;
      const letGo = setStop(deps, await deps.workspaces.bySlug('main'), 'ana', `person:${id}`, false, '');
      await vi.waitUntil(async () => (await world.rows('select scope from kill_switch')).length === 0);
      await deliverRound(sending, 1);
      expect(await latest(), 'nobody has heard it yet').toMatchObject({ status: 'held', reason: 'person-stop' });
      await world.settle();
      await letGo;
      expect(await latest()).toMatchObject({ status: 'sent' });
      expect(await world.mailsTo('gil@example.com')).toHaveLength(before + 1);
    });

    test('handed over to a human, journeys wait; with a stop, everything does, and it outlives the release', async () => {
      await world.must('POST', `/api/people/${id}/take-over`, { reason: 'a call' });
      await stop(true, 'a dispute');
      await world.must('POST', `/api/people/${id}/release`);
      await event('Asked');
      expect((await world.why(id, 'journey:ask')).answer).toContain('stopped everything');
      await stop(false);
    });

    test('it follows somebody into the person that they turn out to be', async () => {
      await world.send([{ type: 'page', anonymousId: 'a-1', name: 'Home' }]);
      const visitor = (await world.personBy('anonymous', 'a-1')).id;
      await world.must('PUT', `/api/kill-switches/person:${visitor}`, { stopped: true, reason: 'a robot' });
      await world.send([{ type: 'identify', userId: 'gil', anonymousId: 'a-1' }]);
      expect((await world.must('GET', `/api/people/${id}`)).stopped).toMatchObject({ reason: 'a robot' });
      await world.turn('PT1S');
      await event('Receipt Asked');
      expect((await world.why(id, 'journey:receipt')).answer).toContain('stopped everything');
      expect((await world.must('GET', '/api/kill-switches')).items).toMatchObject([{ scope: `person:${id}` }]);
      await stop(false);
      await event('Receipt Asked');
      expect(await latest()).toMatchObject({ status: 'sent' });
    });

    // The embedded database has one connection: there nothing happens while something is claimed.
    test.runIf(database === 'postgres')(
      'a stop that comes while messages are claimed waits for the claim, and takes them back',
      async () => {
        await world.send([{ type: 'identify', userId: 'ida', traits: { email: 'ida@example.com' } }]);
        await event('Receipt Asked', 'ida');
        const ida = await world.personBy('user', 'ida');
        const message = (await world.messages(ida.id))[0]!.id;
        const { deps } = world.house;
        const workspace = await deps.workspaces.bySlug('main');
        const [claimed, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        const claiming = deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
          await claimBeforeStops(tx, [workspace.id]);
          await tx.query("update message set status = 'sending', sent_at = null, begun_at = null where message_id = $1", [message]);
          claimed.resolve();
          await over.promise;
        });
        await claimed.promise;
        let isStopped = false;
        const stopping = world
          .must('PUT', '/api/kill-switches/journey:receipt', { stopped: true, reason: 'wrong prices' })
          .then(() => (isStopped = true));
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(isStopped, 'while it is being claimed').toBe(false);
        over.resolve();
        await Promise.all([claiming, stopping]);
        expect(await world.messages(ida.id)).toMatchObject([{ id: message, status: 'held', reason: 'kill-switch' }]);
        await world.must('PUT', '/api/kill-switches/journey:receipt', { stopped: false });
        await world.settle();
      },
    );
  });
});
