import type { BroadcastTrial } from '#contract/broadcast.ts';
import type { DefinitionDocument } from '#contract/definition.ts';
import { sayDuration } from '#contract/instant.ts';
import type { House } from '../house/house.ts';
import type { Finding } from '../journey/check.ts';
import { sayMatch } from '../rule/words.ts';
import { baselineMin, baselineNeeded, baselineSince, experimentsOf, goalName } from './experiments-of.ts';

const sayMissing = (has: number, needed: number, did: string): string => {
  const missing = needed - has;
  const who = has === 0 ? 'Nobody' : has === 1 ? 'One person' : `${has.toLocaleString('en-US')} people`;
  return `${missing === 1 ? 'one conversion is' : `${missing.toLocaleString('en-US')} conversions are`} missing. ${who} ${did} in the last ${sayDuration(baselineSince)}`;
};

/**
 * What keeps the experiment of a broadcast from beginning, where so many people lately did what it wants; null when nothing does. How many take part is known when it is sent, and it may
 * come out without a winner; but what hardly anybody does says nothing about words.
 */
export const trialTrouble = ({ goal }: BroadcastTrial, has: number): string | null =>
  has >= baselineMin
    ? null
    : `the experiment cannot begin yet: ${sayMissing(has, baselineMin, goal === null ? 'followed a link of a mail' : `did “${sayMatch(goal)}”`)}; ${baselineMin} are needed to know how often it is done`;

/** What keeps the experiments of a journey from beginning, and which of those in force would begin anew. One that is under way goes on, whatever is edited elsewhere. */
export function* experimentTroubles(
  document: Extract<DefinitionDocument, { kind: 'journey' }>,
  { before, conversions }: Pick<House, 'before' | 'conversions'>,
): Generator<Omit<Finding, 'check' | 'level'> & { level?: Finding['level'] }> {
  const was = before.find((each) => each.kind === 'journey' && each.key === document.key);
  const inForce = was?.kind === 'journey' ? experimentsOf(was.key, was.body) : [];
  for (const { id, step, goal } of experimentsOf(document.key, document.body)) {
    if (goal === null || inForce.some((each) => each.id === id)) continue;
    const path = `steps.${document.body.steps.indexOf(step)}`;
    const old = inForce.find((each) => each.step.key === step.key);
    if (old)
      yield {
        level: 'warning',
        step: step.key,
        path,
        message: `the experiment "${step.key}" begins anew, because its arms, its goal, its window or its lift change: people are divided anew and counted from nothing`,
        mend: 'Leave these as they are to let it go on; everything else may change.',
      };
    const needed = baselineNeeded(step);
    const has = conversions?.get(goalName(goal));
    if (has !== undefined && has < needed)
      yield {
        step: step.key,
        path,
        message: `the experiment "${step.key}" cannot begin yet: ${sayMissing(has, needed, `did “${sayMatch(goal)}”`)}; to see a lift of ${step.lift} % within ${sayDuration(step.lasts)}, ${needed.toLocaleString('en-US')} are needed`,
        mend: 'Wait until enough do it, choose what more people do, look for a larger lift, or let it take longer.',
      };
  }
}
