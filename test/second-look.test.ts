import { expect, test } from 'vitest';
import { CapPolicy } from '#contract/cap-policy.ts';
import { secondLook } from '#engine/second-look.ts';

/** What is said before people may hear from a business more often than they did. */

const policy = (more: object) =>
  ({ kind: 'cap-policy', key: 'main', body: CapPolicy.parse({ name: 'Policy', caps: [], ...more }) }) as const;
const look = (before: object, after: object): string[] => secondLook(policy(before), policy(after), { steps: [], stages: new Map() });

const hold = { says: 'an answer of ours is open', on: { event: 'Email Replied' }, lasts: 'P3D' };
const fatigue = { messages: 6, within: 'P30D', rest: 'P14D' };
const vienna = { countries: ['AT'], from: '20:00', to: '09:00' };

test.each<[string, object, object, RegExp | null]>([
  ['nothing changes', { holds: [hold], fatigue, quietElsewhere: [vienna] }, { holds: [hold], fatigue, quietElsewhere: [vienna] }, null],
  ['a hold goes', { holds: [hold] }, {}, /^Marketing no longer waits as it did: an answer of ours is open\.$/],
  ['a hold comes', {}, { holds: [hold] }, null],
  ['rest goes', { fatigue }, {}, /no longer left alone/],
  ['a night elsewhere goes', { quietElsewhere: [vienna] }, {}, /quiet hours of their own in AT/],
  ['a rolling week in place of a calendar week', { caps: [{ max: 2, per: 'week' }] }, { caps: [{ max: 2, within: 'P7D' }] }, null],
  ['a calendar week in place of a rolling one', { caps: [{ max: 2, within: 'P7D' }] }, { caps: [{ max: 2, per: 'week' }] }, /more often/],
  ['only for a segment now', { caps: [{ max: 2, within: 'P7D' }] }, { caps: [{ max: 2, within: 'P7D', segment: 'vip' }] }, /more often/],
])('%s', (_, before, after, says) => {
  const said = look(before, after);
  if (says === null) expect(said).toEqual([]);
  else expect(said).toEqual([expect.stringMatching(says)]);
});
