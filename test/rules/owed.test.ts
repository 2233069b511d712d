import { expect, test } from 'vitest';
import { Journey } from '#contract/journey.ts';
import type { Rule } from '#contract/rule.ts';
import { compileRulebook, type Published, type Rulebook } from '#engine/rulebook.ts';
import { owedAfter, owedFrom } from '#operations/remember.ts';
import type { Workspace } from '#store/workspaces.ts';

/** Who has yet to be asked what they did: whoever was last decided about before it was asked for. */

const visited = (atLeast: number): Rule => ({ event: { name: 'Visited', atLeast } });
const segment = (rule: Rule): Published<'segment'> => ({
  kind: 'segment',
  key: 'visitors',
  version: 1,
  body: { name: 'Visitors', meaning: '', rule },
});
const journey = (version: number, when: Rule): Published<'journey'> => ({
  kind: 'journey',
  key: 'course',
  version,
  body: Journey.parse({
    name: 'Course',
    intent: 'To show',
    steps: [{ key: 'start', kind: 'entry', on: { event: 'Joined' }, when, next: null }],
  }),
});
const bookOf = (revision: number, published: Published[], pinned: Published<'journey'>[] = []): Rulebook =>
  compileRulebook(1, revision, published, pinned, 'UTC');
/** Since when the only thing that is asked about the past is owed; undefined when it is not. */
const from = (owedMemos: Workspace['owedMemos'], book: Rulebook): number | undefined =>
  owedFrom({ owedMemos } as Workspace, book).get(book.memosByEvent.get('Visited')![0]!.id);

test('what is asked for anew is owed since then, and not anew when another rule asks for it too', () => {
  const nothing = bookOf(1, []);
  const first = bookOf(2, [segment(visited(1))]);
  const owed = owedAfter({}, nothing, first);
  expect(from(owed, first)).toBe(2);
  const again = bookOf(3, [segment(visited(1)), journey(1, visited(1))]);
  expect(from(owedAfter(owed, first, again), again)).toBe(2);
});

test('more of the same is owed anew, less of it is not', () => {
  const few = bookOf(1, [segment(visited(1))]);
  const many = bookOf(2, [segment(visited(3))]);
  expect(from(owedAfter({}, few, many), many)).toBe(2);
  expect(from(owedAfter({}, many, bookOf(3, [segment(visited(1))])), few)).toBe(undefined);
});

test('it is owed however much of it is kept: by who decides with the versions in which some are under way, and by who decides without', () => {
  const before = bookOf(1, []);
  const both = bookOf(2, [segment(visited(1)), journey(1, visited(3))]);
  const owed = owedAfter({}, before, both);
  const after = bookOf(3, [segment(visited(1)), journey(2, { trait: { path: 'plan', op: 'exists' } })], [journey(1, visited(3))]);
  const then = owedAfter(owed, both, after);
  expect(from(then, after)).toBe(2);
  expect(from(then, bookOf(3, [segment(visited(1))]))).toBe(2);
});

test('what only an older version asks for is owed by everybody when something that is published asks for it again', () => {
  const old = journey(1, visited(1));
  const without = bookOf(2, [journey(2, { trait: { path: 'plan', op: 'exists' } })], [old]);
  const back = bookOf(3, [segment(visited(1))], [old]);
  expect(from(owedAfter({}, without, back), back)).toBe(3);
});

test('who is still decided by what was in force before owes nothing that was asked for later', () => {
  const few = bookOf(1, [segment(visited(1))]);
  const many = bookOf(2, [segment(visited(3))]);
  expect(from(owedAfter({}, few, many), few)).toBe(undefined);
});
