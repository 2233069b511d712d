import { ms, sayDuration } from '#contract/instant.ts';
import { compileMatch, type Matches } from '../../rule/match.ts';
import { sayMatch } from '../../rule/words.ts';
import type { StepLogic } from './step.ts';

export const wait: StepLogic<'wait', Matches | null> = {
  compile: (step, { zone }) => (step.until ? compileMatch(step.until, zone) : null),
  begin: (step, { now }) => ({ to: 'wait', until: now + ms(step.for ?? step.timeout ?? 'PT0S') }),
  onEvent: (step, event, _context, matches) =>
    matches?.({ ...event, at: event.actAt }) ? { to: 'next', next: step.next, because: `${event.name} happened` } : null,
  onTime: (step) =>
    step.until
      ? { to: 'next', next: step.onTimeout ?? null, because: `${step.until.event} did not happen in ${sayDuration(step.timeout!)}` }
      : { to: 'next', next: step.next, because: `${sayDuration(step.for!)} passed` },
  say: (step) =>
    step.until
      ? `Wait until ${sayMatch(step.until)}, at most ${sayDuration(step.timeout ?? 'PT0S')}`
      : `Wait ${sayDuration(step.for ?? 'PT0S')}`,
};
