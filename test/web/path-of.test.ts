import { expect, test } from 'vitest';
import { pathOf } from '../../web/src/imports/path-of.ts';

/** The field that a column of a list is offered to become. */

test('several words become one, each but the first with a capital letter', () => {
  expect(['Last visit', 'COMPANY SIZE', 'Größe (m²)', 'plan', 'first_name'].map(pathOf)).toEqual([
    'lastVisit',
    'companySize',
    'groEM2',
    'plan',
    'firstName',
  ]);
});

test('a name that nothing is left of, or that begins with a digit, becomes none', () => {
  expect(['', '—', '2nd address', '名前'].map(pathOf)).toEqual([null, null, null, null]);
});
