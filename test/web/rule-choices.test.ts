import { describe, expect, it } from 'vitest';
import { Rule } from '#contract/rule.ts';
import {
  dayChoices,
  dateWritten,
  durationChoices,
  fitting,
  hoursWritten,
  numberWritten,
  oftenWritten,
  scalarOf,
  whenChoices,
  whenWritten,
} from '../../web/src/rules/choices.ts';

/** What somebody writes into a chooser, and what it then offers, best first. */
const labels = (choices: { label: string }[]): string[] => choices.map((choice) => choice.label);

describe('what can be written', () => {
  it.each<[string, string, string[]]>([
    ['3', 'how often', ['at least 3 times', 'at most 3 times', 'exactly 3 times']],
    ['at most 2', 'how often', ['at most 2 times', 'at least 2 times', 'exactly 2 times']],
    ['4 to 6', 'how often', ['4 to 6 times']],
    ['often', 'how often', []],
    ['45 days', 'when', ['in the last 45 days']],
    ['in the last 36 hours', 'when', ['in the last 1 day 12 hours']],
    ['2026-03-01', 'when', ['since 2026-03-01']],
    ['2026-02-30', 'when', []],
    ['3 weeks ago', 'when', ['3 weeks ago']],
    ['7 d', 'length', ['7 days']],
    ['2', 'length', ['2 days', '2 hours', '14 days', '2 minutes']],
    ['PT36H', 'length', ['1 day 12 hours']],
    ['0', 'length', []],
    ['-3 to 7', 'days', ['3 days ago to 7 days ahead']],
    ['9-17:30', 'hours', ['between 09:00 and 17:30']],
    ['25 to 3', 'hours', []],
    ['2026-03', 'date', ['2026-03-01']],
    ['1e3', 'number', ['1000']],
    ['many', 'number', []],
  ])('%s as %s', (text, what, expected) => {
    const written = {
      'how often': oftenWritten,
      when: whenWritten,
      length: durationChoices().written,
      days: dayChoices(false).written,
      hours: hoursWritten,
      date: dateWritten(),
      number: numberWritten(),
    }[what]!;
    expect(labels(written(text))).toEqual(expected);
  });

  it('every stretch of the past that is offered is one that the contract takes', () => {
    const offered = [...whenChoices(true), ...whenWritten('30'), ...whenWritten('2026-03-01')];
    for (const { value, label } of offered) expect(Rule.safeParse({ event: { name: 'A', ...value } }).success, label).toBe(true);
    expect(new Set(labels(whenChoices(true))).size).toBe(whenChoices(true).length);
  });

  it('a value is a number where numbers came, a text where texts came', () => {
    expect(scalarOf('5', ['number'])).toBe(5);
    expect(scalarOf('5', ['text'])).toBe('5');
    expect(scalarOf('007', undefined)).toBe('007');
    expect(scalarOf('true', ['boolean'])).toBe(true);
  });

  it('what begins with the words comes first', () => {
    const choices = ['did Page Viewed', 'Page', 'a page of theirs'].map((label) => ({ label, value: label }));
    expect(labels(fitting(choices, 'page'))).toEqual(['Page', 'did Page Viewed', 'a page of theirs']);
  });
});
