import { z } from 'zod';
import { Duration } from './instant.ts';
import { Key } from './key.ts';

/** How a value is compared. Text is compared without regard to case; "exists" and "missing" take no value. */
export const Operator = z.enum([
  'equals',
  'not-equals',
  'contains',
  'not-contains',
  'starts-with',
  'ends-with',
  'one-of',
  'greater',
  'at-least',
  'less',
  'at-most',
  'before',
  'after',
  'exists',
  'missing',
]);
export type Operator = z.infer<typeof Operator>;

const Scalar = z.union([z.string().max(1000), z.number(), z.boolean()]);

/** One value against one operator. `value` is needed by every operator except exists and missing; one-of takes a list. */
const comparison = {
  op: Operator,
  value: z.union([Scalar, z.array(Scalar).max(200)]).optional(),
};
const needsValue = (test: { op: Operator; value?: unknown }): boolean =>
  test.op === 'exists' || test.op === 'missing'
    ? test.value === undefined
    : test.op === 'one-of'
      ? Array.isArray(test.value)
      : test.value !== undefined && !Array.isArray(test.value);
const valueMessage = { message: 'exists and missing take no value, one-of takes a list, every other operator takes one value' };

export const PropertyTest = z.strictObject({ property: z.string().min(1).max(200), ...comparison }).refine(needsValue, valueMessage);
export type PropertyTest = z.infer<typeof PropertyTest>;

export const TraitTest = z
  .strictObject({ path: z.string().min(1).max(200).describe('Dotted path into the traits'), ...comparison })
  .refine(needsValue, valueMessage);
export type TraitTest = z.infer<typeof TraitTest>;

/** An event as it happens: its name, and what its properties must be. */
export const EventMatch = z.strictObject({
  event: z.string().min(1).max(200).describe('Event name, as sent: Signed Up, Order Completed'),
  where: z.array(PropertyTest).max(20).optional().describe('Every one of these must hold'),
});
export type EventMatch = z.infer<typeof EventMatch>;

/** A count of past events. Without a count it asks for at least one; without `within` it looks at all time. */
export const EventTest = z
  .strictObject({
    name: z.string().min(1).max(200),
    where: z.array(PropertyTest).max(20).optional(),
    atLeast: z.int().min(1).max(1000).optional(),
    atMost: z.int().min(0).max(999).optional(),
    within: Duration.optional().describe('Rolling window that ends now; an event exactly this old is outside'),
  })
  .refine((test) => test.atLeast === undefined || test.atMost === undefined || test.atLeast <= test.atMost, {
    message: 'atLeast is greater than atMost',
  });
export type EventTest = z.infer<typeof EventTest>;

export type Rule =
  | { all: Rule[] }
  | { any: Rule[] }
  | { not: Rule }
  | { trait: TraitTest }
  | { event: EventTest }
  | { stage: { in: string[] } }
  | { segment: { key: string } }
  | { score: { key: string; atLeast?: number; atMost?: number } }
  | { consent: { purpose: string; channel?: string } };

/** Does this hold for this person now? The one language of segments, scores, stages, branches and entries. */
export const Rule: z.ZodType<Rule> = z
  .lazy(() =>
    z.union([
      z.strictObject({ all: z.array(Rule).min(1).max(50) }),
      z.strictObject({ any: z.array(Rule).min(1).max(50) }),
      z.strictObject({ not: Rule }),
      z.strictObject({ trait: TraitTest }),
      z.strictObject({ event: EventTest }),
      z.strictObject({ stage: z.strictObject({ in: z.array(Key).min(1).max(50) }) }),
      z.strictObject({ segment: z.strictObject({ key: Key }) }),
      z.strictObject({ score: z.strictObject({ key: Key, atLeast: z.number().optional(), atMost: z.number().optional() }) }),
      z.strictObject({ consent: z.strictObject({ purpose: Key, channel: Key.optional() }) }),
    ]),
  )
  .meta({ id: 'Rule', description: 'Does this hold for this person now?' });

/** How deep a rule may nest, and how many parts it may have in all. */
export const ruleDepthMax = 12;
export const rulePartsMax = 200;
