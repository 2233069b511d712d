import { describe, expect, test } from 'vitest';
import { standardBreaker } from '#contract/breaker.ts';
import { brokenLimit, brokenVolume, isBeyond, noOutcomes, type Source, tail, trips } from '#engine/message/breaker.ts';

/** When sending stops by itself: what chance explains, the limits, and whom a bad share is held against. */

const nothing = new Set<string>();
const source = (more: Partial<Source>): Source => {
  const own = { ...noOutcomes, ...more.own };
  return { journey: null, broadcast: null, channel: 'email', ...more, own, ofChannel: more.ofChannel ?? own };
};

describe('more than chance explains', () => {
  test('comes by chance less than once in a thousand, at any limit and any number of messages', () => {
    for (const limit of [0.001, 0.003, 0.02, 0.05, 0.2])
      for (const of of [50, 73, 200, 1_000, 3_000, 20_000]) {
        // The binomial distribution, term by term from the beginning.
        let below = 0;
        let term = (1 - limit) ** of;
        let crossed = 0;
        for (let count = 0; count <= of && term > 1e-300; count++) {
          const rest = Math.max(0, 1 - below);
          if (rest > 1e-6 && count > limit * of) expect(tail(count, of, limit) / rest, `${count} of ${of} at ${limit}`).toBeCloseTo(1, 4);
          if (isBeyond(count, of, limit)) crossed += term;
          below += term;
          term *= ((of - count) / (count + 1)) * (limit / (1 - limit));
        }
        expect(crossed, `${limit} of ${of}`).toBeLessThan(0.001);
      }
  });

  test('and what is twice the limit is found as soon as there are messages enough to know', () => {
    expect(isBeyond(2, 50, 0.003)).toBe(false);
    expect(isBeyond(3, 50, 0.003)).toBe(true);
    expect(isBeyond(100, 1_000, 0.05)).toBe(true);
    expect(isBeyond(10, 100, 0.05)).toBe(false);
    expect(isBeyond(6_000, 1_000_000, 0.003)).toBe(true);
    expect(isBeyond(3_000, 1_000_000, 0.003), 'at the limit').toBe(false);
    expect(isBeyond(50, 50, 1)).toBe(false);
    expect(isBeyond(1, 50, 0)).toBe(true);
  });
});

describe('limits', () => {
  test.each<[string, object, string | null]>([
    ['few messages say nothing, however bad', { sent: 29, complained: 20 }, null],
    ['one complaint of fifty may be chance', { sent: 50, complained: 1 }, null],
    [
      'five of two hundred are not',
      { sent: 200, complained: 5 },
      '5 of 200 messages in 1 day were marked as spam (2.5 %); the limit is 0.3 %',
    ],
    ['at the limit nothing stops', { sent: 950, bounced: 50 }, null],
    [
      'beyond it, it does',
      { sent: 900, bounced: 100 },
      '100 of 1000 messages in 1 day went to addresses that do not exist (10 %); the limit is 5 %',
    ],
    [
      'failures count beside what arrived',
      { sent: 30, failed: 30 },
      '30 of 60 messages in 1 day could not be handed over, or got no answer (50 %); the limit is 20 %',
    ],
    [
      'unsubscribing',
      { sent: 300, unsubscribed: 20 },
      '20 of 300 messages in 1 day were answered by unsubscribing (6.7 %); the limit is 2 %',
    ],
  ])('%s', (_, counts, because) => {
    expect(brokenLimit(standardBreaker, { ...noOutcomes, ...counts })).toBe(because);
  });

  test('what is not watched stops nothing', () => {
    expect(brokenLimit({ ...standardBreaker, bounced: null }, { ...noOutcomes, bounced: 500 })).toBeNull();
  });

  test('a journey far beyond its usual hour', () => {
    expect(brokenVolume(standardBreaker, 5_000, 40)).toBe(
      '5000 messages in an hour; its largest hour of the last 14 days had 40, and the limit is 10 times as many',
    );
    expect(brokenVolume(standardBreaker, 400, 40), 'ten times is not more').toBeNull();
    expect(brokenVolume(standardBreaker, 199, 1), 'a handful is nothing').toBeNull();
    expect(brokenVolume(standardBreaker, 5_000, 0), 'without a usual there is nothing to compare').toBeNull();
    expect(brokenVolume({ ...standardBreaker, volume: null }, 5_000, 40)).toBeNull();
  });
});

describe('whom it is held against', () => {
  const good = source({ journey: 'good', own: { ...noOutcomes, sent: 300 } });
  const bad = source({ journey: 'bad', own: { ...noOutcomes, sent: 300, complained: 30 } });

  test('a journey stops, and its channel goes on', () => {
    expect(trips(standardBreaker, [good, bad], nothing).map(({ scope }) => scope)).toEqual(['journey:bad']);
  });
  test('one that is stopped is not stopped again, nor is its channel', () => {
    expect(trips(standardBreaker, [good, bad], new Set(['journey:bad']))).toEqual([]);
  });
  test('many that are each a little bad stop their channel', () => {
    const slightly = Array.from({ length: 20 }, (_, n) => source({ journey: `j${n}`, own: { ...noOutcomes, sent: 40, complained: 1 } }));
    expect(trips(standardBreaker, slightly, nothing)).toEqual([
      { scope: 'channel:email', because: expect.stringMatching(/^20 of 800 messages/) },
    ]);
  });
  test('a journey by two channels is one journey, and each channel is asked by itself', () => {
    const mails = source({ journey: 'both', own: { ...noOutcomes, sent: 40, failed: 10 } });
    const calls = source({ journey: 'both', channel: 'webhook', own: { ...noOutcomes, sent: 10, failed: 40 } });
    expect(trips(standardBreaker, [mails, calls], nothing).map(({ scope }) => scope)).toEqual(['journey:both']);
  });
});
