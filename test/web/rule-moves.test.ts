// biome-ignore-all lint/suspicious/noThenProperty: a name of the rule language
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Condition, type ConditionKind, conditions, Rule } from '#contract/rule.ts';
import { begin, push, redo, undo } from '../../web/src/parts/history.ts';
import { type Draft, groupOf, open, placeOf } from '../../web/src/rules/draft.ts';
import { finished, lacksOf } from '../../web/src/rules/lacks.ts';
import {
  duplicate,
  insert,
  moveDown,
  moveUp,
  negate,
  partAt,
  type Path,
  remove,
  setMode,
  unwrap,
  wrap,
} from '../../web/src/rules/moves.ts';

const did = (name: string): Condition => ({ event: { name } });
const [a, b, c] = [did('A'), did('B'), did('C')];

/** Letters for conditions: "all(A any(B C))". */
function say(draft: Draft): string {
  const group = groupOf(draft);
  if (group) return `${group.mode}(${group.parts.map(say).join(' ')})`;
  return 'not' in draft ? `no ${say(draft.not)}` : 'event' in draft ? draft.event.name! : Object.keys(draft).join();
}
const nested: Draft = { all: [a, { any: [b, c] }] };

describe('edits of a rule', () => {
  it.each<[string, Draft, string]>([
    ['one more at the end', insert({ all: [a] }, [], 1, b), 'all(A B)'],
    ['one more in a group', insert(nested, [1], 0, a), 'all(A any(A B C))'],
    ['one less', remove(nested, [0]), 'all(any(B C))'],
    ['the last of a group takes the group with it', remove({ all: [a, { any: [b] }] }, [1, 0]), 'all(A)'],
    ['the last of all leaves an empty group', remove({ all: [a] }, [0]), 'all()'],
    ['a copy stands after it', duplicate(nested, [1, 0]).draft, 'all(A any(B B C))'],
    ['into a group of its own', wrap(nested, [0]).draft, 'all(any(A) any(B C))'],
    ['a group dissolves', unwrap(nested, [1]).draft, 'all(A B C)'],
    ['the opposite of a condition', negate(nested, [0]), 'all(no A any(B C))'],
    ['the opposite of a group', negate(nested, [1]), 'all(A none(B C))'],
    ['another way to hold together', setMode(nested, [], 'none'), 'none(A any(B C))'],
    ['inside of a "none"', insert({ not: { any: [a] } }, [], 1, b), 'none(A B)'],
    ['down into the next group', moveDown(nested, [0]).draft, 'all(any(A B C))'],
    ['up out of its group', moveUp(nested, [1, 0]).draft, 'all(A B any(C))'],
    ['up past another', moveUp({ all: [a, b] }, [1]).draft, 'all(B A)'],
    ['the last of a group leaves it, and it goes', moveDown({ all: [{ any: [a] }, b] }, [0, 0]).draft, 'all(A B)'],
    ['nowhere to go', moveUp(nested, [0]).draft, 'all(A any(B C))'],
  ])('%s', (_, draft, expected) => expect(say(draft)).toBe(expected));

  const leaf = fc.constantFrom<Draft>(a, b, c, { not: a });
  const rules = fc.letrec<{ rule: Draft }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
      fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
      fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((any) => ({ not: { any } })),
    ),
  })).rule;
  const placesIn = (draft: Draft, at: number[] = []): number[][] => [
    at,
    ...(groupOf(draft)?.parts.flatMap((part, index) => placesIn(part, [...at, index])) ?? []),
  ];
  const letters = (draft: Draft): string =>
    [...say(draft).matchAll(/\b[ABC]\b/g)]
      .map((match) => match[0])
      .toSorted()
      .join('');

  it('moving loses nothing, and finds the part again where it says', () => {
    fc.assert(
      fc.property(rules, fc.nat(), fc.boolean(), (rule, pick, up) => {
        const draft = open(rule as Rule);
        const places: Path[] = placesIn(draft);
        const path = places[pick % places.length]!;
        const moved = (up ? moveUp : moveDown)(draft, path);
        expect(letters(moved.draft)).toBe(letters(draft));
        expect(partAt(moved.draft, moved.path)).toEqual(partAt(draft, path));
      }),
    );
  });

  it('undo goes back to the very rule, redo forth again', () => {
    fc.assert(
      fc.property(rules, fc.array(fc.nat(), { maxLength: 8 }), (rule, picks) => {
        let history = begin(open(rule as Rule));
        const start = history.now;
        for (const pick of picks) {
          const places = placesIn(history.now);
          history = push(history, remove(history.now, places[pick % places.length]!), 'remove', Number.POSITIVE_INFINITY);
        }
        const end = history.now;
        for (const _ of picks) history = undo(history);
        expect(history.now).toBe(start);
        for (const _ of picks) history = redo(history);
        expect(history.now).toBe(end);
      }),
    );
  });
});

describe('what is not finished', () => {
  /** One condition of each kind as the contract wants it, and what is left when something was not chosen. */
  const whole: { [K in ConditionKind]: [Condition, Draft] } = {
    trait: [{ trait: { path: 'city', op: 'equals', value: 'Porto' } }, { trait: { path: 'city', op: 'equals' } }],
    profile: [
      { profile: { field: 'lastSeenAt', op: 'within-last', value: 'P7D' } },
      { profile: { field: 'lastSeenAt', op: 'within-last', value: 7 } },
    ],
    event: [
      { event: { name: 'A', where: [{ property: 'total', op: 'between', value: [1, 2] }] } },
      { event: { name: 'A', where: [{ property: 'total', op: 'between', value: [2, 1] }] } },
    ],
    measure: [
      { measure: { name: 'A', take: 'sum', property: 'total', op: 'at-least', value: 5 } },
      { measure: { name: 'A', take: 'sum', op: 'at-least', value: 5 } },
    ],
    sequence: [
      { sequence: { first: { event: 'A' }, then: { event: 'B' }, within: 'P1D', happened: true } },
      { sequence: { first: { event: 'A' }, then: {}, within: 'P1D' } },
    ],
    trend: [
      { trend: { name: 'A', over: 'P30D', change: 'down', percent: 50, atLeastBefore: 1 } },
      { trend: { name: 'A', over: 'PT0S', change: 'down', percent: 50 } },
    ],
    stage: [{ stage: { in: ['lead'] } }, { stage: { in: [] } }],
    segment: [{ segment: { key: 'vip' } }, { segment: {} }],
    score: [{ score: { key: 'engagement', atLeast: 50 } }, { score: { atLeast: 50 } }],
    grade: [{ grade: { key: 'fit', in: ['A1'] } }, { grade: { key: 'fit' } }],
    consent: [{ consent: { topic: 'news' } }, { consent: { channel: 'email' } }],
    reachable: [{ reachable: { channel: 'email' } }, { reachable: {} }],
    bucket: [{ bucket: { draw: 'x', from: 0, to: 10 } }, { bucket: { draw: 'x', from: 10, to: 10 } }],
    moment: [{ moment: { weekdays: [1] } }, { moment: { weekdays: [] } }],
  };
  it.each(Object.keys(conditions) as ConditionKind[])('%s: what the editor calls finished is what the contract takes', (kind) => {
    const [complete, lacking] = whole[kind];
    expect(Rule.safeParse(finished(open(complete))).success).toBe(true);
    expect(lacksOf(lacking)).toHaveLength(1);
    expect(finished(open(lacking as Rule))).toBeNull();
    expect(Rule.safeParse(lacking).success).toBe(false);
  });

  it('one condition that is not finished keeps the whole rule back', () => {
    expect(finished({ all: [a, { any: [b, { segment: {} }] }] })).toBeNull();
    expect(finished({ all: [] })).toBeNull();
    expect(finished({ all: [a] })).toEqual(a);
  });
});

describe('where a mistake stands', () => {
  const rule: Rule = { all: [a, { not: { any: [b, { segment: { key: 'vip' } }] } }] };
  it.each<[string, string, Rule, number[]]>([
    ['by its path', 'rule.all.1.not.any.0.event.name', { all: [a, { all: [b] }] }, [1]],
    ['by its path through groups', 'rule.all.1.any.0.event.name', { all: [a, { any: [b] }] }, [1, 0]],
    ['through a none', 'rule.all.1.not.any.1.segment.key', rule, [1, 1]],
    ['of a condition alone', 'rule.event.name', a, [0]],
    ['else at the whole', 'rule', rule, []],
  ])('%s', (_, path, sent, expected) => expect(placeOf({ path, message: 'wrong' }, sent)).toEqual(expected));
});
