import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldDiff, lineDiff } from '../../web/src/definitions/line-diff.ts';

const say = (before: string, after: string): string[] =>
  lineDiff(before, after).map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`);

describe('what changed between two texts', () => {
  it.each([
    ['nothing', 'a\nb\n', 'a\nb\n', [' a', ' b']],
    ['a line changed', 'a\nb\nc', 'a\nx\nc', [' a', '-b', '+x', ' c']],
    ['all of it is new', '', 'a\nb', ['+a', '+b']],
    ['all of it is gone', 'a\nb', '', ['-a', '-b']],
    ['a line in between', 'a\nc', 'a\nb\nc', [' a', '+b', ' c']],
  ])('%s', (_, before, after, expected) => {
    expect(say(before, after)).toEqual(expected);
  });

  it('gives both texts back, whatever they are', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 14 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = lineDiff(before.join('\n'), after.join('\n'));
        expect(diff.filter((line) => line.kind !== 'added').map((line) => line.text)).toEqual(before);
        expect(diff.filter((line) => line.kind !== 'removed').map((line) => line.text)).toEqual(after);
      }),
    );
  });

  it('folds what is far from a change, and loses no line', () => {
    const many = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    const diff = lineDiff(many.join('\n'), many.with(20, 'other').join('\n'));
    const folded = foldDiff(diff);
    expect(folded.map((part) => (part.folded ? part.count : part.lines.length))).toEqual([17, 8, 16]);
    expect(folded.reduce((sum, part) => sum + (part.folded ? part.count : part.lines.length), 0)).toBe(diff.length);
  });
});
