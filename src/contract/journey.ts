import { z } from 'zod';
import { Duration } from './instant.ts';
import { Key, Line } from './key.ts';
import { Rule } from './rule.ts';
import { EventMatch } from './rule/event-match.ts';

const Next = Key.nullable().default(null).describe('Key of the step that follows; null ends the run');
const base = { key: Key, note: z.string().max(500).optional().describe('For colleagues; never sent') };

/** Where a run begins: the event that starts it and what must hold at that moment. */
export const EntryStep = z.strictObject({ ...base, kind: z.literal('entry'), on: EventMatch, when: Rule.optional(), next: Next });
/** Time passes: for a fixed while, or until an event happens, with a mandatory timeout. */
export const WaitStep = z
  .strictObject({
    ...base,
    kind: z.literal('wait'),
    for: Duration.optional(),
    until: EventMatch.optional(),
    timeout: Duration.optional().describe('With until: how long at most'),
    next: Next.describe('After the time, or when the event happened'),
    onTimeout: Key.nullable().optional().describe('With until: the step when it did not happen in time'),
  })
  .superRefine((step, context) => {
    if ((step.for === undefined) === (step.until === undefined))
      context.addIssue({ code: 'custom', path: ['for'], message: 'a wait has either "for" or "until"' });
    if (step.until !== undefined && (step.timeout === undefined || step.onTimeout === undefined))
      context.addIssue({
        code: 'custom',
        path: ['timeout'],
        message: 'waiting for an event needs a timeout and onTimeout: what happens if nothing happens?',
      });
  });
/** The first path whose rule holds is taken, else otherwise. */
export const BranchStep = z.strictObject({
  ...base,
  kind: z.literal('branch'),
  paths: z
    .array(z.strictObject({ label: Line, when: Rule, next: Next }))
    .min(1)
    .max(20),
  otherwise: Next,
});
/** A message is asked for; the policy decides when it is handed over. */
export const SendStep = z.strictObject({
  ...base,
  kind: z.literal('send'),
  template: Key,
  topic: Key,
  expires: Duration.default('P3D').describe('Not sent later than this after it was due'),
  next: Next,
});
export const SetTraitStep = z.strictObject({
  ...base,
  kind: z.literal('set-trait'),
  path: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/),
  value: z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]),
  next: Next,
});
export const MoveStageStep = z.strictObject({ ...base, kind: z.literal('move-stage'), to: Key, next: Next });
export const MakeTaskStep = z.strictObject({
  ...base,
  kind: z.literal('make-task'),
  title: z.string().min(1).max(300),
  owner: z.string().max(200).nullable().default(null).describe("E-mail; null is the person's owner"),
  dueIn: Duration.default('P1D'),
  next: Next,
});
export const ExitStep = z.strictObject({ ...base, kind: z.literal('exit'), reason: Line.default('reached the end') });

export const Step = z.discriminatedUnion('kind', [
  EntryStep,
  WaitStep,
  BranchStep,
  SendStep,
  SetTraitStep,
  MoveStageStep,
  MakeTaskStep,
  ExitStep,
]);
export type Step = z.infer<typeof Step>;
export type StepKind = Step['kind'];
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>;
export const stepKinds = [
  'entry',
  'wait',
  'branch',
  'send',
  'set-trait',
  'move-stage',
  'make-task',
  'exit',
] as const satisfies readonly StepKind[];

/** A plan for people: where they enter, what happens, when it is over. What is drawn is what is stored. */
export const Journey = z.strictObject({
  name: Line,
  intent: z.string().min(1).max(500).describe('What this journey is for, and which stage move it serves'),
  goal: z
    .strictObject({ on: EventMatch, name: Line })
    .nullable()
    .default(null)
    .describe('The run ends at once when this happens, also inside a wait'),
  exits: z
    .array(z.strictObject({ on: EventMatch, reason: Line }))
    .max(20)
    .default([])
    .describe('The run ends at once when one of these happens'),
  reentry: z
    .union([z.literal('never'), z.literal('after-exit'), z.strictObject({ after: Duration })])
    .default('never')
    .describe('When someone may go through again'),
  ends: z.iso.datetime().nullable().default(null).describe('Nobody enters after this instant, and runs end'),
  maxTime: Duration.default('P90D').describe('A run that takes longer ends'),
  steps: z.array(Step).min(1).max(200),
});
export type Journey = z.infer<typeof Journey>;

/** The steps that a step may lead to, with what is written on the edge. */
export function exitsOf(step: Step): { label: string | null; next: string | null }[] {
  switch (step.kind) {
    case 'exit':
      return [];
    case 'branch':
      return [...step.paths.map((path) => ({ label: path.label, next: path.next })), { label: 'otherwise', next: step.otherwise }];
    case 'wait':
      return step.until === undefined
        ? [{ label: null, next: step.next }]
        : [
            { label: 'happened', next: step.next },
            { label: 'timed out', next: step.onTimeout ?? null },
          ];
    default:
      return [{ label: null, next: step.next }];
  }
}
