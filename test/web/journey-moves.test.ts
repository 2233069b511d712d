import { describe, expect, test } from 'vitest';
import { Journey } from '#contract/journey.ts';
import { exitsOf, Step, type StepOf } from '#contract/steps/index.ts';
import { begin, push, redo, undo } from '../../web/src/parts/history.ts';
import { choicesFor, newEntry, newPath, newStep, stepChoices, type Usual } from '../../web/src/journeys/edit/choices.ts';
import { copy, paste, readClip, writeClip } from '../../web/src/journeys/edit/clip.ts';
import {
  addEntry,
  addPath,
  freshKey,
  insert,
  keysOf,
  lead,
  moveTo,
  remove,
  removePath,
  rename,
} from '../../web/src/journeys/edit/moves.ts';
import { branchFrom, type Spot } from '../../web/src/journeys/edit/ways.ts';

/** How a journey is drawn by hand: every edit as a story of ways, "start > hello, hello > done". */

const usual: Usual = {
  event: 'Page Viewed',
  topic: 'news',
  score: 'engagement',
  stage: 'lead',
  journey: 'other',
  owner: 'ana@example.com',
  date: null,
};
const journeyOf = (...steps: unknown[]): Journey => Journey.parse({ name: 'Guide', intent: 'Help with the guide.', steps });
const start = { key: 'start', kind: 'entry', on: { event: 'Document Downloaded' }, next: 'hello' };
const hello = { key: 'hello', kind: 'note', text: 'Hello', next: 'done' };
const done = { key: 'done', kind: 'exit' };
const straight = journeyOf(start, hello, done);
const forked = journeyOf(
  { ...start, next: 'opened' },
  { key: 'opened', kind: 'wait', until: { event: 'Page Viewed' }, timeout: 'P2D', next: 'points', onTimeout: 'tag' },
  { key: 'points', kind: 'note', text: 'points', next: 'follow' },
  { key: 'follow', kind: 'note', text: 'follow', next: 'done' },
  { key: 'tag', kind: 'tag', add: ['cold'], next: 'note' },
  { key: 'note', kind: 'note', text: 'cold', next: 'done' },
  done,
);

/** Every step with where its ways lead. */
const say = (journey: Journey): string =>
  journey.steps.map((step) => [step.key, ...exitsOf(step).map(({ next }) => next ?? '.')].join(' > ')).join(', ');
const next = (from: string, ...at: (string | number)[]): Spot => ({ from, at: at.length === 0 ? ['next'] : at });
const choice = (id: string) => stepChoices.find((each) => each.id === id)!;
const added = (journey: Journey, id: string, spot: Spot): Journey => insert(journey, spot, newStep(journey, choice(id), usual));

describe('steps of the palette', () => {
  test.each(stepChoices.map((each) => [each.id, each] as const))(
    '%s is complete as soon as it is inserted, when there is something to point at',
    (_, each) => {
      const step = newStep(straight, each, usual);
      if (step.kind === 'nurture') step.contents = [{ template: 'hello' }];
      expect(Step.parse(step)).toEqual(step);
    },
  );
  test('an entry and a path are complete too', () => {
    expect(Step.parse(newEntry(straight, usual))).toMatchObject({ key: 'entry' });
    const branch = { ...(newStep(straight, choice('branch'), usual) as StepOf<'branch'>) };
    expect(Step.parse({ ...branch, paths: [...branch.paths, newPath(usual, 1)] })).toMatchObject({
      paths: [{ label: 'Yes' }, { label: 'Path 2' }],
    });
  });
  test('a linear journey waits for time only, a branching one calls nobody outside', () => {
    const ids = (architecture: Journey['architecture']): string[] => choicesFor({ architecture }).map((each) => each.id);
    expect(ids('linear')).toEqual(expect.arrayContaining(['mail', 'wait', 'until-time', 'exit']));
    expect(ids('linear')).not.toEqual(expect.arrayContaining(['until']));
    expect(ids('branching')).toContain('until');
    expect(ids('branching')).not.toContain('call');
    expect(ids('adaptive')).toHaveLength(stepChoices.length);
  });
  test('a key says what it is, and counts when it is taken', () => {
    expect(freshKey(new Set(), 'wait')).toBe('wait');
    expect(freshKey(new Set(['wait', 'wait-2']), 'wait')).toBe('wait-3');
    expect(freshKey(new Set(['wait', 'wait-2']), 'wait-2')).toBe('wait-3');
  });
});

describe('steps come and go', () => {
  test('a step on a way: what stood there follows', () => {
    expect(say(added(straight, 'wait', next('start')))).toBe('start > wait, wait > hello, hello > done, done');
  });
  test('a step with several ways: all of them lead on, so that nobody is lost', () => {
    expect(say(added(straight, 'branch', next('hello')))).toBe('start > hello, hello > branch, branch > done > done, done');
    expect(say(added(straight, 'until', next('hello')))).toBe('start > hello, hello > until, until > done > done, done');
  });
  test('a step at an open end', () => {
    const open = lead(straight, next('hello'), null);
    expect(say(added(open, 'goal', next('hello')))).toBe('start > hello, hello > goal, goal, done');
  });
  test('a step on the way of a timeout', () => {
    expect(say(added(forked, 'task', next('opened', 'onTimeout')))).toContain('opened > points > task, task > tag');
  });
  test('one more entry leads to where the first leads', () => {
    expect(say(addEntry(straight, newEntry(straight, usual)))).toBe('start > hello, entry > hello, hello > done, done');
  });
  test('a step goes: those before it go on to what its first way led to', () => {
    expect(say(remove(straight, new Set(['hello'])).journey)).toBe('start > done, done');
  });
  test('several go at once', () => {
    expect(say(remove(forked, new Set(['points', 'follow', 'note'])).journey)).toBe(
      'start > opened, opened > done > tag, tag > done, done',
    );
  });
  test('what only it led to goes with it, and is said', () => {
    const { journey, gone } = remove(forked, new Set(['opened']));
    expect(say(journey)).toBe('start > points, points > follow, follow > done, done');
    expect(gone).toEqual(['opened', 'tag', 'note']);
  });
  test('without its entry, what follows stays', () => {
    expect(say(remove(straight, new Set(['start'])).journey)).toBe('hello > done, done');
  });
  test('a step that leads back to itself can go', () => {
    const circle = lead(straight, next('hello'), 'hello');
    expect(say(remove(circle, new Set(['hello', 'done'])).journey)).toBe('start > .');
  });
});

describe('paths', () => {
  const split = insert(straight, next('start'), newStep(straight, choice('split'), usual));
  test('a path of a split comes, and the shares add up', () => {
    const three = addPath(split, 'split', newPath(usual, 2));
    const step = three.steps.find((each) => each.key === 'split') as StepOf<'split'>;
    expect(step.paths.map(({ share }) => share)).toEqual([34, 33, 33]);
    expect(Step.safeParse(step).success).toBe(true);
  });
  test('a path goes with what only it led to', () => {
    const branched = added(
      lead(addPath(added(straight, 'branch', next('start')), 'branch', newPath(usual, 1)), next('branch', 'paths', 1, 'next'), null),
      'note',
      next('branch', 'paths', 1, 'next'),
    );
    expect(say(branched)).toContain('branch > hello > note > hello');
    const { journey, gone } = removePath(branched, 'branch', 1);
    expect(say(journey)).toBe('start > branch, branch > hello > hello, hello > done, done');
    expect(gone).toEqual(['note']);
  });
  test('the last paths stay', () => expect(removePath(split, 'split', 0).journey).toBe(split));
});

describe('steps move and are copied', () => {
  test('a step moves to another way', () => {
    expect(say(moveTo(forked, 'follow', next('tag')))).toBe(
      'start > opened, opened > points > tag, points > done, tag > follow, follow > note, note > done, done',
    );
  });
  test('where it stands already, nothing changes', () => {
    expect(moveTo(forked, 'follow', next('points'))).toBe(forked);
    expect(moveTo(forked, 'follow', next('follow'))).toBe(forked);
    expect(moveTo(forked, 'start', next('follow'))).toBe(forked);
  });
  test('a branch is a step and all that only it leads to', () => {
    expect(branchFrom(forked, 'tag')).toEqual(['tag', 'note']);
    expect(branchFrom(forked, 'opened')).toEqual(['opened', 'points', 'follow', 'tag', 'note', 'done']);
  });
  test('a copied branch is pasted on a way, under keys of its own, and what stood there follows it', () => {
    const { journey, keys } = paste(forked, next('points'), copy(forked, new Set(branchFrom(forked, 'tag'))));
    expect(keys).toEqual(['tag-2', 'note-2']);
    expect(say(journey)).toContain('points > tag-2, tag-2 > note-2, note-2 > follow, follow > done');
  });
  test('steps that do not hang together follow one another', () => {
    const { journey } = paste(straight, next('hello'), copy(forked, new Set(['points', 'note'])));
    expect(say(journey)).toBe('start > hello, hello > points, points > note, note > done, done');
  });
  test('a fork goes into another journey by the clipboard, as text', () => {
    const text = writeClip(copy(forked, new Set(['start', 'opened', 'points', 'tag'])));
    const { journey } = paste(straight, next('start'), readClip(text)!);
    expect(say(journey)).toBe('start > opened, opened > points > tag, points > hello, tag > hello, hello > done, done');
    expect(Journey.safeParse(journey).success).toBe(true);
  });
  test('a copy that ended by itself goes on where it is pasted', () => {
    const open = lead(straight, next('hello'), null);
    expect(say(paste(straight, next('start'), copy(open, new Set(['hello']))).journey)).toBe(
      'start > hello-2, hello-2 > hello, hello > done, done',
    );
  });
  test('any other text is no clip', () =>
    expect([readClip('hello'), readClip('{"steps":[]}'), readClip('[1]')]).toEqual([null, null, null]));
  test('a key changes everywhere; one that is taken or badly written does not', () => {
    expect(say(rename(forked, 'done', 'the-end'))).toContain('follow > the-end');
    expect(rename(forked, 'done', 'tag')).toBe(forked);
    expect(rename(forked, 'done', 'The end')).toBe(forked);
  });
});

test('undo says what it undoes, and redo brings it back', () => {
  const first = added(straight, 'wait', next('start'));
  const second = remove(first, new Set(['hello'])).journey;
  const history = push(push(begin(straight), first, 'insert “Wait 1 day”', 0), second, 'remove “Note “Hello””', 5_000);
  expect(history.past.map(({ did }) => did)).toEqual(['insert “Wait 1 day”', 'remove “Note “Hello””']);
  expect(undo(history).now).toBe(first);
  expect(undo(undo(history)).now).toBe(straight);
  expect(redo(undo(history)).now).toBe(second);
});

test('whatever is inserted, pasted and removed, keys stay unique and every way leads to a step', () => {
  let seed = 7;
  const draw = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  let journey = straight;
  for (let round = 0; round < 600; round++) {
    const ways = journey.steps.flatMap((step) => exitsOf(step).map(({ at }) => ({ from: step.key, at })));
    const spot = ways[draw(ways.length)]!;
    const step = journey.steps[draw(journey.steps.length)]!;
    const what = journey.steps.length > 60 ? 3 : draw(5);
    if (what === 0) journey = insert(journey, spot, newStep(journey, stepChoices[draw(stepChoices.length)]!, usual));
    else if (what === 1) journey = paste(journey, spot, copy(journey, new Set(branchFrom(journey, step.key).slice(0, 4)))).journey;
    else if (what === 2) journey = moveTo(journey, step.key, spot);
    else if (what === 3 && step.kind !== 'entry') journey = remove(journey, new Set([step.key])).journey;
    else if (what === 4) journey = addPath(journey, step.key, newPath(usual, 2));
    expect(keysOf(journey).size).toBe(journey.steps.length);
    for (const each of journey.steps)
      for (const way of exitsOf(each)) expect(way.next === null || keysOf(journey).has(way.next), say(journey)).toBe(true);
  }
});
