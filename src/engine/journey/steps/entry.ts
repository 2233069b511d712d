import { minutesOf, nextLocal } from '../../local-time.ts';
import { localDay } from '../../local-calendar.ts';
import { sayRule } from '../../rule/say.ts';
import { sayTrigger } from '../trigger.ts';
import type { StepLogic } from './step.ts';

export const entry: StepLogic<'entry'> = {
  compile: () => null,
  begin(step, { now, zone }) {
    // On a date, the day has begun; the time of day is waited for, unless it is over.
    if ('date' in step.on) {
      const at = nextLocal(now, minutesOf(step.on.at), zone);
      if (at > now && localDay(at, zone) === localDay(now, zone)) return { to: 'wait', until: at };
    }
    return { to: 'next', next: step.next };
  },
  onTime: (step) => ({ to: 'next', next: step.next }),
  rules: (step) => (step.when ? [{ at: 'when', rule: step.when }] : []),
  say: (step) => `Enter ${sayTrigger(step.on)}${step.when ? `, when ${sayRule(step.when)}` : ''}`,
};
