import { expect, it } from 'vitest';
import { decisive } from '../../web/src/rules/decisive.ts';

/** (pricing or (not (order or capture) and click)), as it is explained. */
const explained = (held: Record<'whole' | 'pricing' | 'warm' | 'fresh' | 'order' | 'capture' | 'click', boolean>) => [
  { rule: 'whole', held: held.whole, depth: 0 },
  { rule: 'pricing', held: held.pricing, depth: 1 },
  { rule: 'warm', held: held.warm, depth: 1 },
  { rule: 'fresh', held: held.fresh, depth: 2, denies: true as const },
  { rule: 'order', held: held.order, depth: 3 },
  { rule: 'capture', held: held.capture, depth: 3 },
  { rule: 'click', held: held.click, depth: 2 },
];
const names = (parts: readonly { rule: string }[]): string[] => parts.map(({ rule }) => rule);

it('takes of a group what made it hold, and leaves out what held in one that did not', () => {
  const parts = explained({ whole: true, pricing: true, warm: false, fresh: false, order: false, capture: true, click: true });
  expect(names(decisive(parts, true))).toEqual(['whole', 'pricing']);
});

it('takes of what is denied nothing but that it is', () => {
  const parts = explained({ whole: true, pricing: false, warm: true, fresh: true, order: false, capture: false, click: true });
  expect(names(decisive(parts, true))).toEqual(['whole', 'warm', 'fresh', 'click']);
});

it('says of a rule that does not hold what failed', () => {
  const parts = explained({ whole: false, pricing: false, warm: false, fresh: true, order: false, capture: false, click: false });
  expect(names(decisive(parts, false))).toEqual(['whole', 'pricing', 'warm', 'click']);
});
