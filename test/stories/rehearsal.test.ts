import { beforeAll, describe, expect, test } from 'vitest';
import type { RehearsalDetail } from '#contract/routes/rehearsals.ts';
import { cancelRehearsal, startRehearsal } from '#operations/rehearsals.ts';
import { rehearseRound } from '#operations/rehearse.ts';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** What a change would have come to, and what it may come to, before anybody is written to. Thirty people sign up over a month; the second mail of the welcome is about to move. */

const everybody = Array.from({ length: 30 }, (_, n) => `person-${n}`);

describe.each(dialects)('a rehearsal, on %s', (database) => {
  let world: World;

  const rehearse = async (asked: object): Promise<RehearsalDetail> => {
    const { id } = await world.must('POST', '/api/rehearsals', asked);
    return world.must('GET', `/api/rehearsals/${id}`);
  };
  const welcome = async (): Promise<{ steps: Record<string, unknown>[] }> =>
    (await world.must('GET', '/api/definitions/journey/welcome')).draft;
  /** The welcome with another wait before its second mail. */
  const withWait = async (wait: string) => {
    const body = await welcome();
    return { ...body, steps: body.steps.map((step) => (step.kind === 'wait' ? { ...step, for: wait } : step)) };
  };
  const of = (rehearsal: RehearsalDetail, side: 'standing' | 'changed', key = 'welcome') =>
    rehearsal[side]!.journeys.find((journey) => journey.key === key)!;
  const sent = (rehearsal: RehearsalDetail, side: 'standing' | 'changed') =>
    rehearsal[side]!.days.reduce((sum, { channels }) => sum + channels.reduce((all, channel) => all + channel.sent, 0), 0);

  beforeAll(async () => {
    world = await openWorld({ database });
    for (const [n, userId] of everybody.entries()) {
      await world.send([
        {
          type: 'identify',
          userId,
          traits: { email: `${userId}@example.com`, firstName: 'Ana' },
          context: { consent: { categoryPreferences: { marketing: n % 3 > 0 } }, timezone: 'Europe/Berlin' },
        },
        { type: 'track', userId, event: 'Signed Up', properties: {} },
      ]);
      await world.turn('P1D');
    }
  }, 240_000);

  test('of what is in force says what was', async () => {
    const rehearsal = await rehearse({ over: { past: 'P40D' } });
    expect(rehearsal).toMatchObject({ state: 'done', changed: null, faults: 0, looked: 30, definitions: [] });
    const { items: messages } = await world.must('GET', '/api/messages?limit=200');
    const really = messages.filter((message: { status: string }) => message.status === 'sent');
    expect(sent(rehearsal, 'standing')).toBe(really.length);
    expect(of(rehearsal, 'standing')).toMatchObject({ entered: 20, refused: [{ rule: 'has consent to marketing', times: 10 }] });
    const { items } = await world.must('GET', `/api/rehearsals/${rehearsal.id}/runs/welcome?limit=100`);
    expect(items.map(({ person }: { person: { email: string } }) => person.email)).toEqual(
      everybody.filter((_, n) => n % 3 > 0).map((each) => `${each}@example.com`),
    );
    expect(items[0]).toMatchObject({ how: 'end', messages: [{ status: 'sent', says: 'Would be sent.' }, { status: 'sent' }] });
  });

  test('of a draft stands beside what is in force; nothing is written and nothing sent', async () => {
    await world.must('PUT', '/api/definitions/journey/welcome', { body: await withWait('PT6H') });
    const before = await world.everything();
    const rehearsal = await rehearse({ over: { past: 'P40D' }, drafts: [{ kind: 'journey', key: 'welcome' }] });
    expect(rehearsal).toMatchObject({ state: 'done', definitions: [{ kind: 'journey', key: 'welcome' }], runsOf: ['welcome'] });
    const { [`rehearsal`]: _rows, rehearsal_run: _runs, ...after } = await world.everything();
    const { [`rehearsal`]: _rowsBefore, rehearsal_run: _runsBefore, ...there } = before;
    expect(after).toEqual(there);
    expect(of(rehearsal, 'changed').entered).toBe(of(rehearsal, 'standing').entered);
    // The last who came have not waited for two days, but for six hours.
    expect(sent(rehearsal, 'changed')).toBeGreaterThan(sent(rehearsal, 'standing'));
    const { items } = await world.must('GET', `/api/rehearsals/${rehearsal.id}/runs/welcome?limit=1`);
    const [first, second] = items[0].steps
      .filter((step: { step: string }) => step.step !== 'signed-up')
      .map(({ at }: { at: string }) => Date.parse(at));
    expect(second - first).toBe(6 * 3_600_000);
  });

  test('of quiet hours says whom they would hold', async () => {
    const policy = { quietHours: { from: '08:00', to: '12:00' } };
    const { draft } = await world.must('GET', '/api/definitions/cap-policy/main');
    const rehearsal = await rehearse({
      over: { past: 'P40D' },
      definitions: [{ kind: 'cap-policy', key: 'main', body: { ...draft, ...policy } }],
    });
    const held = (side: 'standing' | 'changed') =>
      rehearsal[side]!.reasons.find(({ status, reason }) => status === 'held' && reason === 'quiet-hours')?.messages ?? 0;
    expect(held('standing')).toBe(0);
    expect(held('changed')).toBeGreaterThan(10);
    expect(sent(rehearsal, 'changed')).toBeLessThanOrEqual(sent(rehearsal, 'standing'));
  });

  test('of a cap says whom it would hold, and of a score who would cross its thresholds', async () => {
    const { draft } = await world.must('GET', '/api/definitions/cap-policy/main');
    const capped = await rehearse({
      over: { past: 'P40D' },
      definitions: [{ kind: 'cap-policy', key: 'main', body: { ...draft, caps: [{ max: 1, within: 'P30D' }] } }],
    });
    const held = capped.changed!.reasons.filter(({ reason }) => reason === 'cap').reduce((sum, { messages }) => sum + messages, 0);
    expect(held, 'the second mail of everybody who may be written to').toBeGreaterThan(10);
    expect(sent(capped, 'changed')).toBeLessThan(sent(capped, 'standing'));
    const scored = await rehearse({
      over: { past: 'P40D' },
      definitions: [
        {
          kind: 'score',
          key: 'fresh',
          body: {
            name: 'Fresh',
            signals: [{ because: 'Signed up', on: { event: 'Signed Up' }, points: 8, halfLife: 'P5D' }],
            thresholds: [{ key: 'warm', name: 'Warm', at: 4 }],
          },
        },
      ],
    });
    // Everybody is warm at once, and no longer after the half-life; the last five are still.
    expect(scored.changed!.crossings.find(({ score }) => score === 'fresh')).toEqual({
      score: 'fresh',
      threshold: 'warm',
      up: 30,
      down: 25,
    });
  });

  test('of a segment says who would belong', async () => {
    const rehearsal = await rehearse({
      over: { past: 'P40D' },
      definitions: [
        {
          kind: 'segment',
          key: 'came',
          body: { name: 'Came', meaning: 'came lately', rule: { event: { name: 'Signed Up', within: 'P10D' } } },
        },
      ],
    });
    expect(rehearsal.changed!.segments.find(({ key }) => key === 'came')).toMatchObject({ entered: 30, left: 21, members: 9 });
    expect(rehearsal.standing.segments.find(({ key }) => key === 'came')).toBeUndefined();
  });

  test('of only a share of the people is asked for, and says so', async () => {
    const rehearsal = await rehearse({ over: { past: 'P40D' }, share: 0.5 });
    expect(rehearsal.looked).toBeGreaterThan(5);
    expect(rehearsal.looked).toBeLessThan(25);
    expect(rehearsal.share).toBe(0.5);
  });

  test('over days to come draws the same from the same seed, another future from another', async () => {
    const draw = (seed: string) => rehearse({ over: { future: 'P14D', seed } });
    const [one, again, other] = [await draw('one'), await draw('one'), await draw('other')];
    expect(one).toMatchObject({ state: 'done', faults: 0 });
    expect(again.standing).toEqual(one.standing);
    const who = async ({ id }: RehearsalDetail) =>
      (await world.must('GET', `/api/rehearsals/${id}/runs/welcome?limit=100`)).items.map(({ run }: { run: string }) => run);
    expect(await who(again)).toEqual(await who(one));
    expect(await who(other)).not.toEqual(await who(one));
    // Fourteen people came in fourteen days, so fourteen come.
    expect(one.standing.born).toBe(14);
    expect(of(one, 'standing').entered).toBeGreaterThan(5);
  });

  test('what cannot be published cannot be rehearsed, and what is not there is not found', async () => {
    const body = await withWait('PT6H');
    body.steps[0] = { ...body.steps[0], next: 'nowhere' };
    expect(
      await world.api('POST', '/api/rehearsals', { over: { past: 'P30D' }, definitions: [{ kind: 'journey', key: 'welcome', body }] }),
    ).toMatchObject({
      status: 422,
      body: { code: 'definition-invalid' },
    });
    expect(await world.api('POST', '/api/rehearsals', { over: { past: 'P4000D' } })).toMatchObject({ body: { code: 'body-invalid' } });
    expect(await world.api('GET', '/api/rehearsals/00000000-0000-7000-8000-000000000000')).toMatchObject({
      status: 404,
      body: { code: 'rehearsal-unknown' },
    });
  });

  test('is stopped when somebody says so', async () => {
    const { deps } = world.house;
    const main = await deps.workspaces.bySlug('main');
    const { id } = await startRehearsal(deps, main, 'Ana', { over: { past: 'P40D' }, drafts: [], definitions: [], share: 1 });
    expect(await cancelRehearsal(deps, main, 'Ana', id)).toMatchObject({ state: 'cancelled', reason: 'Ana stopped it', looked: 0 });
    expect(await rehearseRound(deps)).toBe(false);
  });
});
