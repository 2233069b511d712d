import { beforeAll, describe, expect, test } from 'vitest';
import { openWorld, type World } from '../world.ts';

/** Mail servers with moods: what each answer means for the message and for the address. */

const yes = { consent: { categoryPreferences: { marketing: true } } };

describe('over a real mail server', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ mail: 'smtp' });
  });

  test.each([
    ['somebody', 'sent', null, true],
    ['nosuch', 'bounced', 'refused-address', false],
    ['rcpt-550-5.1.1', 'bounced', 'refused-address', false],
    ['policy', 'failed', 'refused-policy', true],
    ['rcpt-550-5.7.515', 'failed', 'refused-policy', true],
    ['data-554-5.7.1', 'failed', 'refused-policy', true],
    ['full', 'held', 'try-later', true],
    ['greylist', 'held', 'try-later', true],
    ['fail-421', 'held', 'try-later', true],
    ['drop-at-rcpt', 'held', 'try-later', true],
    ['drop-after-dot', 'uncertain', 'uncertain', true],
  ] as const)('%s@: %s', async (local, status, reason, reachable) => {
    const email = `${local}@example.com`;
    await world.send([
      { type: 'identify', userId: local, traits: { email }, context: yes },
      { type: 'track', userId: local, event: 'Signed Up' },
    ]);
    const person = await world.person(email);
    expect(await world.messages(person.id)).toMatchObject([{ status, reason }]);
    expect(person.reachability[0]!.reachable, 'only an address that does not exist is given up').toBe(reachable);
  });

  test('what was never taken is tried with growing pauses until it expires; what is uncertain is never sent again', async () => {
    const before = world.sink!.messages.length;
    await world.turn('P2D');
    for (const local of ['greylist', 'full', 'fail-421', 'drop-at-rcpt'])
      expect((await world.messages((await world.person(`${local}@example.com`)).id))[0], local).toMatchObject({
        status: 'failed',
        reason: 'gave-up',
      });
    expect((await world.messages((await world.person('drop-after-dot@example.com')).id))[0]).toMatchObject({ status: 'uncertain' });
    const again = world.sink!.messages.slice(before).map((message) => message.to[0]);
    expect(
      again.filter((to) => to === 'drop-after-dot@example.com').length,
      'the next mail of the journey, and no other',
    ).toBeLessThanOrEqual(1);
    const keys = world.sink!.messages.map((message) => /^X-Send-Key: (.*)$/im.exec(message.raw.toString())![1]);
    expect(new Set(keys).size, 'no key twice').toBe(keys.length);
  });
});
