import { expect, test } from 'vitest';
import { Journey } from '#contract/journey.ts';
import { complexityOf } from '#engine/journey/complexity.ts';

/** How much there is to understand is the same wherever it is asked. */

const of = (...steps: object[]) =>
  complexityOf(
    Journey.parse({ name: 'J', intent: 'x', steps: [{ key: 'start', kind: 'entry', on: { event: 'A' }, next: 'one' }, ...steps] }),
  );
const wait = (key: string, next: string | null) => ({ key, kind: 'wait', for: 'P1D', next });

test.each([
  ['steps in a row', of(wait('one', 'two'), wait('two', null)), { steps: 3, branches: 0, longest: 3, points: 6, words: 'simple' }],
  [
    'a fork of which one way is longer',
    of(
      {
        key: 'one',
        kind: 'split',
        paths: [
          { label: 'A', share: 50, next: 'two' },
          { label: 'B', share: 50, next: null },
        ],
      },
      wait('two', null),
    ),
    { steps: 3, branches: 1, longest: 3, points: 8, words: 'simple' },
  ],
  [
    'a way back has no length',
    of(wait('one', 'two'), wait('two', 'one')),
    { steps: 3, branches: 0, longest: 3, points: 6, words: 'simple' },
  ],
  [
    'many in a row',
    of(...Array.from({ length: 9 }, (_, n) => wait(n === 0 ? 'one' : `w${n}`, n === 8 ? null : `w${n + 1}`))),
    { steps: 10, branches: 0, longest: 10, points: 20, words: 'medium' },
  ],
])('%s', (_, found, wanted) => expect(found).toEqual(wanted));
