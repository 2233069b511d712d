import type { Breaker } from '#contract/breaker.ts';
import type { Cap, CapPolicy } from '#contract/cap-policy.ts';
import type { EntryPoint, Lifecycle } from '#contract/definition-bodies.ts';
import type { DefinitionDocument } from '#contract/definition.ts';
import type { IdentityPolicy } from '#contract/identity-policy.ts';
import { isSame } from '#contract/diff.ts';
import type { Field } from '#contract/field.ts';
import { day, ms, sayDuration } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import type { StepOf } from '#contract/steps/index.ts';
import { sayTrigger } from './journey/trigger.ts';
import { sayScope, sayWindow } from './message/caps.ts';
import { sayRule } from './rule/say.ts';
import { sayMatch } from './rule/words.ts';

/** Who stands where the change would be made. */
export interface PeopleThere {
  steps: readonly { journey: string; version: number; step: string | null; people: number }[];
  /** Stage → how many; a stage without anybody may be missing. */
  stages: ReadonlyMap<string, number>;
}

/** What deserves a second look before one published body becomes another: each a sentence. None when the change is safe as far as can be known. */
export function secondLook(before: DefinitionDocument, after: DefinitionDocument, people: PeopleThere): string[] {
  if (before.kind === 'journey' && after.kind === 'journey') return lookAtJourney(after.key, before.body, after.body, people);
  if (before.kind === 'lifecycle' && after.kind === 'lifecycle') return lookAtLifecycle(before.body, after.body, people);
  if (before.kind === 'entry-point' && after.kind === 'entry-point') return lookAtEntryPoint(before.body, after.body);
  if (before.kind === 'cap-policy' && after.kind === 'cap-policy') return lookAtCaps(before.body, after.body);
  if (before.kind === 'identity-policy' && after.kind === 'identity-policy') return lookAtIdentity(before.body, after.body);
  if (before.kind === 'topic' && after.kind === 'topic' && before.body.purpose === 'marketing' && after.body.purpose === 'transactional')
    return ['Messages on this topic need no consent any more, count toward no cap and keep no quiet hours.'];
  if (before.kind === 'field' && after.kind === 'field') return lookAtField(before.body, after.body);
  return [];
}

function lookAtField(before: Field, after: Field): string[] {
  const said: string[] = [];
  if (before.class !== 'none' && after.class === 'none') said.push('Its values are no longer treated as personal and may reach logs.');
  if (before.path !== after.path)
    said.push(`Values at ${before.path} stay where they are, without a field; nothing is moved to ${after.path}.`);
  if (before.type !== after.type) said.push(`It becomes ${after.type} in place of ${before.type}. Values that stand stay as they are.`);
  if (after.retention !== null && (before.retention === null || ms(after.retention) < ms(before.retention)))
    said.push(`Values are removed ${sayDuration(after.retention)} after they were last written.`);
  return said;
}

const count = (people: number): string => `${people.toLocaleString('en-US')} ${people === 1 ? 'person is' : 'people are'}`;

function lookAtJourney(key: string, before: Journey, after: Journey, people: PeopleThere): string[] {
  const said: string[] = [];
  const entriesOf = (journey: Journey): StepOf<'entry'>[] => journey.steps.filter((step) => step.kind === 'entry');
  const entries = entriesOf(after);
  for (const was of entriesOf(before)) {
    const is = entries.find((each) => each.key === was.key) ?? (entries.length === 1 ? entries[0] : undefined);
    if (!is) said.push(`People no longer enter ${sayTrigger(was.on)}.`);
    else if (!isSame(was.on, is.on)) said.push(`People enter ${sayTrigger(is.on)}, no longer ${sayTrigger(was.on)}.`);
    if (was.when && is && !is.when) said.push(`People enter without a condition; until now: ${sayRule(was.when)}.`);
    else if (is?.when && !isSame(was.when, is.when)) said.push(`Only those enter for whom this holds: ${sayRule(is.when)}.`);
  }
  if (before.reentry === 'never' && after.reentry !== 'never') said.push('People who went through before can enter again.');
  if (before.goal && (!after.goal || !isSame({ ...before.goal, name: '' }, { ...after.goal, name: '' })))
    said.push(
      after.goal
        ? isSame(before.goal.on, after.goal.on)
          ? `The goal counts for ${sayDuration(after.goal.within)} after entering, until now for ${sayDuration(before.goal.within)}.`
          : `The goal becomes ${sayMatch(after.goal.on)}; until now it was ${sayMatch(before.goal.on)}.`
        : `There is no goal any more; until now it was ${sayMatch(before.goal.on)}.`,
    );
  for (const exit of before.exits)
    if (!after.exits.some((each) => isSame(each.on, exit.on))) said.push(`A run no longer ends when this happens: ${sayMatch(exit.on)}.`);

  for (const step of before.steps) {
    const there = whoIsAt(key, step.key, people);
    if (there === '') continue;
    const now = after.steps.find((each) => each.key === step.key);
    if (!now || now.kind !== step.kind) said.push(`The step "${step.key}" goes. ${there}`);
    else if (step.kind === 'wait' && now.kind === 'wait') {
      const [long, next] = [step.for ?? step.timeout, now.for ?? now.timeout];
      if (long && next && ms(long) !== ms(next))
        said.push(
          `The wait "${step.key}" becomes ${ms(next) < ms(long) ? 'shorter' : 'longer'}: ${sayDuration(next)} in place of ${sayDuration(long)}. ${there}`,
        );
      else if (!isSame(step.until, now.until)) said.push(`The wait "${step.key}" waits for something else. ${there}`);
    }
  }
  return said;
}

/** "3 people are waiting there under version 2; they keep their version." Empty when nobody is. */
function whoIsAt(journey: string, step: string, people: PeopleThere): string {
  const there = people.steps.filter((each) => each.journey === journey && each.step === step && each.people > 0);
  if (there.length === 0) return '';
  const [first, ...rest] = there.map((each) => ({ ...each, said: `under version ${each.version}` }));
  return `${count(first!.people)} waiting there ${first!.said}${rest.map((each) => `, ${each.people.toLocaleString('en-US')} ${each.said}`).join('')}; they keep their version.`;
}

function lookAtLifecycle(before: Lifecycle, after: Lifecycle, people: PeopleThere): string[] {
  const said: string[] = [];
  const now = new Map(after.stages.map((stage) => [stage.key, stage]));
  for (const stage of before.stages) {
    const kept = now.get(stage.key);
    if (!kept) {
      const there = people.stages.get(stage.key) ?? 0;
      said.push(`The stage "${stage.name}" goes.${there > 0 ? ` ${count(there)} in it, until something moves them.` : ''}`);
      continue;
    }
    for (const key of stage.next)
      if (!kept.next.includes(key) && now.has(key)) said.push(`Nobody moves from "${stage.name}" to "${now.get(key)!.name}" any more.`);
    // That nobody comes from a stage that goes is said with that stage.
    const ways = stage.entry.map((entry) => ({ ...entry, from: entry.from?.filter((key) => now.has(key)) }));
    for (const entry of ways)
      if (!kept.entry.some((each) => isSame(each, entry)))
        said.push(`This is no longer evidence for "${stage.name}" as it was: ${sayMatch(entry.on)}.`);
    if (stage.stall && !kept.stall) said.push(`Nobody is recycled from "${stage.name}" any more.`);
    for (const path of kept.requires)
      if (!stage.requires.includes(path)) said.push(`Nobody enters "${stage.name}" whose ${path} is not known.`);
  }
  for (const { key, name, stall } of after.stages) {
    const was = before.stages.find((stage) => stage.key === key)?.stall;
    if (stall && !(was && isSame({ ...was, reason: '' }, { ...stall, reason: '' })))
      said.push(
        `Whoever has stood still in "${name}" for ${sayDuration(stall.after)} is recycled to "${now.get(stall.to)?.name ?? stall.to}" at once, and journeys begin with it. A rehearsal says how many.`,
      );
  }
  return said;
}

/** The stages that a change takes away, whose people have to be counted. */
export const stagesGone = (before: Lifecycle, after: Lifecycle): string[] =>
  before.stages.map((stage) => stage.key).filter((key) => !after.stages.some((stage) => stage.key === key));

function lookAtEntryPoint(before: EntryPoint, after: EntryPoint): string[] {
  const said: string[] = [];
  if (before.consent && !after.consent) said.push('It no longer asks for consent.');
  if (before.consent && after.consent && before.consent.purpose !== after.consent.purpose)
    said.push(`It asks for consent to ${after.consent.purpose}, no longer to ${before.consent.purpose}.`);
  if (before.consent && after.consent && before.consent.wording !== after.consent.wording)
    said.push('The consent wording changes; consents that were given stand under the words that were shown.');
  if (before.form && after.form && before.form.event !== after.form.event)
    said.push(
      `A submission is recorded as ${after.form.event}, no longer as ${before.form.event}; whatever waits for the old name hears nothing.`,
    );
  return said;
}

function lookAtIdentity(before: IdentityPolicy, after: IdentityPolicy): string[] {
  const said: string[] = [];
  const weight = { never: 0, trusted: 1, always: 2 } as const;
  for (const kind of after.kinds) {
    const was = before.kinds.find((each) => each.kind === kind.kind);
    if (kind.mergeKnown === 'always' && was?.mergeKnown !== 'always')
      said.push(`Whoever has a write key can join two known people by naming the ${kind.kind} of one of them.`);
    else if (was && weight[kind.mergeKnown] > weight[was.mergeKnown])
      said.push(`Two known people become one by the ${kind.kind}, when a trusted source says so.`);
    if (was?.hold && !kind.hold) said.push(`Nobody is held for review any more, however many of the kind ${kind.kind} they attract.`);
    if (was?.sharedBy && !kind.sharedBy) said.push(`A value of the kind ${kind.kind} names somebody, with however many people it comes.`);
    if (was?.assert === 'trusted' && kind.assert === 'anyone') said.push(`Anyone with a write key may say the ${kind.kind} of somebody.`);
    if (was?.unique && !kind.unique) said.push(`The ${kind.kind} says nothing any more about who somebody is.`);
  }
  for (const kind of before.kinds)
    if (!after.kinds.some((each) => each.kind === kind.kind))
      said.push(`The kind ${kind.kind} is not listed any more: what is standard holds for it.`);
  return said;
}

function lookAtBreaker(before: Breaker | null, after: Breaker | null): string[] {
  if (before === null) return [];
  if (after === null) return ['Nothing stops by itself any more, however many messages go wrong.'];
  const words = {
    complained: 'are marked as spam',
    bounced: 'go to addresses that do not exist',
    unsubscribed: 'are answered by unsubscribing',
    failed: 'cannot be handed over',
  };
  const said = (Object.keys(words) as (keyof typeof words)[])
    .filter((what) => before[what] !== null && (after[what] === null || after[what]! > before[what]!))
    .map((what) => `Sending stops by itself later, or never, when messages ${words[what]}.`);
  if (before.volume && (!after.volume || after.volume.times > before.volume.times || after.volume.least > before.volume.least))
    said.push('A journey may write more in an hour than until now before it is stopped.');
  return said;
}

const stretchMs = { day, week: 7 * day, month: 31 * day } as const;

function lookAtCaps(before: CapPolicy, after: CapPolicy): string[] {
  const say = (cap: Cap): string => `at most ${cap.max} in ${sayWindow(cap)} on ${sayScope(cap)}`;
  /** A rolling window is at least as strict as the stretch of a calendar that it is as long as. */
  const asLong = (one: Cap, other: Cap): boolean =>
    one.within === undefined
      ? one.per === other.per
      : ms(one.within) >= (other.within === undefined ? stretchMs[other.per!] : ms(other.within));
  const asWide = (one: Cap, other: Cap): boolean =>
    (['channel', 'topic', 'stage', 'segment'] as const).every((part) => one[part] === undefined || one[part] === other[part]);
  const asStrict = (cap: Cap): boolean => after.caps.some((each) => asWide(each, cap) && each.max <= cap.max && asLong(each, cap));
  const said = before.caps
    .filter((cap) => !asStrict(cap))
    .map((cap) => `People may hear from you more often: "${say(cap)}" no longer holds.`);
  if (before.quietHours && !isSame(before.quietHours, after.quietHours))
    said.push(
      after.quietHours
        ? `Quiet hours change: ${after.quietHours.from} to ${after.quietHours.to} in place of ${before.quietHours.from} to ${before.quietHours.to}.`
        : 'There are no quiet hours any more.',
    );
  for (const hours of before.quietElsewhere)
    if (!after.quietElsewhere.some((each) => isSame(each, hours)))
      said.push(`The quiet hours of their own in ${hours.countries.join(', ')} no longer hold as they were.`);
  if (before.fatigue && !isSame(before.fatigue, after.fatigue))
    said.push(after.fatigue ? 'When people are left alone for a rest changes.' : 'People who never come back are no longer left alone.');
  for (const hold of before.holds)
    if (!after.holds.some((each) => isSame(each, hold))) said.push(`Marketing no longer waits as it did: ${hold.says}.`);
  said.push(...lookAtBreaker(before.breaker, after.breaker));
  if (before.loops.turns / ms(before.loops.within) < after.loops.turns / ms(after.loops.within))
    said.push('Journeys may lead somebody round more often before they are locked for them.');
  return said;
}
