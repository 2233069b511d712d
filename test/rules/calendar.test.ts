import { describe, expect, test } from 'vitest';
import { hour, toIso } from '#contract/instant.ts';
import { anniversaryWithin, dayNumberOf, sayDay, startOfDay, stretchAt, weekdayOf } from '#engine/local-calendar.ts';

/** Days where people are: both readers go by these, so they are held against what the time zone database says happened. */

const day = (text: string): number => dayNumberOf(text)!;

describe('a day begins', () => {
  test.each([
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', 23],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', 25],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00.000Z', 23],
    // Cuba skips midnight in spring, and has it twice in autumn.
    ['America/Havana', '2026-03-08', '2026-03-08T05:00:00.000Z', 23],
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z', 25],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00.000Z', 24.5],
    ['Asia/Kolkata', '2026-04-05', '2026-04-04T18:30:00.000Z', 24],
    ['UTC', '2026-04-05', '2026-04-05T00:00:00.000Z', 24],
  ])('in %s on %s at %s, and has %s hours', (zone, text, begins, hours) => {
    const number = day(text);
    expect(toIso(startOfDay(number, zone))).toBe(begins);
    expect((startOfDay(number + 1, zone) - startOfDay(number, zone)) / hour).toBe(hours);
  });
});

test.each([
  [{ unit: 'day', ago: 1 }, '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
  [{ unit: 'week', ago: 0 }, '2026-03-29T22:00:00.000Z', '2026-04-05T22:00:00.000Z'],
  [{ unit: 'month', ago: 0 }, '2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z'],
  [{ unit: 'month', ago: 12 }, '2025-02-28T23:00:00.000Z', '2025-03-31T22:00:00.000Z'],
  [{ unit: 'quarter', ago: 1 }, '2025-09-30T22:00:00.000Z', '2025-12-31T23:00:00.000Z'],
  [{ unit: 'year', ago: 1 }, '2024-12-31T23:00:00.000Z', '2025-12-31T23:00:00.000Z'],
] as const)('on Monday, 30 March 2026 in Berlin, %j is from %s until %s', (calendar, from, to) => {
  const stretch = stretchAt(calendar, Date.UTC(2026, 2, 30, 10), 'Europe/Berlin');
  expect([toIso(stretch.from), toIso(stretch.to)]).toEqual([from, to]);
});

test('29 February has its anniversary on the 28th in other years, and never before the day itself', () => {
  const born = day('2024-02-29');
  expect(anniversaryWithin(born, day('2025-02-28'), day('2025-02-28'))).toBe(true);
  expect(anniversaryWithin(born, day('2025-03-01'), day('2025-03-01'))).toBe(false);
  expect(anniversaryWithin(born, day('2028-02-29'), day('2028-02-29'))).toBe(true);
  expect(anniversaryWithin(born, day('2023-02-01'), day('2023-03-31'))).toBe(false);
  expect(anniversaryWithin(day('2020-01-02'), day('2026-12-30'), day('2027-01-03'))).toBe(true);
});

test('weeks begin on Monday', () => {
  expect(weekdayOf(day('2026-03-30'))).toBe(1);
  expect(weekdayOf(day('2026-03-29'))).toBe(7);
  expect(sayDay(day('1969-12-31'))).toBe('1969-12-31');
});
