import { describe, expect, test } from 'vitest';
import { day } from '#contract/instant.ts';
import type { Signals } from '#contract/signals.ts';
import { signalAsks, signalFindings, signalsBehind } from '#engine/house/signals.ts';
import { setOf } from './set.ts';

/** What a branch rests on, and what is said about it. */

const now = Date.parse('2026-03-01T12:00:00Z');
const [document] = setOf([
  {
    kind: 'journey',
    key: 'one',
    body: {
      name: 'One',
      intent: 'x',
      steps: [
        { key: 'start', kind: 'entry', on: { event: 'Began' }, next: 'which' },
        {
          key: 'which',
          kind: 'branch',
          paths: [
            { label: 'paid', when: { event: { name: 'Paid' } }, next: 'yes' },
            {
              label: 'big',
              when: { all: [{ trait: { path: 'plan.name', op: 'equals', value: 'big' } }, { trait: { path: 'email', op: 'exists' } }] },
              next: 'maybe',
            },
          ],
          otherwise: 'no',
        },
        { key: 'yes', kind: 'exit' },
        { key: 'maybe', kind: 'exit' },
        { key: 'no', kind: 'exit' },
      ],
    },
  },
]);
const journey = document!.body as Parameters<typeof signalFindings>[0];
const ago = (days: number): string => new Date(now - days * day).toISOString();
const ways = (yes: number, maybe: number, no: number): Signals['ways'] => [
  { step: 'which', next: 'yes', count: yes },
  { step: 'which', next: 'maybe', count: maybe },
  { step: 'which', next: 'no', count: no },
];
const good: Signals = {
  people: 1000,
  days: 90,
  asks: [
    { kind: 'event', key: 'Paid', has: 400, lastAt: ago(1) },
    { kind: 'trait', key: 'plan.name', has: 300, lastAt: ago(2) },
  ],
  ways: ways(50, 30, 40),
};
const withAsk = (key: string, change: Partial<Signals['asks'][number]>): Signals => ({
  ...good,
  asks: good.asks.map((each) => (each.key === key ? { ...each, ...change } : each)),
});
const said = (signals: Signals): string[] => signalFindings(journey, signals, now).map(({ path, message }) => `${path}: ${message}`);

describe('branches', () => {
  test('ask about what can be counted; what everybody is known by is not asked', () => {
    expect(signalAsks(journey)).toEqual([
      { kind: 'event', key: 'Paid' },
      { kind: 'trait', key: 'plan.name' },
    ]);
  });
  test.each<[string, Signals, RegExp[]]>([
    ['well founded', good, []],
    [
      'stale',
      withAsk('Paid', { lastAt: ago(40) }),
      [/^steps.1.paths.0.when: the path “paid” rests on “Paid”, which last came 40 days ago$/],
    ],
    ['never seen', withAsk('Paid', { has: 0, lastAt: null }), [/“Paid”, which has never come$/]],
    ['thin by its share', withAsk('plan.name', { has: 49 }), [/the trait plan.name, which 49 of 1000 people have \(4.9 %\)$/]],
    ['thick enough', withAsk('plan.name', { has: 50 }), []],
    ['thin by its number', { ...withAsk('plan.name', { has: 29 }), people: 100 }, [/which 29 of 100 people have/]],
    [
      'one-sided',
      { ...good, ways: ways(96, 2, 2) },
      [/^steps.1: of 100 who came to "which" in 90 days, 96 % took “paid”: it parts hardly anybody$/],
    ],
    ['one-sided, of too few', { ...good, ways: ways(96, 1, 1) }, []],
    ['at the edge', { ...good, ways: ways(95, 3, 2) }, []],
    ['dead', { ...good, ways: ways(20, 0, 10) }, [/^steps.1: nobody took “big” at "which" in 90 days, although 30 came by$/]],
    ['dead, of too few', { ...good, ways: ways(19, 0, 10) }, []],
  ])('%s', (_, signals, words) => {
    expect(said(signals)).toEqual(words.map((each) => expect.stringMatching(each)));
  });
  test('one good sign among several that are enough carries a path', () => {
    const paid = { event: { name: 'Paid' } };
    const named = { trait: { path: 'plan.name', op: 'equals' as const, value: 'big' } };
    const weak = (signals: Signals) =>
      signalsBehind({ any: [paid, named] }, signals, now)
        .filter((each) => each.isWeak)
        .map(({ key }) => key);
    expect(weak(withAsk('Paid', { has: 3 }))).toEqual([]);
    expect(weak({ ...good, people: 20_000 })).toEqual(['Paid', 'plan.name']);
  });
});
