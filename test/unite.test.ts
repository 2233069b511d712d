import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#contract/json.ts';
import { canonical, remains, strictest, united } from '#engine/identity/unite.ts';
import { emptyState, newPerson, type Person } from '#engine/person.ts';
import { nameFrom } from '#engine/traits.ts';

/** Whatever the order in which it turns out that some people are one, the one is the same. The engine's part of invariant I14. */

const idOf = (n: number): string => `01950000-0000-7000-8000-0000000000${n.toString(16).padStart(2, '0')}`;
const word = fc.constantFrom('a', 'b', 'c');
const instant = fc.integer({ min: 1, max: 4 });
const maybe = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { nil: null, freq: 2 });
const source = fc.record({ at: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'), source: word });
const consents = fc.dictionary(
  fc.constantFrom('marketing/*', 'marketing/email', 'account/*'),
  fc.record({ state: fc.constantFrom('granted', 'denied', 'withdrawn'), at: instant }),
);

const person = (n: number): fc.Arbitrary<Person> =>
  fc
    .record({
      traits: fc.dictionary(
        fc.constantFrom('name', 'city', 'plan', 'address'),
        fc.oneof(word, fc.integer({ min: 0, max: 2 }), fc.record({ street: word })),
      ),
      known: maybe(word),
      email: maybe(word),
      phone: maybe(word),
      owner: maybe(word),
      zone: maybe(fc.constantFrom('Europe/Vienna', 'UTC')),
      place: maybe(fc.record({ country: word })),
      stage: maybe(fc.tuple(word, instant, fc.integer({ min: 1, max: 3 }))),
      entryPoint: fc.constantFrom('form', 'api', 'website'),
      firstSource: maybe(source),
      lastSource: maybe(source),
      createdAt: instant,
      lastSeenAt: maybe(instant),
      consents,
      dead: fc.dictionary(fc.constant('email'), word),
      entered: maybe(fc.integer({ min: 1, max: 3 })),
      consentChanges: fc.integer({ min: 0, max: 3 }),
      apart: fc.subarray([idOf(200), idOf(201)]),
      paused: maybe(fc.record({ since: instant, by: word, reason: word })),
      stopped: maybe(fc.record({ since: instant, by: word, reason: word })),
      turns: fc.dictionary(fc.constantFrom('warm', 'cool'), fc.uniqueArray(instant, { maxLength: 3 })),
      locked: maybe(fc.record({ since: instant, journeys: fc.subarray(['cool', 'warm'], { minLength: 1 }) })),
    })
    .map(({ known, stage, entered, consents, dead, consentChanges, apart, paused, stopped, turns, locked, traits, ...rest }) => {
      const kept = traits as JsonObject;
      return {
        ...newPerson(idOf(n), rest.entryPoint, rest.createdAt),
        ...rest,
        traits: kept,
        name: nameFrom(kept),
        userId: known && `user-${n}`,
        stage: stage?.[0] ?? null,
        stageSince: stage?.[1] ?? null,
        state: {
          ...emptyState(),
          consents: consents as Person['state']['consents'],
          dead,
          consentChanges,
          ...(apart.length > 0 ? { apart } : {}),
          ...(paused ? { paused } : {}),
          ...(stopped ? { stopped } : {}),
          ...(locked ? { locked } : {}),
          turns: Object.fromEntries(Object.entries(turns).map(([key, list]) => [key, list.toSorted((a, b) => a - b)])),
          moves: stage?.[2] ?? 0,
          stageEvidence: stage && `evidence-${n}`,
          written: Object.fromEntries(Object.keys(kept).map((key) => [key, { by: 'api' as const, at: n }])),
          journeys: (entered === null
            ? {}
            : { welcome: { entered, lastEntered: entered, lastEnded: n % 2 === 0 ? null : n } }) as Person['state']['journeys'],
        },
      };
    });

/** Some people, which of them are one, each pair said once or more, and two orders in which it is said. */
const graph = fc.integer({ min: 2, max: 6 }).chain((size) => {
  const pair = fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.integer({ min: 0, max: size - 1 }));
  return fc.array(pair, { minLength: 1, maxLength: size + 3 }).chain((pairs) =>
    fc.record({
      people: fc.tuple(...Array.from({ length: size }, (_, n) => person(n))),
      one: fc.shuffledSubarray(pairs, { minLength: pairs.length }),
      other: fc.shuffledSubarray(pairs, { minLength: pairs.length }),
      swapped: fc.boolean(),
    }),
  );
});

/** Carries out merges in an order, as the operation does: whoever was merged away is followed to who they are now. */
function play(people: readonly Person[], pairs: readonly (readonly [number, number])[], swap: boolean): Person[] {
  const now = new Map(people.map((each) => [each.id, each]));
  const into = new Map<string, string>();
  const who = (id: string): string => (into.has(id) ? who(into.get(id)!) : id);
  for (const [a, b] of pairs) {
    const [one, other] = [now.get(who(idOf(a)))!, now.get(who(idOf(b)))!];
    if (one.id === other.id) continue;
    const [winner, loser] = remains(one, other);
    const whole = swap ? united(other, one) : united(one, other);
    expect(whole.id).toBe(winner.id);
    into.set(loser.id, winner.id);
    now.delete(loser.id);
    now.set(winner.id, whole);
  }
  return [...now.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

describe('two people made one', () => {
  test(`10,000 groups of people end the same, whatever the order of merges (SEED=${seed})`, () => {
    fc.assert(
      fc.property(graph, ({ people, one, other, swapped }) => {
        expect(canonical(play(people, other, swapped))).toBe(canonical(play(people, one, false)));
      }),
      { numRuns: 10_000, seed },
    );
  });

  test('three in any grouping, and one with herself', () => {
    fc.assert(
      fc.property(person(0), person(1), person(2), (a, b, c) => {
        const left = united(united(a, b), c);
        expect(canonical(united(a, united(b, c)))).toBe(canonical(left));
        expect(canonical(united(united(c, a), b))).toBe(canonical(left));
        expect(united(a, a)).toBe(a);
      }),
      { numRuns: 2_000, seed },
    );
  });

  test('no "no" of anybody is lost', () => {
    fc.assert(
      fc.property(person(0), person(1), (a, b) => {
        const whole = united(a, b);
        for (const each of [a, b])
          for (const [key, consent] of Object.entries(each.state.consents))
            if (consent.state !== 'granted') expect(whole.state.consents[key]!.state).not.toBe('granted');
        expect(canonical(strictest(a.state.consents, a.state.consents))).toBe(canonical(a.state.consents));
      }),
      { numRuns: 2_000, seed },
    );
  });

  test('what is written after a merge is the whole person’s own and stands above what the other gives', () => {
    const [low, high] = [newPerson(idOf(9), 'api', 1), { ...newPerson(idOf(1), 'api', 1), userId: 'u' }];
    const whole = united({ ...high, traits: {} }, { ...low, traits: { city: 'Linz' } });
    expect(whole.state.given).toMatchObject({ 'traits.city': { by: `1:${idOf(9)}` } });
    const middle = { ...newPerson(idOf(5), 'api', 1), traits: { city: 'Wels' } };
    expect(united(whole, middle).traits.city).toBe('Wels');
    expect(united({ ...whole, traits: { city: 'Graz' } }, middle).traits.city).toBe('Graz');
  });
});
