import { z } from 'zod';
import { Duration, IsoDate } from './instant.ts';
import { Key, Line } from './key.ts';
import { EventMatch } from './rule/event-match.ts';
import { Step, type StepKind } from './steps/index.ts';

const Text = z.string().max(1000).default('');

/** What has to be known before anything is built. */
export const Brief = z.strictObject({
  signs: Text.describe('How one knows that somebody is at this point'),
  needs: Text.describe('What they need to know now'),
  objections: Text.describe('What holds them back'),
  nextStep: Text.describe('The one thing that they should do next'),
});

export const architectures = ['linear', 'branching', 'adaptive'] as const;
export type Architecture = (typeof architectures)[number];

const linear: readonly StepKind[] = [
  'entry',
  'send',
  'wait',
  'set-trait',
  'tag',
  'note',
  'move-stage',
  'make-task',
  'assign',
  'goal',
  'exit',
];
const branching: readonly StepKind[] = [
  ...linear,
  'branch',
  'split',
  'experiment',
  'add-points',
  'approve',
  'hand-over',
  'start-journey',
  'end-journey',
];
/** The steps that a journey of each architecture may use. A linear one waits for time, not for people. */
export const stepsAllowed: Record<Architecture, readonly StepKind[]> = {
  linear,
  branching,
  adaptive: [...branching, 'webhook', 'nurture'],
};

/** A plan for people: where they enter, what happens, when it is over. What is drawn is what is stored. */
export const Journey = z.strictObject({
  name: Line,
  intent: z.string().min(1).max(500).describe('What this journey is for'),
  brief: Brief.default({ signs: '', needs: '', objections: '', nextStep: '' }),
  serves: z
    .strictObject({ from: Key.nullable().default(null).describe('null is any stage'), to: Key })
    .nullable()
    .default(null)
    .describe('The stage move that it serves'),
  architecture: z.enum(architectures).default('branching').describe('Decides which steps it may use'),
  evidence: z.string().max(1000).default('').describe('Why the simpler architecture is not enough'),
  goal: z
    .strictObject({ on: EventMatch, name: Line, within: Duration.default('P30D').describe('How long after entering it still counts') })
    .nullable()
    .default(null)
    .describe('The run ends at once when this happens, also inside a wait'),
  exits: z
    .array(z.strictObject({ on: EventMatch, reason: Line }))
    .max(20)
    .default([])
    .describe('The run ends at once when one of these happens'),
  reentry: z
    .union([z.literal('never'), z.literal('after-exit'), z.literal('any-time'), z.strictObject({ after: Duration })])
    .default('never')
    .describe('When someone may go through again; only any-time lets two runs of one person be under way at once'),
  priority: z.int().min(0).max(100).default(50).describe('Of two that compete for a person, the higher goes first'),
  group: Key.optional().describe(
    'Journeys of one group exclude each other: a person is in one of them at a time, and one of higher priority takes them over from the others',
  ),
  utm: z
    .strictObject({ source: Line, medium: Line, campaign: Line })
    .partial()
    .nullable()
    .default({})
    .describe('Marks every link of its messages; what is left out is throughline, the channel and the key of the journey. null marks none'),
  owner: z
    .string()
    .max(200)
    .nullable()
    .default(null)
    .describe('E-mail of who answers for it; null is the owner of the stage that it serves'),
  folder: z.string().max(100).default(''),
  reviewBy: IsoDate.nullable()
    .default(null)
    .describe('The day by which somebody looks whether it is still right; null is half a year after it was last published'),
  ends: z.iso.datetime().nullable().default(null).describe('Nobody enters after this instant, and runs end'),
  maxTime: Duration.default('P90D').describe('A run that takes longer ends'),
  retireWithoutEntry: Duration.nullable().default(null).describe('Retired by itself when nobody has entered for so long; null never is'),
  retireWithoutGoal: Duration.nullable()
    .default(null)
    .describe('Retired by itself when people entered and nobody has met the goal for so long; null never is'),
  steps: z.array(Step).min(1).max(200),
});
export type Journey = z.infer<typeof Journey>;
