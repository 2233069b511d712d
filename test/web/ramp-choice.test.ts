import { expect, test } from 'vitest';
import { RampPlan } from '#contract/ramp.ts';
import { readShares, toRamp, usualChoice } from '../../web/src/journeys/edit/ramp-choice.ts';
import { guardrailsOf, sayOutcome, sayWhoEnters } from '../../web/src/journeys/say-ramp.ts';
import { whatItTakes } from '../../web/src/definitions/what-it-takes.ts';

/** How a version is brought to people, as it is chosen and as it is said. */

const plan = RampPlan.parse({});
const usual = (row: Parameters<typeof usualChoice>[0]) => usualChoice(row, plan);

test('a careful person brings a version in step by step only where the others miss nothing and the first share says something', () => {
  expect(usual({ version: null, retired: false, entered7d: 0 }).choice.steps, 'nobody would enter beside the share').toBe(false);
  expect(usual({ version: 3, retired: true, entered7d: 500 }).choice.steps, 'nor beside a retired one').toBe(false);
  expect(usual({ version: 3, retired: false, entered7d: 60 }).choice.steps, '5 % of 60 are not five').toBe(false);
  const many = usual({ version: 3, retired: false, entered7d: 100 });
  expect(many.choice.steps).toBe(true);
  expect(toRamp(many.choice)).toEqual(plan);
});

test.each([
  ['5, 25, 100', [5, 25, 100]],
  ['10 % 100 %', [10, 100]],
  ['100', null],
  ['25, 5, 100', null],
  ['5, 25', null],
  ['0, 100', null],
  ['2.5, 100', null],
  ['', null],
])('the shares "%s"', (text, shares) => expect(readShares(text)).toEqual(shares));

test('a guardrail says how much came and how much may, and which one is broken', () => {
  const counts = { entered: 40, sent: 38, bounced: 4, complained: 0, failed: 2, unsubscribed: 0 };
  expect(guardrailsOf({ plan, counts })).toEqual([
    { key: 'bounced', count: 4, says: '10 %, at most 5 %', broken: true },
    { key: 'complained', count: 0, says: '0 %, at most 0.3 %', broken: false },
    { key: 'failed', count: 2, says: '5 %, at most 5 %', broken: false },
    { key: 'unsubscribed', count: 0, says: '0 %, at most 2 %', broken: false },
  ]);
  expect(
    guardrailsOf({ plan, counts: { ...counts, sent: 10 } }).some((each) => each.broken),
    'few messages say nothing',
  ).toBe(false);
});

test('who enters by which version, and what became of it', () => {
  expect(sayWhoEnters({ state: 'rising', version: 4, previous: null, share: 25 })).toBe(
    'Version 4 is for 25 % of those who enter; the others do not enter yet.',
  );
  expect(sayWhoEnters({ state: 'held', version: 4, previous: 3, share: 0 })).toBe(
    'Version 4 is held: everybody enters by version 3 meanwhile.',
  );
  const ramp = { version: 4, previous: 3, plan, share: 0, place: 1, reason: 'Version 5 took its place.', startedAt: '', startedBy: '' };
  const counts = { entered: 0, sent: 0, bounced: 0, complained: 0, failed: 0, unsubscribed: 0 };
  expect(sayOutcome({ ...ramp, state: 'ended', since: '', nextAt: null, counts })).toBe('Ended at 25 %: Version 5 took its place.');
});

test('what a draft still takes before it is published', () => {
  const none = { asked: null, answer: null, publishableAt: null };
  const asked = { by: 'Ana', at: '2026-06-10T10:00:00.000Z', note: '' };
  const answer = { by: 'Berta', at: '2026-06-10T11:00:00.000Z', comment: '' };
  const noon = Date.parse('2026-06-10T12:00:00Z');
  expect(whatItTakes({ ...none, needs: 'nothing' }, noon)).toBe('nothing');
  expect(whatItTakes({ ...none, needs: 'another-person' }, noon)).toBe('request');
  expect(whatItTakes({ ...none, needs: 'another-person', asked }, noon)).toBe('answer');
  expect(whatItTakes({ ...none, needs: 'another-person', asked, answer: { ...answer, approved: false } }, noon)).toBe('edit');
  expect(whatItTakes({ ...none, needs: 'another-person', asked, answer: { ...answer, approved: true } }, noon)).toBe('nothing');
  const cools = { ...none, needs: 'cooling-off' as const, publishableAt: '2026-06-10T12:00:00.000Z' };
  expect(whatItTakes(cools, noon - 1)).toBe('time');
  expect(whatItTakes(cools, noon), 'from that instant on').toBe('nothing');
});
