import { z } from 'zod';
import { Duration, ms } from '../instant.ts';
import { Key } from '../key.ts';
import { comparison, isTimed, Path, refineComparison } from './comparison.ts';
import { EventMatch, Hours, named, Weekdays } from './event-match.ts';
import { refineWindow, window } from './window.ts';

/** A trait of the person. */
export const TraitTest = z.strictObject({ path: Path, ...comparison }).superRefine(refineComparison);
export type TraitTest = z.infer<typeof TraitTest>;

const sourceFields = ['source', 'channel', 'campaign', 'referrer', 'page', 'entryPoint'] as const;

/** What the system itself knows of a person, and how it is compared. */
export const profileFields = {
  owner: 'text',
  entryPoint: 'text',
  userId: 'text',
  zone: 'text',
  createdAt: 'date',
  lastSeenAt: 'date',
  'place.country': 'text',
  'place.region': 'text',
  'place.city': 'text',
  ...(Object.fromEntries(
    ['firstSource', 'lastSource'].flatMap((which) => sourceFields.map((field) => [`${which}.${field}`, 'text'])),
  ) as Record<`${'firstSource' | 'lastSource'}.${(typeof sourceFields)[number]}`, 'text'>),
} as const;

/** A fact about the person that is not a trait: owner, entry point, first and last source, campaign and UTM, place, when they came and were last seen. */
export const ProfileTest = z
  .strictObject({
    field: z
      .string()
      .refine((field) => Object.hasOwn(profileFields, field) || /^(firstSource|lastSource)\.utm\.[a-z_]{1,60}$/.test(field), {
        message: `must be one of ${Object.keys(profileFields).join(', ')}, or firstSource.utm.… or lastSource.utm.…`,
      }),
    ...comparison,
  })
  .superRefine(refineComparison);
export type ProfileTest = z.infer<typeof ProfileTest>;

/** A count of past events. Without a count it asks for at least one; atMost 0 is "never". */
export const EventTest = z
  .strictObject({ ...named, atLeast: z.int().min(1).max(1000).optional(), atMost: z.int().min(0).max(999).optional(), ...window })
  .superRefine(refineWindow)
  .refine((test) => test.atLeast === undefined || test.atMost === undefined || test.atLeast <= test.atMost, {
    message: 'atLeast is greater than atMost',
    path: ['atLeast'],
  });
export type EventTest = z.infer<typeof EventTest>;

export const numericMeasures = ['sum', 'average', 'min', 'max', 'distinct'] as const;

/** A value made of a property of past events, compared. Sums are kept to four decimals. */
export const MeasureTest = z
  .strictObject({ ...named, take: z.enum([...numericMeasures, 'first', 'last']), property: Path, ...comparison, ...window })
  .superRefine((test, context) => {
    refineComparison(test, context);
    refineWindow(test, context);
    if (isTimed(test.op))
      context.addIssue({ code: 'custom', path: ['op'], message: `${test.op} looks at the clock; an event stays as it was` });
    if (test.property.includes('[]') && test.take !== 'distinct')
      context.addIssue({ code: 'custom', path: ['property'], message: 'only distinct looks at every element of a list' });
  });
export type MeasureTest = z.infer<typeof MeasureTest>;

/** One event and then another within a time; or, with `happened: false`, the latest of the one without the other within that time. */
export const SequenceTest = z.strictObject({
  first: EventMatch,
  then: EventMatch,
  within: Duration.refine((text) => ms(text) > 0, { message: 'must be longer than no time' }).describe('How long after the first'),
  happened: z.boolean().default(true),
  last: Duration.optional().describe(
    'Only what came to pass in the last … : the second event, or the end of the time in which it did not come',
  ),
});
export type SequenceTest = z.infer<typeof SequenceTest>;

/** How much more or less than in the window before. */
export const TrendTest = z.strictObject({
  ...named,
  property: Path.refine((path) => !path.includes('[]'), { message: 'must be one property, not a list' })
    .optional()
    .describe('Sum this property; count the events when missing'),
  over: Duration.refine((text) => ms(text) > 0, { message: 'must be longer than no time' }).describe(
    'The last …, against as long before that',
  ),
  change: z.enum(['down', 'up']),
  percent: z.int().min(1).max(10_000).describe('By at least so much'),
  atLeastBefore: z.number().min(0).default(1).describe('The window before must have had this much, so that one visit fewer is no collapse'),
});
export type TrendTest = z.infer<typeof TrendTest>;

export const StageTest = z.strictObject({
  in: z.array(Key).min(1).max(50),
  forAtLeast: Duration.optional().describe('In it for at least this long'),
  forLessThan: Duration.optional(),
});
export type StageTest = z.infer<typeof StageTest>;

export const SegmentTest = z.strictObject({ key: Key });

export const ScoreTest = z.strictObject({
  key: Key,
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
});
export type ScoreTest = z.infer<typeof ScoreTest>;

export const GradeTest = z.strictObject({
  key: Key,
  in: z
    .array(z.string().regex(/^[A-D][1-4]$/, { message: 'must be a letter from A to D and a digit from 1 to 4, such as A1' }))
    .min(1)
    .max(16),
});
export type GradeTest = z.infer<typeof GradeTest>;

export const ConsentTest = z
  .strictObject({
    purpose: Key.optional(),
    topic: Key.optional().describe('The purpose of this topic'),
    channel: Key.optional().describe('[email]'),
  })
  .refine((test) => (test.purpose === undefined) !== (test.topic === undefined), { message: 'takes a purpose or a topic' });
export type ConsentTest = z.infer<typeof ConsentTest>;

export const ReachableTest = z.strictObject({ channel: Key });

/** A stable share of people: the same person is always in the same place of the same draw. */
export const BucketTest = z
  .strictObject({
    draw: z.string().min(1).max(100).describe('Another name is another draw'),
    from: z.number().min(0).max(100).multipleOf(0.01).describe('Percent; included'),
    to: z.number().min(0).max(100).multipleOf(0.01).describe('Percent; not included'),
  })
  .refine((test) => test.from < test.to, { message: 'from must be less than to' });
export type BucketTest = z.infer<typeof BucketTest>;

/** What the clock shows where the person is. */
export const MomentTest = z
  .strictObject({ weekdays: Weekdays.optional(), hours: Hours.optional() })
  .refine((test) => test.weekdays !== undefined || test.hours !== undefined, { message: 'takes weekdays, hours or both' });
export type MomentTest = z.infer<typeof MomentTest>;
