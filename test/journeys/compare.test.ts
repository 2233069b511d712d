import { expect, test } from 'vitest';
import { Journey } from '#contract/journey.ts';
import { compareJourneys, sayComparison } from '#engine/journey/compare.ts';
import { sayStep } from '#engine/journey/steps/index.ts';

/** Two versions of a journey, and what is said to differ. */

const start = { key: 'start', kind: 'entry', on: { event: 'Joined' }, next: 'hello' };
const note = (key: string, next: string | null, text = key) => ({ key, kind: 'note', text, next });
const wait = (key: string, next: string | null, long = 'P2D') => ({ key, kind: 'wait', for: long, next });
const until = (next: string | null, onTimeout: string | null) => ({
  key: 'until',
  kind: 'wait',
  until: { event: 'Booked' },
  timeout: 'P3D',
  next,
  onTimeout,
});
const journey = (steps: object[], more: object = {}): Journey => Journey.parse({ name: 'Course', intent: 'x', steps, ...more });
const say = { step: sayStep, rule: <T>(rule: T): T => rule, text: (_: string, text: string): string => text };
const differ = (before: Journey, after: Journey): string[] =>
  sayComparison(compareJourneys(before, after), before, after, say).map((each) => `${each.step ?? '–'} ${each.text}`);

const first = journey([start, note('hello', 'bye'), note('bye', null)]);

test.each<[string, Journey, Journey, string[]]>([
  ['nothing', first, journey([start, note('bye', null), note('hello', 'bye')]), []],
  [
    'a step put in between: the ways that make room for it are not told',
    first,
    journey([start, note('hello', 'rest'), wait('rest', 'more'), wait('more', 'bye'), note('bye', null)]),
    ['rest Added: Wait 2 days, after Note “hello”.', 'more Added: Wait 2 days, after Wait 2 days.'],
  ],
  [
    'a step taken out',
    journey([start, note('hello', 'rest'), wait('rest', 'bye'), note('bye', null)]),
    first,
    ['rest Removed: Wait 2 days, which stood after Note “hello”.'],
  ],
  [
    'a step that says something else, and a kind that is another',
    journey([start, wait('hello', 'bye'), note('bye', null)]),
    journey([start, wait('hello', 'bye', 'P3D'), { key: 'bye', kind: 'exit', reason: 'done' }]),
    [
      'hello Changed: Wait 3 days. How long: was 2 days, is 3 days.',
      'bye Changed: Exit: done. The kind: was “note”, is “exit”. The reason: was nothing, is “done”. The text: was “bye”, is nothing.',
    ],
  ],
  [
    'a way that leads elsewhere, and one that ends',
    journey([start, note('hello', 'until'), until('bye', 'hello'), note('bye', null)]),
    journey([start, note('hello', 'until'), until('bye', 'bye'), note('bye', null)]),
    ['until Moved: the way “timed out” from “Wait until Booked, at most 3 days” led to “Note “hello””, and leads to “Note “bye””.'],
  ],
  [
    'a brief that is taken away',
    journey([start, note('hello', null)], { brief: { signs: 'New', needs: '', objections: '', nextStep: 'Talk' } }),
    journey([start, note('hello', null)]),
    ['– The journey: The brief: was signs “New”, next step “Talk”, is nothing.'],
  ],
  [
    'a rule and what holds for the whole journey',
    journey([{ ...start, when: { segment: { key: 'open' } } }, note('hello', null)], { folder: 'Sales' }),
    journey([{ ...start, when: { segment: { key: 'closed' } } }, note('hello', null)], {
      goal: { on: { event: 'Bought' }, name: 'Bought', within: 'P10D' },
    }),
    [
      'start Changed: Enter on Joined, when belongs to closed. Who may: was belongs to open, is belongs to closed.',
      '– The journey: The goal: was nothing, is on Bought, Bought, within 10 days.',
      '– The journey: The folder: was “Sales”, is nothing.',
    ],
  ],
])('%s', (_, before, after, wanted) => expect(differ(before, after)).toEqual(wanted));
