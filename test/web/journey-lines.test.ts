import { expect, test } from 'vitest';
import {
  fits,
  inOrder,
  type JourneyRow,
  type Line,
  linesOf,
  readSort,
  reviewStateOf,
  stateOf,
  withoutMove,
} from '../../web/src/journeys/journey-lines.ts';

/** Which journeys the list shows, in which order, under which folders. */

const now = Date.parse('2026-06-10T12:00:00Z');
const row = (name: string, more: Partial<JourneyRow> = {}): JourneyRow => ({
  key: name.toLowerCase().replaceAll(' ', '-'),
  name,
  intent: '',
  version: 1,
  hasDraft: false,
  stopped: false,
  ramp: null,
  ends: null,
  retired: false,
  archivedAt: null,
  folder: '',
  owner: null,
  serves: null,
  live: 0,
  entered: 0,
  entered7d: 0,
  goalMet: 0,
  ended: 0,
  goal: null,
  lastEntryAt: null,
  changedAt: '2026-06-01T00:00:00.000Z',
  changedBy: 'ana',
  problems: { errors: 0, warnings: 0, people30d: 0 },
  complexity: null,
  reviewBy: null,
  ...more,
});
const drawn = (lines: Line[]): string[] =>
  lines.map(
    (line) => '  '.repeat(line.depth) + (line.kind === 'folder' ? `${line.name} (${line.count})${line.open ? '' : ' …'}` : line.row.name),
  );
const of = (sort: string, rows: JourneyRow[]): string[] => inOrder(rows, readSort(sort), now).map((each) => each.name);

const rows = [
  row('Welcome', { folder: 'Sales/New' }),
  row('Win back', { folder: 'Sales/New' }),
  row('Offer', { folder: 'Sales' }),
  row('Frost', { folder: 'Care/Winter/Old' }),
  row('Loose'),
];

test('folders stand within folders, one that holds only another is drawn with it, and what is closed hides what is in it', () => {
  expect(drawn(linesOf(rows, new Set()))).toEqual([
    'Care / Winter / Old (1)',
    '  Frost',
    'Sales (3)',
    '  New (2)',
    '    Welcome',
    '    Win back',
    '  Offer',
    'In no folder (1)',
    '  Loose',
  ]);
  expect(drawn(linesOf(rows, new Set(['Sales', '/'])))).toEqual([
    'Care / Winter / Old (1)',
    '  Frost',
    'Sales (3) …',
    'In no folder (1) …',
  ]);
  expect(drawn(linesOf([row('A'), row('B')], new Set()))).toEqual(['A', 'B']);
});

test('what is missing stands last whichever way round, and numbers in names count', () => {
  const goal = (rate: number | null) => ({ met: 0, of: 0, rate, within: 'P30D' });
  const some = [row('None'), row('Half', { goal: goal(0.5) }), row('Full', { goal: goal(1) }), row('Nobody yet', { goal: goal(null) })];
  expect(of('goal', some)).toEqual(['Half', 'Full', 'Nobody yet', 'None']);
  expect(of('-goal', some)).toEqual(['Full', 'Half', 'Nobody yet', 'None']);
  expect(of('nonsense', [row('J 12'), row('J 2')])).toEqual(['J 2', 'J 12']);
});

test.each([
  ['never published', { version: null }, 'draft'],
  ['published', {}, 'live'],
  ['stopped', { stopped: true }, 'stopped'],
  ['retired, whatever else', { retired: true, stopped: true, ends: '2026-06-10T12:00:00.000Z' }, 'retired'],
  ['put away, published or not', { archivedAt: '2026-06-10T12:00:00.000Z', version: null }, 'archived'],
  ['its end date has passed, stopped or not', { ends: '2026-06-10T12:00:00.000Z', stopped: true }, 'over'],
])('%s', (_, more, state) => expect(stateOf(row('J', more), now)).toBe(state));

test.each([
  ['2026-06-09', 'over'],
  ['2026-06-10', 'due'],
  ['2026-06-24', 'due'],
  ['2026-06-25', 'later'],
  [null, 'later'],
] as const)('looked at by %s is %s', (day, state) => expect(reviewStateOf(day, now, 'Europe/Berlin')).toBe(state));

test('the filter finds folders with what is in them, nobody, and what waits', () => {
  const found = (filter: Parameters<typeof fits>[1], list = rows): string[] =>
    list.filter((each) => fits(each, filter, now, 'UTC')).map((each) => each.name);
  expect(found({ folder: 'Sales' })).toEqual(['Welcome', 'Win back', 'Offer']);
  expect(found({ folder: '/' })).toEqual(['Loose']);
  expect(found({ search: 'win' })).toEqual(['Win back']);
  const served = [
    row('A', { serves: { from: null, to: 'conversion' }, owner: 'Ben' }),
    row('B', { hasDraft: true }),
    row('C', { version: null }),
  ];
  expect(found({ serves: 'none', state: 'published' }, served)).toEqual(['B']);
  expect(found({ owner: 'nobody' }, served)).toEqual(['B', 'C']);
  expect(found({ state: 'waiting' }, served)).toEqual(['B']);
  const ended = [row('D', { retired: true }), row('E', { retired: true, archivedAt: '2026-06-10T12:00:00.000Z' })];
  expect(found({}, ended), 'what is archived has left the list').toEqual(['D']);
  expect(found({ state: 'archived' }, ended)).toEqual(['E']);
  expect(withoutMove(served, now)).toEqual({ of: 2, none: 1 });
});
