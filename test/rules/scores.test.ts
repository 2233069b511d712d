import { describe, expect, test } from 'vitest';
import { Score } from '#contract/definition-bodies.ts';
import { day, hour, type Instant, minute, ms, toIso } from '#contract/instant.ts';
import { newPerson } from '#engine/person.ts';
import { between, type Chance, chanceOf, happens, pick } from '#engine/practice/random.ts';
import { addMemo, type Memo, remember } from '#engine/rule/memory.ts';
import type { Occurrence } from '#engine/rule/match.ts';
import { bareContext, never, type Question } from '#engine/rule/question.ts';
import { compileScore } from '#engine/score/score.ts';

/** Random scores of random pasts at random instants: the value, the ledger and a recount from what happened say the same. RULES_SEED tells another seed. */

const seed = process.env.RULES_SEED ?? 'scores';
const names = ['Page Viewed', 'Signed Up', 'Email Replied'];
const now0 = Date.UTC(2026, 5, 1, 12);

function drawScore(chance: Chance): Score {
  const points = (): number => pick(chance, [1, 5, 10, -5, 2.5, 0.125, -20, 40]);
  const group = (): object => (happens(chance, 0.4) ? { group: pick(chance, ['a', 'b']) } : {});
  return Score.parse({
    name: 'Drawn',
    points: Array.from({ length: between(chance, 0, 3) }, (_, nth) => ({
      because: `rule ${nth}`,
      points: points(),
      rule: { event: { name: pick(chance, names), within: pick(chance, ['PT1H', 'P1D', 'P7D']), atLeast: between(chance, 1, 3) } },
      ...group(),
    })),
    signals: Array.from({ length: between(chance, 1, 4) }, (_, nth) => ({
      because: `signal ${nth}`,
      on: { event: pick(chance, names) },
      points: points(),
      ...(happens(chance, 0.6) ? { halfLife: pick(chance, ['PT1H', 'P1D', 'P14D']) } : {}),
      ...(happens(chance, 0.4) ? { expires: pick(chance, ['PT1H', 'P2D', 'P30D']) } : {}),
      ...(happens(chance, 0.3) ? { times: between(chance, 1, 4) } : {}),
      ...group(),
    })),
    groups: [
      { key: 'a', name: 'A', max: between(chance, 0, 30) },
      { key: 'b', name: 'B', min: -10, max: 15 },
    ],
    min: pick(chance, [0, -50]),
    max: pick(chance, [20, 100]),
  });
}

/** The same sum without memory: from every event there was. */
function recount(score: Score, past: readonly Occurrence[], now: Instant): number {
  const groups = new Map(score.groups.map((group) => [group.key, 0]));
  let rest = 0;
  const add = (group: string | undefined, worth: number): void => {
    if (group === undefined) rest += worth;
    else groups.set(group, groups.get(group)! + worth);
  };
  for (const line of score.points) {
    const { name, within, atLeast } = (line.rule as { event: { name: string; within: string; atLeast: number } }).event;
    const count = past.filter((event) => event.name === name && event.at > now - ms(within) && event.at <= now).length;
    if (count >= atLeast) add(line.group, Math.round(line.points * 1000));
  }
  for (const signal of score.signals) {
    const times = past.filter((event) => event.name === signal.on.event && event.at <= now).map((event) => event.at);
    for (const at of signal.times === undefined ? times : times.slice(-signal.times)) {
      const age = now - at;
      if (signal.expires !== undefined && age >= ms(signal.expires)) continue;
      const share = signal.halfLife === undefined ? 1 : 2 ** (-age / ms(signal.halfLife));
      add(signal.group, Math.floor(Math.round(signal.points * 1000) * share + 0.5));
    }
  }
  for (const group of score.groups)
    rest += Math.min((group.max ?? Infinity) * 1000, Math.max((group.min ?? -Infinity) * 1000, groups.get(group.key)!));
  return Math.min(score.max * 1000, Math.max(score.min * 1000, rest)) / 1000;
}

describe('a score', () => {
  test('at any instant is the sum of its ledger, and what a recount from the events gives', () => {
    let [fading, crossings] = [0, 0];
    for (let round = 0; round < 2_000; round++) {
      const chance = chanceOf(seed, round);
      const body = drawScore(chance);
      const score = compileScore('drawn', 1, body, { ...bareContext, zone: 'Europe/Berlin' });
      const past = Array.from(
        { length: pick(chance, [0, 1, 3, 8, 30]) },
        (_, nth): Occurrence => ({
          id: String(nth),
          at:
            now0 -
            pick(chance, [between(chance, 0, 3) * hour, between(chance, 0, 40) * day, between(chance, 0, 90) * minute, 60 * day]) +
            pick(chance, [0, 0, 1, -1]),
          name: pick(chance, names),
          properties: {},
        }),
      ).sort((a, b) => a.at - b.at);
      const now = now0 + pick(chance, [0, 1, hour, day, 7 * day]);
      const known = past.filter((event) => event.at <= now);
      const memos = new Map<string, Memo>();
      for (const memo of score.memos) addMemo(memos, memo);
      const person = newPerson('00000000-0000-7000-8000-000000000001', 'api', 0);
      person.state.memory = remember(memos.values(), known);
      const ask = (at: Instant): Question => ({ person, now: at, changesAt: never });
      const say = (): string =>
        JSON.stringify({ seed, round, body, past: known.map((event) => [event.name, toIso(event.at)]), now: toIso(now) });
      const value = score.valueAt(ask(now));
      expect(value, say()).toBe(recount(body, known, now));
      const ledger = score.ledger(ask(now));
      expect(Math.round(ledger.reduce((sum, line) => sum + Math.round(line.worth * 1000), 0)) / 1000, say()).toBe(value);
      expect(
        ledger.every((line) => line.because !== ''),
        say(),
      ).toBe(true);

      // A threshold is crossed at the instant that is told, or that instant only arms the next.
      const threshold = Math.round(pick(chance, [0.001, 1, 5, 7.5, 10, 20, value, value - 0.001, value + 0.001]) * 1000) / 1000;
      const question = ask(now);
      const held = score.isWithin(question, threshold, never);
      expect(held, say()).toBe(value >= threshold);
      if (score.fades) fading++;
      const looks = [1, minute, hour, hour + 1, 5 * hour, day, 9 * day].map((after) => now + after);
      for (const later of [...looks, question.changesAt - 1].filter((at) => at > now && at < question.changesAt && at < now + 400 * day))
        expect(recount(body, known, later) >= threshold, `${say()} at ${toIso(later)}, told ${question.changesAt}`).toBe(held);
      // Following the instants that are told leads to the very first one at which the answer is another.
      let at = question.changesAt;
      for (let steps = 0; at < now + 60 * day && steps < 500; steps++) {
        const next = ask(at);
        const then = score.isWithin(next, threshold, never);
        expect(then, say()).toBe(recount(body, known, at) >= threshold);
        if (then !== held) {
          expect(recount(body, known, at - 1) >= threshold, `${say()} a moment before ${toIso(at)}`).toBe(held);
          crossings++;
          break;
        }
        expect(next.changesAt).toBeGreaterThan(at);
        at = next.changesAt;
      }
    }
    process.stdout.write(`\nscores, seed ${seed}: 2000 cases, ${fading} of them fading, ${crossings} crossings found to the millisecond\n`);
    expect(crossings).toBeGreaterThan(200);
  });
});
