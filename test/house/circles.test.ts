import { describe, expect, test } from 'vitest';
import { findCircles } from '#engine/house/circles.ts';
import { type Loose, setOf } from './set.ts';

/** Journeys, segments, scores and stages that lead to each other: which circles turn for ever, which end by themselves, and which are none. */

const entry = (on: object, next: string | null, more: object = {}) => ({ key: 'start', kind: 'entry', on, next, ...more });
const tag = (key: string, add: string[], remove: string[], next: string | null = null) => ({ key, kind: 'tag', add, remove, next });
const starts = (journey: string, next: string | null = null) => ({ key: `to-${journey}`, kind: 'start-journey', journey, next });
const wait = (days: number, next: string | null = null) => ({ key: 'wait', kind: 'wait', for: `P${days}D`, next });
const points = (by: number, next: string | null = null) => ({
  key: 'points',
  kind: 'add-points',
  score: 'heat',
  points: by,
  because: 'because',
  next,
});
const note = (next: string | null = null) => ({ key: 'note', kind: 'note', text: 'noted', next });
const move = (to: string, next: string | null = null) => ({ key: `to-${to}`, kind: 'move-stage', to, next });
const journey = (key: string, steps: object[], more: object = {}): Loose => ({
  kind: 'journey',
  key,
  body: { name: key, intent: 'x', reentry: 'after-exit', steps, ...more },
});
const tagged = (value: string) => ({ trait: { path: 'tags', op: 'contains', value } });
const segment = (key: string, rule: object): Loose => ({ kind: 'segment', key, body: { name: key, rule } });
const hot = segment('hot', tagged('hot'));
const byJourney = { by: 'journey' };
const heat: Loose = {
  kind: 'score',
  key: 'heat',
  body: {
    name: 'heat',
    signals: [{ because: 'visited', points: 5, on: { event: 'Page Viewed' } }],
    thresholds: [{ key: 'warm', name: 'warm', at: 20 }],
  },
};
const lifecycle = (next: [string, string[]][]): Loose => ({
  kind: 'lifecycle',
  key: 'main',
  body: { name: 'Lifecycle', stages: next.map(([key, to]) => ({ key, name: key, meaning: key, first: true, next: to })) },
});
const warm = journey('warm', [entry(byJourney, 'tag'), tag('tag', ['hot'], [])]);
const cool = journey('cool', [entry({ segment: 'hot' }, 'untag'), tag('untag', [], ['hot'], 'to-warm'), starts('warm')]);

const endless: [why: string, set: Loose[], says: string][] = [
  [
    'two journeys and a segment, over a tag that one adds and the other takes away',
    [warm, hot, cool],
    'Journey “warm” → adds the tag “hot” → Segment “hot” → is entered → Journey “cool” → starts → Journey “warm”',
  ],
  [
    'a wait on the way slows it down, and does not end it',
    [journey('warm', [entry(byJourney, 'wait'), wait(7, 'tag'), tag('tag', ['hot'], [])]), hot, cool],
    'Journey “warm” → adds the tag “hot” → Segment “hot” → is entered → Journey “cool” → starts → Journey “warm”',
  ],
  [
    'a journey that starts itself',
    [journey('again', [entry(byJourney, 'wait'), wait(1, 'to-again'), starts('again')])],
    'Journey “again” → starts → Journey “again”',
  ],
  [
    'a journey that hears the note that it writes',
    [journey('echo', [entry({ event: 'Note Added' }, 'note'), note()])],
    'Journey “echo” → writes a note → Journey “echo”',
  ],
  [
    'points that are added when they have fallen, and taken off when they have risen',
    [
      heat,
      journey('up', [entry({ score: 'heat', threshold: 'warm', change: 'fallen' }, 'points'), points(30)]),
      journey('down', [entry({ score: 'heat', threshold: 'warm' }, 'points'), points(-30)]),
    ],
    'Journey “up” → adds points to “heat” → Score “heat” → rises to warm → Journey “down” → takes points off “heat” → Score “heat” → falls below warm → Journey “up”',
  ],
  [
    'two stages that send people to each other',
    [
      lifecycle([
        ['lead', ['customer']],
        ['customer', ['lead']],
      ]),
      journey('there', [entry({ stage: 'lead' }, 'to-customer'), move('customer')]),
      journey('back', [entry({ stage: 'customer' }, 'to-lead'), move('lead')]),
    ],
    'Journey “there” → moves people to it → Stage “customer” → is entered → Journey “back” → moves people to it → Stage “lead” → is entered → Journey “there”',
  ],
  [
    'a segment that time empties, and a journey that fills it again',
    [
      segment('noted', { event: { name: 'Note Added', within: 'P7D' } }),
      journey('remind', [entry({ segment: 'noted', change: 'left' }, 'note'), note()]),
    ],
    'Journey “remind” → writes a note → Segment “noted” → is left when time has passed → Journey “remind”',
  ],
  [
    'over a segment that reads another one',
    [
      warm,
      hot,
      segment('hotter', { segment: { key: 'hot' } }),
      journey('cool', [entry({ segment: 'hotter' }, 'untag'), tag('untag', [], ['hot'], 'to-warm'), starts('warm')]),
    ],
    'Journey “warm” → adds the tag “hot” → Segment “hot” → is entered → Segment “hotter” → is entered → Journey “cool” → starts → Journey “warm”',
  ],
  [
    'the timeout of a wait for somebody turns it, though nobody comes',
    [
      journey('again', [
        entry(byJourney, 'wait'),
        { key: 'wait', kind: 'wait', until: { event: 'Bought' }, timeout: 'P1D', next: null, onTimeout: 'to-again' },
        starts('again'),
      ]),
    ],
    'Journey “again” → starts → Journey “again”',
  ],
  [
    'after a while, where another journey lets that while pass',
    [
      journey('slow', [entry(byJourney, 'wait'), wait(10, 'to-short'), starts('short')], { reentry: 'any-time' }),
      journey('short', [entry(byJourney, 'to-slow'), starts('slow')], { reentry: { after: 'P7D' } }),
    ],
    'Journey “slow” → starts → Journey “short” → starts → Journey “slow”',
  ],
];

const held: [why: string, set: Loose[], because: RegExp][] = [
  [
    'a journey that takes nobody twice',
    [{ ...warm, body: { ...warm.body, reentry: 'never' } }, hot, cool],
    /“warm” takes nobody a second time/,
  ],
  [
    'a journey that lets nobody in again for a week, when it starts itself at once',
    [journey('again', [entry(byJourney, 'to-again'), starts('again')], { reentry: { after: 'P7D' } })],
    /“again” lets nobody in again so soon/,
  ],
  [
    'a journey that is still under way when it asks for itself',
    [journey('again', [entry(byJourney, 'to-again'), starts('again', 'wait'), wait(3)])],
    /“again” lets nobody in again so soon/,
  ],
];

const none: [why: string, set: Loose[]][] = [
  [
    'a tag that is added and never taken away can be added once',
    [warm, hot, journey('cool', [entry({ segment: 'hot' }, 'to-warm'), starts('warm')])],
  ],
  ['another tag', [warm, segment('hot', tagged('cold')), cool]],
  [
    'a value that is set once',
    [
      segment('vip', { trait: { path: 'plan', op: 'equals', value: 'vip' } }),
      journey('promote', [entry({ segment: 'vip' }, 'set'), { key: 'set', kind: 'set-trait', path: 'plan', value: 'vip', next: null }]),
    ],
  ],
  [
    'an approval lies on the way: a colleague turns it',
    [
      journey('again', [
        entry(byJourney, 'ask'),
        { key: 'ask', kind: 'approve', question: 'Again?', next: 'to-again', onRefused: null, onTimeout: null },
        starts('again'),
      ]),
    ],
  ],
  [
    'an event of the person lies on the way',
    [
      journey('again', [
        entry(byJourney, 'wait'),
        { key: 'wait', kind: 'wait', until: { event: 'Bought' }, timeout: 'P1D', next: 'to-again', onTimeout: null },
        starts('again'),
      ]),
    ],
  ],
  [
    'a note of another step',
    [journey('echo', [entry({ event: 'Note Added', where: [{ property: 'journey', op: 'equals', value: 'other' }] }, 'note'), note()])],
  ],
  [
    'the entry asks for what the journey takes away for good',
    [journey('echo', [entry({ event: 'Note Added' }, 'tag', { when: { not: tagged('done') } }), tag('tag', ['done'], [], 'note'), note()])],
  ],
  [
    'the lifecycle leads nobody back',
    [
      lifecycle([
        ['lead', ['customer']],
        ['customer', []],
      ]),
      journey('there', [entry({ stage: 'lead' }, 'to-customer'), move('customer')]),
      journey('back', [entry({ stage: 'customer' }, 'to-lead'), move('lead')]),
    ],
  ],
  [
    'points that only grow cross a threshold once',
    [heat, journey('up', [entry({ score: 'heat', threshold: 'warm' }, 'points'), points(30)])],
  ],
];

describe('circles', () => {
  test.each(endless)('turns for ever: %s', (_, set, says) => {
    expect(findCircles(setOf(set)).circles.map((circle) => [circle.endless, circle.says])).toEqual([[true, says]]);
  });
  test.each(held)('ends by itself, and says by what: %s', (_, set, because) => {
    const { circles } = findCircles(setOf(set));
    expect(circles.map((circle) => circle.endless)).toEqual([false]);
    expect(circles[0]!.because).toMatch(because);
  });
  test.each(none)('is no circle: %s', (_, set) => {
    expect(findCircles(setOf(set)).circles).toEqual([]);
  });
});
