import type { RehearsedRun } from '#contract/rehearsal.ts';
import type { Moment, MomentMessage, WayEnd } from '#contract/trial.ts';
import { reasonWords } from '#contract/reason-words.ts';
import { upper } from '../parts/upper.ts';

/** A rehearsed way as moments, one for each step that is come to, so that it is shown as a way that was really gone. */
export function pathOf({ enteredAt, endedAt, how, says, steps, messages }: RehearsedRun, nameOf = (template: string): string => template) {
  const visits = new Map<string, number>();
  const moments: Moment[] = [];
  const come = (step: string, at: string, left: string | null, next: string | null): void => {
    const visit = (visits.get(step) ?? 0) + 1;
    visits.set(step, visit);
    const its = messages.filter((each) => each.step === step && each.askedAt >= at && (left === null || each.askedAt <= left));
    moments.push({
      step,
      visit,
      says: step,
      at,
      left,
      next,
      because: null,
      until: null,
      rules: [],
      messages: its.map((each) => toMessage(each, nameOf)),
      did: [],
      supposed: [],
    });
  };
  let at = enteredAt;
  for (const { step, at: left, next } of steps) {
    come(step, at, left, next);
    at = left;
  }
  const last = steps.at(-1)?.next ?? null;
  if (last !== null) come(last, at, null, null);
  const end: WayEnd = { how, at: endedAt ?? at, until: null, says: `${upper(says)}.` };
  return { moments, end };
}

function toMessage(
  { id, template, channel, askedAt, status, at, held, reason, says }: RehearsedRun['messages'][number],
  nameOf: (template: string) => string,
): MomentMessage {
  const holds = held.map((each) => reasonWords[each].toLowerCase()).join(', ');
  return {
    id,
    template,
    channel,
    subject: nameOf(template),
    status: status === 'waiting' ? 'held' : status,
    reason,
    at,
    says:
      status !== 'sent'
        ? `${says}${status === 'skipped' && holds !== '' ? ` Before that it was held: ${holds}.` : ''}`
        : holds !== ''
          ? `It was held on the way: ${holds}.`
          : at === askedAt
            ? 'At once.'
            : 'Nothing held it.',
    holds: [],
    unknown: [],
  };
}
