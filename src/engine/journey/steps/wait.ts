import { type Instant, ms, sayDuration } from '#contract/instant.ts';
import { valueAt } from '#contract/rule/values.ts';
import type { StepOf } from '#contract/steps/index.ts';
import { dayNumberOf, startOfDay, localDay, sayDay, weekdayOf } from '../../local-calendar.ts';
import { minutesOf, nextLocal } from '../../local-time.ts';
import { compileMatch, type Matches } from '../../rule/match.ts';
import { type CompiledRule, never } from '../../rule/question.ts';
import { compileRule, readsOf } from '../../rule/rule.ts';
import { sayRule } from '../../rule/say.ts';
import { sayMatch, sayWeekdays } from '../../rule/words.ts';
import { type Outcome, questionOf, type StepContext, type StepLogic } from './step.ts';

interface Compiled {
  matches: Matches | null;
  holds: CompiledRule | null;
}

type Wait = StepOf<'wait'>;

/** The first instant at or after `now` when the person's clock shows a time of day on one of these days of the week. */
function nextTime({ at, weekdays }: { at: string; weekdays?: number[] | undefined }, now: Instant, zone: string): Instant {
  for (let from = now, looked = 0; ; looked++) {
    const next = nextLocal(from, minutesOf(at), zone);
    const today = localDay(next, zone);
    if (!weekdays || weekdays.includes(weekdayOf(today)) || looked > 8) return next;
    from = startOfDay(today + 1, zone);
  }
}

/** The instant for which somebody waits who came at `since`: who came at that very time has waited enough, unless they came from here. */
function timeOf({ key, untilTime }: Wait, { run: { passed }, zone }: StepContext, since: Instant): Instant {
  const isBack = passed?.at === since && passed.waits.includes(key);
  return nextTime(untilTime!, isBack ? since + 1 : since, zone);
}

/** The instant that a wait until a date means for somebody; null when there is no such date. */
function dateOf({ untilDate }: Wait, { person, zone }: StepContext): Instant | null {
  const named = dayNumberOf(untilDate!.on ?? valueAt(person.traits, untilDate!.trait!));
  if (named === null) return null;
  return nextLocal(startOfDay(named + untilDate!.days, zone), minutesOf(untilDate!.at), zone);
}

/** Whether the rule holds now; when not, until when to wait and when to look again. */
function look(step: Wait, context: StepContext, { holds }: Compiled, until: Instant): Outcome {
  const question = questionOf(context);
  if (holds!(question)) return { to: 'next', next: step.next, because: sayRule(step.untilRule!) };
  if (context.now >= until)
    return {
      to: 'next',
      next: step.onTimeout ?? null,
      because: `it did not hold in ${sayDuration(step.timeout!)}: ${sayRule(step.untilRule!)}`,
    };
  return { to: 'wait', until, ...(question.changesAt < until ? { looksAt: question.changesAt } : {}) };
}

const isOver = (step: Wait): Outcome => ({ to: 'next', next: step.onMissing ?? step.next, because: 'the date is not known, or is over' });

export const wait: StepLogic<'wait', Compiled> = {
  compile: (step, context) => ({
    matches: step.until ? compileMatch(step.until, context.zone) : null,
    holds: step.untilRule ? compileRule(step.untilRule, context) : null,
  }),
  begin(step, context, compiled) {
    const { now } = context;
    if (step.untilRule) return look(step, context, compiled, now + ms(step.timeout!));
    if (step.untilTime) return { to: 'wait', until: timeOf(step, context, now) };
    if (step.untilDate) {
      const at = dateOf(step, context);
      if (at !== null && at > now) return { to: 'wait', until: at };
      // A day of the calendar that is over is not waited for; of somebody's own date, the journey says what then.
      return step.untilDate.trait === undefined ? { to: 'next', next: step.next, because: 'the day is over' } : isOver(step);
    }
    return { to: 'wait', until: now + ms(step.for ?? step.timeout ?? 'PT0S') };
  },
  onEvent: (step, event, _context, { matches }) =>
    matches?.({ ...event, at: event.actAt }) ? { to: 'next', next: step.next, because: `${event.name} happened` } : null,
  onChange(step, context, compiled) {
    const { wait: waiting } = context.run;
    if (step.untilRule) return look(step, context, compiled, waiting!.until);
    if (!step.untilDate && !step.untilTime) return null;
    // Whoever's date moves, or whose clock is another one, waits for the new instant.
    const at = step.untilTime ? timeOf(step, context, waiting!.since) : dateOf(step, context);
    if (at === waiting!.until) return null;
    if (at !== null && at > context.now) return { to: 'wait', until: at };
    return step.untilDate?.trait === undefined
      ? { to: 'next', next: step.next, because: 'the time has come where they are' }
      : isOver(step);
  },
  onTime(step, context, compiled) {
    if (step.untilRule) return look(step, context, compiled, context.run.wait!.until);
    if (step.until)
      return { to: 'next', next: step.onTimeout ?? null, because: `${step.until.event} did not happen in ${sayDuration(step.timeout!)}` };
    if (step.for) return { to: 'next', next: step.next, because: `${sayDuration(step.for)} passed` };
    return { to: 'next', next: step.next, because: step.untilDate ? 'the date came' : 'the time came' };
  },
  rules: (step) => (step.untilRule ? [{ at: 'untilRule', rule: step.untilRule }] : []),
  waitsFor(step) {
    if (step.untilRule) return readsOf(step.untilRule);
    const trait = step.untilDate?.trait;
    const date = trait === undefined ? [] : readsOf({ trait: { path: trait, op: 'exists' } });
    return step.untilTime || step.untilDate ? [...date, 'profile:zone'] : [];
  },
  endsEarly: (step) => (step.until ? sayMatch(step.until) : step.untilRule ? sayRule(step.untilRule) : null),
  say(step) {
    if (step.until) return `Wait until ${sayMatch(step.until)}, at most ${sayDuration(step.timeout ?? 'PT0S')}`;
    if (step.untilRule) return `Wait until ${sayRule(step.untilRule)}, at most ${sayDuration(step.timeout ?? 'PT0S')}`;
    if (step.untilTime)
      return `Wait until ${step.untilTime.at}${step.untilTime.weekdays ? ` ${sayWeekdays(step.untilTime.weekdays)}` : ''}`;
    if (step.untilDate) {
      const { on, trait, days, at } = step.untilDate;
      const shift = days === 0 ? '' : `${Math.abs(days)} ${Math.abs(days) === 1 ? 'day' : 'days'} ${days < 0 ? 'before' : 'after'} `;
      return `Wait until ${shift}${on === undefined ? `the date in ${trait}` : sayDay(dayNumberOf(on)!)}, ${at}`;
    }
    return `Wait ${sayDuration(step.for ?? 'PT0S')}`;
  },
};
