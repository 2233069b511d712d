import type { DefinitionDocument } from '#contract/definition.ts';
import { day, ms } from '#contract/instant.ts';
import { conditionOf, type Rule } from '#contract/rule.ts';
import { rulesOfStep } from '../journey/steps/index.ts';

/** Silence on one channel, taken for silence. Somebody who never opens mails may well be on the site every day. */

const channels: readonly [channel: string, names: RegExp][] = [
  ['email', /^e-?mail\b/i],
  ['text messages', /^(sms|message|whatsapp)\b/i],
  ['push', /^push\b/i],
];
const channelOf = (event: string): string | null => channels.find(([, names]) => names.test(event))?.[0] ?? null;

/** The events that a rule wants not to have happened lately, as far as all of them have to hold. */
function silences(rule: Rule, negated = false): string[] {
  if ('all' in rule && !negated) return rule.all.flatMap((part) => silences(part));
  if ('any' in rule && negated) return rule.any.flatMap((part) => silences(part, true));
  if ('not' in rule) return silences(rule.not, !negated);
  if ('all' in rule || 'any' in rule) return [];
  const { kind, test } = conditionOf(rule);
  if (kind === 'segment' && negated) return [];
  if (kind !== 'event' || (test.within === undefined && test.calendar === undefined)) return [];
  const never = test.atMost === 0 || (negated && test.atMost === undefined);
  return never && !(negated && test.atMost === 0) ? [test.name] : [];
}

/** The channel on which alone a rule asks for silence; null when it asks for none, or for more than one. */
export function silentOn(rule: Rule): string | null {
  const found = new Set(silences(rule).map(channelOf));
  return found.size === 1 ? [...found][0]! : null;
}

/** Where a definition takes silence on one channel for silence: its path and step, and the channel. */
export function* silencesOf(document: DefinitionDocument): Generator<{ step: string | null; path: string; channel: string }> {
  if (document.kind === 'segment' && document.body.rule) {
    const channel = silentOn(document.body.rule);
    if (channel) yield { step: null, path: 'rule', channel };
  }
  if (document.kind === 'lifecycle')
    for (const [index, stage] of document.body.stages.entries()) {
      const still = stage.stall?.unless && silentOn({ not: stage.stall.unless });
      if (still) yield { step: null, path: `stages.${index}.stall.unless`, channel: still };
      for (const [way, { when }] of stage.entry.entries()) {
        const channel = when && silentOn(when);
        if (channel) yield { step: null, path: `stages.${index}.entry.${way}.when`, channel };
      }
    }
  if (document.kind !== 'journey') return;
  const steps = new Map(document.body.steps.map((step) => [step.key, step]));
  for (const [index, step] of document.body.steps.entries()) {
    if (step.kind === 'entry' || step.kind === 'wait' || step.kind === 'branch')
      for (const { at, rule } of rulesOfStep(step)) {
        const channel = silentOn(rule);
        if (channel) yield { step: step.key, path: `steps.${index}.${at}`, channel };
      }
    // Waiting a week for a click, and putting out whoever does not follow it.
    if (step.kind !== 'wait' || step.until === undefined || ms(step.timeout!) < 7 * day) continue;
    const channel = channelOf(step.until.event);
    const then = step.onTimeout ? steps.get(step.onTimeout)?.kind : undefined;
    if (channel && (then === 'exit' || then === 'move-stage')) yield { step: step.key, path: `steps.${index}.onTimeout`, channel };
  }
}
