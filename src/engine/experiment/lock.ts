import type { DefinitionDocument } from '#contract/definition.ts';
import { sayDuration } from '#contract/instant.ts';
import type { House } from '../house/house.ts';
import type { Finding } from '../journey/check.ts';
import { sayMatch } from '../rule/words.ts';
import { baselineNeeded, baselineSince, experimentsOf, goalName } from './experiments-of.ts';

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
        message: `the experiment "${step.key}" cannot begin yet: ${(needed - has).toLocaleString('en-US')} conversions are missing. ${
          has === 0 ? 'Nobody' : has === 1 ? 'One person' : `${has.toLocaleString('en-US')} people`
        } did “${sayMatch(goal)}” in the last ${sayDuration(baselineSince)}; to see a lift of ${step.lift} % within ${sayDuration(step.lasts)}, ${needed.toLocaleString('en-US')} are needed`,
        mend: 'Wait until enough do it, choose what more people do, look for a larger lift, or let it take longer.',
      };
  }
}
