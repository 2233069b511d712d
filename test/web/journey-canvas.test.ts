import { describe, expect, test } from 'vitest';
import { Journey } from '#contract/journey.ts';
import { found, stepChoices } from '../../web/src/journeys/edit/choices.ts';
import { walk } from '../../web/src/journeys/edit/walk.ts';
import { keepSame } from '../../web/src/journeys/keep-same.ts';
import { noNames as names } from '../../web/src/journeys/named.ts';
import { type Drawing, layOut, outlineOf, type Placed, sizesOf } from '../../web/src/journeys/lay-out.ts';

/** Where a journey is drawn, and where the arrow keys lead on it. */

const measure = (text: string): number => text.length * 7;
const forked = Journey.parse({
  name: 'Guide',
  intent: 'Help with the guide.',
  steps: [
    { key: 'start', kind: 'entry', on: { event: 'Document Downloaded' }, next: 'until' },
    { key: 'call', kind: 'entry', on: { by: 'api' }, next: 'until' },
    { key: 'until', kind: 'wait', until: { event: 'Page Viewed' }, timeout: 'P2D', next: 'mail', onTimeout: 'tag' },
    { key: 'mail', kind: 'note', text: 'mail', next: 'again' },
    { key: 'again', kind: 'wait', untilRule: { event: { name: 'Booked' } }, timeout: 'P2D', next: null, onTimeout: 'until' },
    { key: 'tag', kind: 'tag', add: ['cold'], next: null },
  ],
});
const place = (journey: Journey, drawing: Drawing = { apart: true }): Placed => layOut(journey, undefined, names, measure, drawing);
const placed = place(forked);
const node = (key: string) => placed.nodes.find((each) => each.id === key)!;
const edge = (id: string) => placed.edges.find((each) => each.id === id)!;

describe('the drawing', () => {
  test('every way is an edge of its own, with an end where it leads nowhere', () => {
    expect(placed.edges.map((each) => `${each.id} → ${each.to}`)).toEqual([
      'start/next → until',
      'call/next → until',
      'until/next → mail',
      'until/onTimeout → tag',
      'mail/next → again',
      'again/next → again:end:next',
      'again/onTimeout → until',
      'tag/next → tag:end:next',
    ]);
  });
  test('no two cards lie on each other, nor two buttons', () => {
    const apart = (a: { x: number; y: number }, b: { x: number; y: number }, width: number, height: number): boolean =>
      Math.abs(a.x - b.x) >= width || Math.abs(a.y - b.y) >= height;
    for (const [index, a] of placed.nodes.entries())
      for (const b of placed.nodes.slice(index + 1))
        expect(apart(a, b, Math.min(a.width, b.width), Math.min(a.height, b.height))).toBe(true);
    for (const [index, a] of placed.edges.entries())
      for (const b of placed.edges.slice(index + 1)) expect(apart(a.labelAt, b.labelAt, 26, 26), `${a.id} ${b.id}`).toBe(true);
  });
  test('what follows stands below, and only a way back leads up', () => {
    for (const each of placed.edges) expect(node(each.to).y > node(each.from).y).toBe(!each.back);
    expect(placed.edges.filter((each) => each.back).map((each) => each.id)).toEqual(['again/onTimeout']);
  });
  test('the first way is on the left', () => {
    expect(edge('until/next').labelAt.x).toBeLessThan(edge('until/onTimeout').labelAt.x);
  });
  test('ways to the same step are one edge where nothing is edited', () => {
    const merged = {
      ...forked,
      steps: forked.steps.map((step) => (step.key === 'until' ? { ...step, onTimeout: 'mail' } : step)),
    } as Journey;
    expect(place(merged, {}).edges.find((each) => each.from === 'until')).toMatchObject({ label: 'happened or timed out', to: 'mail' });
  });
  test('it is laid out anew when sizes change, and not when words do', () => {
    const sizes = (text: string): string =>
      sizesOf(
        outlineOf(
          { ...forked, steps: forked.steps.map((step) => (step.key === 'mail' ? { ...step, text } : step)) } as Journey,
          undefined,
          names,
          measure,
          { apart: true },
        ),
      );
    expect(sizes('post')).toBe(sizes('mail'));
    expect(sizes('a note of so many words that it takes another line')).not.toBe(sizes('mail'));
  });
  test('what stays as it is stays the same object', () => {
    const before = [
      { id: 'a', x: 1 },
      { id: 'b', x: 1 },
    ];
    const after = keepSame(before, [
      { id: 'b', x: 1 },
      { id: 'a', x: 2 },
    ]);
    expect([after[0] === before[1], after[1] === before[0]]).toEqual([true, false]);
  });
});

test.each([
  ['start', 'down', 'until'],
  ['until', 'down', 'mail'],
  ['mail', 'right', 'tag'],
  ['tag', 'left', 'mail'],
  ['tag', 'up', 'until'],
  ['call', 'right', 'start'],
  ['until', 'up', 'start'],
  ['tag', 'down', null],
  ['nobody', 'down', 'start'],
] as const)('from %s the arrow %s leads to %s', (from, direction, to) => expect(walk(placed, from, direction)).toBe(to));

test.each([
  ['send', 'mail'],
  ['until some', 'until'],
  ['wait', 'wait'],
  ['points', 'points'],
  ['percent', 'split'],
  ['delay', 'wait'],
  ['if', 'branch'],
])('“%s” finds %s first', (text, id) => expect(found(stepChoices, text)[0]?.id).toBe(id));
