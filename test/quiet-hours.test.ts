import { describe, expect, test } from 'vitest';
import { standardLoops } from '#contract/breaker.ts';
import type { CapPolicy } from '#contract/cap-policy.ts';
import { day, hour, minute } from '#contract/instant.ts';
import { quietUntil } from '#engine/message/quiet-hours.ts';

/** Quiet hours hold wherever somebody lives, also on the days on which clocks change. The clock that is looked at here is the platform's own, asked anew each time. */

const policy = (from: string, to: string): CapPolicy => ({
  name: 'Policy',
  caps: [],
  quietHours: { from, to, answersWithin: 'PT0S' },
  quietElsewhere: [],
  fatigue: null,
  holds: [],
  breaker: null,
  loops: standardLoops,
});
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
/** mulberry32 */
function chanceOf(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a clock on the wall shows, "08:00". */
const wall = (clock: Intl.DateTimeFormat, at: number): string => clock.format(at);

describe('quiet hours', () => {
  test(`hold in every zone over two years, for any hours, and no longer than they have to (seed ${seed})`, () => {
    const chance = chanceOf(seed);
    const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC'];
    expect(zones.length).toBeGreaterThan(400);
    const start = Date.UTC(2026, 0, 1);
    const two = (number: number) => String(number).padStart(2, '0');
    let held = 0;
    let changes = 0;
    for (const zone of zones) {
      const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
      const offset = (at: number) => {
        const [hours, minutes] = wall(clock, at).split(':').map(Number);
        return (hours! * hour + minutes! * minute - (at % day) + 2 * day) % day;
      };
      // Around each change of clocks every half hour, and otherwise some instants at random.
      const asked: number[] = Array.from({ length: 20 }, () => start + Math.floor((chance() * 730 * day) / minute) * minute);
      for (let at = start; at < start + 730 * day; at += 7 * day) {
        if (offset(at) === offset(at + 7 * day)) continue;
        changes++;
        let [from, to] = [at, at + 7 * day];
        while (to - from > minute) {
          const middle = Math.floor((from + to) / 2 / minute) * minute;
          if (offset(middle) === offset(at)) from = middle;
          else to = middle;
        }
        for (let step = -8; step <= 8; step++) asked.push(to + step * 30 * minute - (chance() < 0.3 ? 1 : 0));
      }
      for (const at of asked) {
        const from = chance() < 0.5 ? '21:00' : `${two(Math.floor(chance() * 24))}:${two(Math.floor(chance() * 4) * 15)}`;
        const to = from === '21:00' ? '08:00' : `${two(Math.floor(chance() * 24))}:${two(Math.floor(chance() * 4) * 15)}`;
        const isQuiet = (when: number): boolean => {
          const shown = wall(clock, when);
          return from < to ? shown >= from && shown < to : from > to && (shown >= from || shown < to);
        };
        const person = { zone, place: null };
        const night = quietUntil(policy(from, to), { channel: 'email', actAt: null }, { person, workspaceZone: 'UTC' }, at);
        const where = `${zone} ${new Date(at).toISOString()} ${from} to ${to}`;
        if (night === null) {
          expect(isQuiet(at), where).toBe(false);
          continue;
        }
        if (!('until' in night)) throw new Error(where);
        held++;
        expect(isQuiet(at), where).toBe(true);
        expect(night.until, where).toBeGreaterThan(at);
        expect(isQuiet(night.until), `${where}: it goes out at night, at ${wall(clock, night.until)}`).toBe(false);
        expect(isQuiet(night.until - 1), `${where}: it is held longer than it has to be`).toBe(true);
      }
    }
    expect(changes).toBeGreaterThan(200);
    expect(held).toBeGreaterThan(5_000);
  });

  test('what rings at once is told by every zone in which somebody may be; mail by the workspace’s', () => {
    const person = { zone: null, place: { country: 'US' } };
    const at = Date.UTC(2026, 5, 1, 13); // nine in New York, three in the night in Honolulu
    const quiet = (channel: string) =>
      quietUntil(policy('21:00', '08:00'), { channel, actAt: null }, { person, workspaceZone: 'Europe/Berlin' }, at);
    expect(quiet('email')).toBeNull();
    const night = quiet('sms');
    expect(night && 'until' in night && new Date(night.until).toISOString(), 'eight in Adak, where it comes last').toMatch(
      /^2026-06-01T1[78]:00/,
    );
  });
});
