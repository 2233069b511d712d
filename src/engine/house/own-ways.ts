import type { Journey } from '#contract/journey.ts';
import { conditionOf, type Rule } from '#contract/rule.ts';
import { exitsOf, type Step, type StepOf } from '#contract/steps/index.ts';
import { answerEvent, isWrittenHere, noteEvent, pointsEvent } from '../written-events.ts';
import type { HouseFact } from './facts.ts';

/**
 * What a run does although nobody does anything from outside: a wait runs out, an approval times out, a branch is answered by what stands. What needs
 * somebody's act, on the site, in a mail or as a colleague, is not among it.
 */

/** What a step brings about. `start` and `move` are asked of another journey and of the lifecycle. */
export type Written = HouseFact | { kind: 'start'; journey: string };

export interface OwnWrite {
  step: string;
  fact: Written;
  /** Somebody may wait on the way from the entry to this step. */
  later: boolean;
  /** The run may come to its end from here without waiting once more. */
  endsAtOnce: boolean;
  /** Every way to the end leads over this step. */
  always: boolean;
}

/** A rule that only an act from outside since entering, or not long ago, makes true. */
function needsSomebody(rule: Rule): boolean {
  if ('all' in rule) return rule.all.some(needsSomebody);
  if ('any' in rule) return rule.any.every(needsSomebody);
  if ('not' in rule) return false;
  const { kind, test } = conditionOf(rule);
  if (kind !== 'event' || isWrittenHere(test.name) || (test.atMost !== undefined && test.atLeast === undefined)) return false;
  return test.since === 'journey' || test.within !== undefined || test.calendar !== undefined;
}

/** Whether a way out of a step is taken by nobody's act but a person's or a colleague's. */
function isOutside(step: Step, at: readonly (string | number)[]): boolean {
  switch (step.kind) {
    case 'approve':
      return at[0] !== 'onTimeout';
    case 'hand-over':
      return true;
    case 'wait':
      if (at[0] !== 'next') return false;
      return step.until !== undefined ? !isWrittenHere(step.until.event) : step.untilRule !== undefined && needsSomebody(step.untilRule);
    case 'branch':
      return at[0] === 'paths' && needsSomebody(step.paths[at[1] as number]!.when);
    case 'split':
      return step.paths[at[1] as number]!.share === 0;
    default:
      return false;
  }
}

/** Whether people may stand at a step. */
const holds = ({ kind }: Step): boolean => ['wait', 'approve', 'hand-over', 'webhook', 'nurture'].includes(kind);

/** The steps that follow without anybody's act. */
const followers = (step: Step, steps: ReadonlyMap<string, Step>): (Step | null)[] =>
  exitsOf(step)
    .filter(({ at }) => !isOutside(step, at))
    .map(({ next }) => (next === null ? null : (steps.get(next) ?? null)));

/** Whether a run may come to its end from a step without passing one of these. */
function ends(from: Step, steps: ReadonlyMap<string, Step>, shuns: (step: Step) => boolean): boolean {
  const seen = new Set<string>();
  const open: Step[] = [from];
  for (let step = open.pop(); step; step = open.pop()) {
    if (step.kind === 'goal' || step.kind === 'exit') return true;
    for (const next of followers(step, steps)) {
      if (next === null) return true;
      if (shuns(next) || seen.has(next.key)) continue;
      seen.add(next.key);
      open.push(next);
    }
  }
  return false;
}

/** What a step writes. */
function writesOf(journey: string, step: Step): Written[] {
  const from = { journey, step: step.key };
  switch (step.kind) {
    case 'tag':
      return [
        ...step.add.map((tag): Written => ({ kind: 'tag', tag, added: true })),
        ...step.remove.map((tag): Written => ({ kind: 'tag', tag, added: false })),
      ];
    case 'set-trait':
      return [{ kind: 'trait', path: step.path, value: step.value }];
    case 'note':
      return [{ kind: 'event', name: noteEvent, properties: { text: step.text, ...from }, open: false }];
    case 'add-points':
      return [
        {
          kind: 'event',
          name: pointsEvent,
          properties: { score: step.score, points: step.points, because: step.because, ...from },
          open: false,
        },
      ];
    case 'webhook':
      return [{ kind: 'event', name: answerEvent, properties: from, open: true }];
    case 'assign':
      return [{ kind: 'owner' }];
    case 'move-stage':
      return [{ kind: 'stage', stage: step.to, entered: true }];
    case 'start-journey':
      return [{ kind: 'start', journey: step.journey }];
    default:
      return [];
  }
}

/** What whoever comes in by an entry brings about by themselves, in the order of the steps. */
export function ownWrites(key: string, journey: Pick<Journey, 'steps'>, entry: StepOf<'entry'>): OwnWrite[] {
  const steps = new Map(journey.steps.map((step) => [step.key, step]));
  /** By step: whether a wait may lie before it. */
  const reached = new Map<string, boolean>();
  const open: { step: Step; later: boolean }[] = [{ step: entry, later: false }];
  for (let each = open.pop(); each; each = open.pop()) {
    const { step, later } = each;
    const before = reached.get(step.key);
    if (before !== undefined && (before || !later)) continue;
    reached.set(step.key, later);
    for (const next of followers(step, steps)) if (next) open.push({ step: next, later: later || holds(step) });
  }
  return journey.steps.flatMap((step) => {
    const later = reached.get(step.key);
    if (later === undefined) return [];
    const endsAtOnce = ends(step, steps, holds);
    const always = !ends(entry, steps, (each) => each === step);
    return writesOf(key, step).map((fact) => ({ step: step.key, fact, later: later || step.kind === 'webhook', endsAtOnce, always }));
  });
}
