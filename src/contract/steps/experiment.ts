import { z } from 'zod';
import { Duration } from '../instant.ts';
import { Key, Line } from '../key.ts';
import { EventMatch } from '../rule/event-match.ts';
import { base, Next, shape } from './base.ts';

export const ExperimentArms = z
  .array(z.strictObject({ key: Key, label: Line, share: z.number().min(1).max(99).multipleOf(0.01).describe('Percent'), next: Next }))
  .min(2)
  .max(8);

/** People are divided by chance to find out which way does more of what is wanted. Whoever comes again takes the same way. */
export const ExperimentStep = z
  .strictObject({
    ...base,
    kind: z.literal('experiment'),
    arms: ExperimentArms,
    control: Key.describe('The arm that the others are compared with'),
    goal: EventMatch.nullable().default(null).describe('What people are to do; null is the goal of the journey'),
    window: Duration.default('P14D').describe('How long after coming to the step it counts'),
    lift: z.number().min(5).max(500).default(20).describe('The smallest lift worth seeing, in percent; it says how many people are needed'),
    lasts: Duration.default('P180D').describe('How long it may take; where too few people convert for that, it does not begin'),
    byItself: z
      .boolean()
      .default(false)
      .describe('Give new people the winner as soon as there is one, but for a tenth who go on by the control'),
  })
  .superRefine(({ arms, control, window, lasts }, context) => {
    const wrong = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (Math.abs(arms.reduce((sum, { share }) => sum + share, 0) - 100) >= 0.001) wrong('arms', 'the shares do not add up to 100 percent');
    if (new Set(arms.map(({ key }) => key)).size !== arms.length) wrong('arms', 'two arms have the same key');
    if (!arms.some(({ key }) => key === control)) wrong('control', 'the control is one of the arms');
    if (/^P(T0[HMS]|0[WD])$/.test(window)) wrong('window', 'people need some time to convert');
    if (/^P(T0[HMS]|0[WD])$/.test(lasts)) wrong('lasts', 'an experiment takes some time');
  });

export const experiment = shape(ExperimentStep, ({ arms, control }) =>
  arms.map(({ key, label, share }, index) => ({
    label: `${label} ${share} %${key === control ? ', control' : ''}`,
    at: ['arms', index, 'next'],
  })),
);
