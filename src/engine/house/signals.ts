import { ownPaths } from '#contract/field.ts';
import { day, type Instant, sayDuration } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import { conditionOf, conditionsOf, type Rule } from '#contract/rule.ts';
import type { SignalAsk, Signals } from '#contract/signals.ts';
import { exitsOf, type StepOf } from '#contract/steps/index.ts';
import type { Finding } from '../journey/check.ts';

/** Whether what a branch asks about is there often enough, lately enough, and parts people at all. */

/** What came longer ago than this is stale. */
export const staleAfter = 30 * day;
/** Fewer people than either of these make a branch that guesses. */
export const thinShare = 0.05;
export const thinPeople = 30;
/** Of at least so many passes, more than this share by one way says that the branch parts nobody. */
export const sidedPasses = 100;
export const sidedShare = 0.95;
/** A way is dead when nobody took it although at least so many came by. */
const deadPasses = 30;

type Parting = StepOf<'branch'> | StepOf<'split'>;
const partings = (journey: Pick<Journey, 'steps'>): Parting[] =>
  journey.steps.filter((step) => step.kind === 'branch' || step.kind === 'split');

/** What a rule asks about, of what can be counted; people always have what they are known by. */
function asksOf(rule: Rule): SignalAsk[] {
  return conditionsOf(rule).flatMap((condition): SignalAsk[] => {
    const { kind, test } = conditionOf(condition);
    if (kind === 'trait') {
      const path = test.path.replaceAll('[]', '');
      return (ownPaths as readonly string[]).includes(path.split('.', 1)[0]!) ? [] : [{ kind, key: path }];
    }
    if (kind === 'event') return [{ kind, key: test.name }];
    return kind === 'segment' ? [{ kind, key: test.key }] : [];
  });
}
const idOf = ({ kind, key }: SignalAsk): string => `${kind}:${key}`;

/** Everything that the branches of a journey ask about; each once. */
export const signalAsks = (journey: Pick<Journey, 'steps'>): SignalAsk[] => [
  ...new Map(
    partings(journey)
      .flatMap((step) => (step.kind === 'branch' ? step.paths.flatMap(({ when }) => asksOf(when)) : []))
      .map((ask) => [idOf(ask), ask]),
  ).values(),
];

export const saySignal = ({ kind, key }: SignalAsk): string =>
  kind === 'event' ? `“${key}”` : kind === 'trait' ? `the trait ${key}` : `the segment ${key}`;

/** What is behind one condition of a branch. */
export interface Signal extends SignalAsk {
  has: number;
  /** Of everybody, 0 to 1. */
  coverage: number;
  lastAt: Instant | null;
  isThin: boolean;
  isStale: boolean;
}

/** What is behind the conditions of one path, and whether the path is weak by it: of several that are enough by themselves, one good one carries it. */
export function signalsBehind(when: Rule, signals: Signals, now: Instant): (Signal & { isWeak: boolean })[] {
  const all = signalsIn(when, signals, now);
  const weak = new Set(weakIn(when, signals, now).map(idOf));
  return all.map((each) => ({ ...each, isWeak: weak.has(idOf(each)) }));
}

function weakIn(rule: Rule, signals: Signals, now: Instant): Signal[] {
  if ('all' in rule) return rule.all.flatMap((part) => weakIn(part, signals, now));
  if ('not' in rule) return weakIn(rule.not, signals, now);
  if ('any' in rule) {
    const parts = rule.any.map((part) => weakIn(part, signals, now));
    return parts.some((part) => part.length === 0) ? [] : parts.flat();
  }
  return signalsIn(rule, signals, now).filter((each) => each.isThin || each.isStale);
}

const signalsIn = (when: Rule, signals: Signals, now: Instant): Signal[] =>
  [...new Map(asksOf(when).map((ask) => [idOf(ask), ask])).values()].flatMap((ask) => {
    const found = signals.asks.find((each) => idOf(each) === idOf(ask));
    if (!found) return [];
    const coverage = signals.people === 0 ? 0 : found.has / signals.people;
    const lastAt = found.lastAt === null ? null : Date.parse(found.lastAt);
    return [
      {
        ...ask,
        has: found.has,
        coverage,
        lastAt,
        isThin: found.has < thinPeople || coverage < thinShare,
        isStale: lastAt === null ? found.has === 0 : now - lastAt > staleAfter,
      },
    ];
  });

/** How often each way of a step was taken; null where ways lead to the same step, because nobody knows then which it was. */
export function passesOf(step: Parting, signals: Signals): { label: string; count: number | null }[] {
  const exits = exitsOf(step);
  return exits.map(({ label, next }) => ({
    label: label ?? '',
    count:
      exits.filter((each) => each.next === next).length > 1
        ? null
        : signals.ways.filter((way) => way.step === step.key && way.next === next).reduce((sum, way) => sum + way.count, 0),
  }));
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** What the branches of a journey rest on, where it is stale, thin or one-sided. */
export function signalFindings(journey: Pick<Journey, 'steps'>, signals: Signals, now: Instant): Finding[] {
  const found: Finding[] = [];
  for (const step of partings(journey)) {
    const at = `steps.${journey.steps.indexOf(step)}`;
    const warn = (path: string, message: string, mend: string): void =>
      void found.push({ check: 'signal', level: 'warning', step: step.key, path: path === '' ? at : `${at}.${path}`, message, mend });
    if (step.kind === 'branch')
      for (const [index, { label, when }] of step.paths.entries())
        for (const signal of signalsBehind(when, signals, now).filter((each) => each.isWeak)) {
          const words = saySignal(signal);
          if (signal.isStale)
            warn(
              `paths.${index}.when`,
              signal.lastAt === null
                ? `the path “${label}” rests on ${words}, which has never come`
                : `the path “${label}” rests on ${words}, which last came ${sayDuration(Math.floor((now - signal.lastAt) / day) * day)} ago`,
              'See whether it is still sent, or ask about something that comes.',
            );
          else if (signal.isThin && signals.people > 0)
            warn(
              `paths.${index}.when`,
              `the path “${label}” rests on ${words}, which ${signal.has} of ${signals.people} people have (${percent(signal.coverage)})`,
              'Collect it from more people first, or ask about what more of them have.',
            );
        }
    const passes = passesOf(step, signals);
    const counted = passes.filter((each) => each.count !== null);
    const all = signals.ways.filter((way) => way.step === step.key).reduce((sum, way) => sum + way.count, 0);
    const most = counted.toSorted((a, b) => b.count! - a.count!)[0];
    if (most && all >= sidedPasses && most.count! > sidedShare * all && step.kind === 'branch')
      warn(
        '',
        `of ${all} who came to "${step.key}" in ${signals.days} days, ${percent(most.count! / all)} took “${most.label}”: it parts hardly anybody`,
        'Ask whether the branch is needed, or part people by something else.',
      );
    if (all >= deadPasses)
      for (const { label } of counted.filter((each) => each.count === 0))
        warn(
          '',
          `nobody took “${label}” at "${step.key}" in ${signals.days} days, although ${all} came by`,
          'Remove the way, or mend its rule.',
        );
  }
  return found;
}
