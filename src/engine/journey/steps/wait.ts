import type { JsonObject } from '#contract/json.ts';
import { ms, sayDuration } from '#contract/instant.ts';
import { compileMatch } from '../../rule/memory.ts';
import { sayMatch } from '../../rule/say.ts';
import type { StepLogic } from './step.ts';

type Matches = ((name: string, properties: JsonObject) => boolean) | null;

export const wait: StepLogic<'wait', Matches> = {
  compile: (step) => (step.until ? compileMatch(step.until) : null),
  begin: (step, { now }) => ({ to: 'wait', until: now + ms(step.for ?? step.timeout ?? 'PT0S') }),
  onEvent: (step, event, _context, matches) =>
    matches?.(event.name, event.properties) ? { to: 'next', next: step.next, because: `${event.name} happened` } : null,
  onTime: (step) =>
    step.until
      ? { to: 'next', next: step.onTimeout ?? null, because: `${step.until.event} did not happen in ${sayDuration(step.timeout!)}` }
      : { to: 'next', next: step.next, because: `${sayDuration(step.for!)} passed` },
  say: (step) =>
    step.until
      ? `Wait until ${sayMatch(step.until)}, at most ${sayDuration(step.timeout ?? 'PT0S')}`
      : `Wait ${sayDuration(step.for ?? 'PT0S')}`,
};
