import type { ConsentChange } from '#contract/consent.ts';
import { ms, sayDuration } from '#contract/instant.ts';
import type { Step } from '#contract/steps/index.ts';
import type { Assumption } from '#contract/trial.ts';

/** What a rule of a step decides about. */
export function labelOf(step: Step, at: string): string {
  const index = Number(/\.(\d+)/.exec(at)?.[1] ?? -1);
  if (step.kind === 'branch') return step.paths[index]?.label ?? '';
  if (step.kind === 'send') return `Content for ${step.variants[index]?.label ?? ''}`;
  if (step.kind === 'nurture') return at === 'pause' ? 'Paused while' : (step.contents[index]?.template ?? '');
  return step.kind === 'wait' ? 'Waits until' : 'May enter when';
}

/** To stand at the moment from which it is reckoned. */
export function sayAssumption({ does, after }: Assumption): string {
  const when = ms(after) === 0 ? 'at once' : `after ${sayDuration(after)}`;
  switch (does.what) {
    case 'event':
      return `Supposing that ${does.event} happens ${when}`;
    case 'traits':
      return `Supposing that ${Object.entries(does.traits)
        .map(([path, value]) => `${path} becomes ${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' and ')} ${when}`;
    case 'unsubscribe':
      return `Supposing that they unsubscribe ${when}`;
    case 'approval':
      return `Supposing that a colleague says ${does.yes ? 'yes' : 'no'} ${when}`;
    case 'answer':
      return `Supposing that the other system ${does.ok ? 'answers' : 'refuses'} ${when}`;
    case 'release':
      return `Supposing that a colleague releases them ${when}`;
  }
}

/** What is supposed, as the fact that it would be. */
export function factOf({ step, does }: Assumption, run: string): object {
  const actor = 'a colleague';
  switch (does.what) {
    case 'event':
      return { kind: 'event', call: 'track', name: does.event, properties: does.properties, envelope: {} };
    case 'traits':
      return { kind: 'edit', traits: does.traits, actor };
    case 'unsubscribe': {
      const change: ConsentChange = {
        purpose: 'marketing',
        channel: '*',
        state: 'withdrawn',
        wording: null,
        method: 'unsubscribe-page',
        actor: 'person',
      };
      return { kind: 'consent', changes: [change], message: null };
    }
    case 'approval':
      return { kind: 'approval', run, step, yes: does.yes, reason: '', actor };
    case 'answer':
      return { kind: 'answer', run, step, ok: does.ok, says: does.ok ? 'answered' : 'failed', body: does.body };
    case 'release':
      return { kind: 'release', actor };
  }
}
