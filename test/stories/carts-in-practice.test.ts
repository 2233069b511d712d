import { beforeAll, describe, expect, test } from 'vitest';
import { dialects } from '../databases.ts';
import { type Answer, openWorld, type SegmentCall, type World } from '../world.ts';

/** Whoever tries the product leaves a cart in the practice workspace at ten in the morning, turns its clock, and asks why. Only the public API is used. */

const hour = 3_600_000;

describe.each(dialects)('on %s', (database) => {
  let world: World;
  let ten: number;
  let as: Record<string, string>;

  const now = async (): Promise<number> => Date.parse((await world.must('GET', '/api/practice/clock', undefined, as)).now);
  const turn = async (milliseconds: number): Promise<void> => {
    await world.must('POST', '/api/practice/clock', { advance: `PT${milliseconds / 1000}S` }, as);
  };
  const send = async (...calls: SegmentCall[]): Promise<void> => {
    const timestamp = new Date(await now()).toISOString();
    const answer: Answer = await world.post('/v1/batch', { batch: calls.map((call) => ({ timestamp, ...call })), sentAt: timestamp }, as);
    expect(answer).toMatchObject({ status: 200 });
    await world.settle();
  };
  const shop = async (userId: string): Promise<void> => {
    await send(
      {
        type: 'identify',
        userId,
        traits: { email: `${userId}@example.com`, firstName: 'Ana' },
        context: { consent: { categoryPreferences: { marketing: true } }, timezone: 'Europe/Berlin' },
      },
      { type: 'track', userId, event: 'Product Added', properties: { name: 'A portrait' } },
    );
  };
  const who = async (userId: string) => {
    const { items } = await world.must('GET', `/api/people?email=${userId}@example.com`, undefined, as);
    return world.must('GET', `/api/people/${items[0].id}`, undefined, as);
  };
  const mails = async (userId: string) => {
    const { items } = await world.must(
      'GET',
      `/api/messages?person=${(await who(userId)).id}&journey=abandoned-cart&limit=50`,
      undefined,
      as,
    );
    return items.toSorted((a: { createdAt: string }, b: { createdAt: string }) => (a.createdAt < b.createdAt ? -1 : 1));
  };
  const why = async (userId: string, about: string) =>
    world.must('GET', `/api/people/${(await who(userId)).id}/why?about=${encodeURIComponent(about)}`, undefined, as);

  beforeAll(async () => {
    world = await openWorld({ database });
    as = { authorization: `Bearer ${world.practiceKey}`, 'content-type': 'application/json', 'x-workspace': 'practice' };
    // Ten in the morning in Berlin, on a day after which the clocks do not change for a while.
    const at = await now();
    const today = new Date(at);
    ten = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + 1, 9);
    await turn(ten - at);
  });

  test('the three mails come 1, 24 and 72 hours after the cart, and each says why it was sent', async () => {
    await shop('ana');
    const added = ten;
    await turn(ten + 73 * hour - (await now()));
    const sent = await mails('ana');
    expect(sent.map((mail: { step: string; status: string }) => mail.status)).toEqual(['sent', 'sent', 'sent']);
    expect(sent.map((mail: { createdAt: string }) => Math.round((Date.parse(mail.createdAt) - added) / 1000))).toEqual([
      3600,
      24 * 3600,
      72 * 3600,
    ]);
    expect(sent.map((mail: { sentAt: string }) => Math.round((Date.parse(mail.sentAt) - added) / 1000))).toEqual([
      3600,
      24 * 3600,
      72 * 3600,
    ]);
    for (const mail of sent) {
      const answer = await why('ana', `message:${mail.id}`);
      expect(answer).toMatchObject({ decided: 'sent' });
      expect(answer.answer).toContain('Abandoned cart');
      expect(answer.because.length).toBeGreaterThan(0);
    }
    expect((await why('ana', 'journey:abandoned-cart')).answer).toMatch(/^Under way since .* now at “Wait 2 days”/);
  });

  test('a purchase 59 minutes after it ends the matter at once, and says so', async () => {
    await turn(ten + 96 * hour - (await now()));
    await shop('ben');
    const added = ten + 96 * hour;
    await turn(added + 59 * 60_000 - (await now()));
    await send({ type: 'track', userId: 'ben', event: 'Order Completed', properties: { revenue: 250, currency: 'EUR' } });
    const run = (await who('ben')).runs.find((each: { journey: string }) => each.journey === 'abandoned-cart');
    expect(run).toMatchObject({ status: 'ended' });
    expect(Math.abs(Date.parse(run.endedAt) - (added + 59 * 60_000))).toBeLessThan(1000);
    await turn(80 * hour);
    expect(await mails('ben')).toEqual([]);
    const answer = await why('ben', 'journey:abandoned-cart');
    expect(answer.answer).toMatch(/goal was met \(Order/);
  });

  test('a wait of thirty days ends within a second of what the journey leaves for', async () => {
    await world.must(
      'PUT',
      '/api/definitions/journey/patience',
      {
        body: {
          name: 'Patience',
          intent: 'To wait for long',
          exits: [{ on: { event: 'Account Closed' }, reason: 'they have gone' }],
          steps: [
            { key: 'start', kind: 'entry', on: { event: 'Waited' }, next: 'rest' },
            { key: 'rest', kind: 'wait', for: 'P30D', next: null },
          ],
        },
      },
      as,
    );
    await world.must('POST', '/api/definitions/journey/patience/publish', {}, as);
    await shop('cem');
    await send({ type: 'track', userId: 'cem', event: 'Waited' });
    await turn(13 * 24 * hour + 12_000);
    const at = await now();
    await send({ type: 'track', userId: 'cem', event: 'Account Closed' });
    const run = (await who('cem')).runs.find((each: { journey: string }) => each.journey === 'patience');
    expect(run).toMatchObject({ status: 'ended' });
    expect(Math.abs(Date.parse(run.endedAt) - at)).toBeLessThan(1000);
    expect((await why('cem', 'journey:patience')).answer).toContain('they have gone');
  });

  test('a segment is brought to everybody, and done with it, by the clock of its workspace', async () => {
    const definitions = [
      { kind: 'segment', key: 'reachable', body: { name: 'Reachable', rule: { trait: { path: 'email', op: 'exists' } } } },
    ];
    const before = await now();
    await world.must('POST', '/api/apply', { publish: true, definitions }, as);
    await world.settle();
    const [latest] = (await world.must('GET', '/api/backfills', undefined, as)).items;
    expect(latest.done).toBe(1);
    expect(Date.parse(latest.startedAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(latest.finishedAt)).toBeGreaterThanOrEqual(Date.parse(latest.startedAt));
  });
});
