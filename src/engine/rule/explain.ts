import type { Instant } from '#contract/instant.ts';
import type { Rule } from '#contract/rule.ts';
import type { Person } from '../person.ts';
import { matcherId } from './memory.ts';
import { compileRule, never, traitOf } from './rule.ts';
import { sayRule } from './say.ts';

/** One part of a rule, asked for a person: whether it held and what it saw. */
export interface Explained {
  rule: string;
  held: boolean;
  saw: { what: string; at: Instant | null }[];
}

/** The parts of a rule, each with its answer: all of them, also those that evaluation would skip. */
export function explainRule(rule: Rule, person: Person, now: Instant): Explained[] {
  if ('all' in rule) return rule.all.flatMap((part) => explainRule(part, person, now));
  if ('any' in rule && rule.any.length === 1) return explainRule(rule.any[0]!, person, now);
  const held = compileRule(rule)({ person, now, changesAt: never });
  return [{ rule: sayRule(rule), held, saw: sawOf(rule, person) }];
}

function sawOf(rule: Rule, person: Person): Explained['saw'] {
  if ('all' in rule) return rule.all.flatMap((part) => sawOf(part, person));
  if ('any' in rule) return rule.any.flatMap((part) => sawOf(part, person));
  if ('not' in rule) return sawOf(rule.not, person);
  if ('trait' in rule) {
    const value = traitOf(person, rule.trait.path);
    return [
      {
        what: value === undefined || value === null ? `${rule.trait.path} is not known` : `${rule.trait.path} is ${JSON.stringify(value)}`,
        at: null,
      },
    ];
  }
  if ('event' in rule) {
    const trace = person.state.memory[matcherId(rule.event)];
    return trace ? trace.t.map((at) => ({ what: rule.event.name, at })) : [{ what: `no ${rule.event.name}`, at: null }];
  }
  if ('stage' in rule) return [{ what: `stage is ${person.stage ?? 'not set'}`, at: person.stageSince }];
  if ('segment' in rule) {
    const since = person.state.segments[rule.segment.key];
    return [{ what: since === undefined ? `not in ${rule.segment.key}` : `in ${rule.segment.key}`, at: since ?? null }];
  }
  if ('score' in rule) return [{ what: `${rule.score.key} is ${person.state.scores[rule.score.key] ?? 0}`, at: null }];
  return Object.entries(person.state.consents)
    .filter(([key]) => key.startsWith(`${rule.consent.purpose}/`))
    .map(([key, consent]) => ({ what: `${key} ${consent.state}`, at: consent.at }));
}
