import { type Instant, ms } from '#contract/instant.ts';
import { atPath } from '#contract/json.ts';
import { type Rule, ruleDepthMax, rulePartsMax } from '#contract/rule.ts';
import { consentTo, type Person } from '../person.ts';
import { compare } from './compare.ts';
import { matcherId } from './memory.ts';

/** What a rule is asked: about whom, when. `changesAt` is lowered to the earliest later instant at which time alone may change the answer. */
export interface Question {
  person: Person;
  now: Instant;
  changesAt: Instant;
}

export type CompiledRule = (question: Question) => boolean;

export const never: Instant = Number.POSITIVE_INFINITY;
export const always: CompiledRule = () => true;

/**
 * Turns a rule into a function. Parts after the one that decides are not asked, and need not be: as long as that part stands, the answer
 * stands, so its own next change is the only one that matters.
 */
export function compileRule(rule: Rule): CompiledRule {
  if ('all' in rule) {
    const parts = rule.all.map(compileRule);
    return (question) => parts.every((part) => part(question));
  }
  if ('any' in rule) {
    const parts = rule.any.map(compileRule);
    return (question) => parts.some((part) => part(question));
  }
  if ('not' in rule) {
    const part = compileRule(rule.not);
    return (question) => !part(question);
  }
  if ('trait' in rule) {
    const { path, op, value } = rule.trait;
    return ({ person }) => compare(traitOf(person, path), op, value);
  }
  if ('event' in rule) return compileEventTest(rule.event);
  if ('stage' in rule) {
    const stages = new Set(rule.stage.in);
    return ({ person }) => person.stage !== null && stages.has(person.stage);
  }
  if ('segment' in rule) {
    const { key } = rule.segment;
    return ({ person }) => person.state.segments[key] !== undefined;
  }
  if ('score' in rule) {
    const { key, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = rule.score;
    return ({ person }) => {
      const value = person.state.scores[key] ?? 0;
      return value >= atLeast && value <= atMost;
    };
  }
  const { purpose, channel = 'email' } = rule.consent;
  return ({ person }) => consentTo(person, purpose, channel).given;
}

/** A trait by its dotted path; email, phone and name answer from the person when the traits do not have them. */
export function traitOf(person: Person, path: string): unknown {
  const value = atPath(person.traits, path);
  if (value !== undefined) return value;
  return path === 'email' ? person.email : path === 'phone' ? person.phone : path === 'name' ? person.name : undefined;
}

function compileEventTest(test: Extract<Rule, { event: unknown }>['event']): CompiledRule {
  const id = matcherId(test);
  const least = test.atLeast ?? (test.atMost === undefined ? 1 : 0);
  const most = test.atMost ?? Number.POSITIVE_INFINITY;
  if (test.within === undefined)
    return ({ person }) => {
      const count = person.state.memory[id]?.n ?? 0;
      return count >= least && count <= most;
    };
  const window = ms(test.within);
  return (question) => {
    const t = question.person.state.memory[id]?.t;
    if (!t) return least === 0;
    const closed = question.now - window;
    let count = 0;
    while (count < t.length && t[t.length - 1 - count]! > closed) count++;
    const held = count >= least && count <= most;
    // Time only takes events out of the window: a held answer ends when the least-th latest leaves, a "too many" ends when the one too many leaves.
    const pivot = held ? least : count > most ? most + 1 : 0;
    if (pivot > 0) question.changesAt = Math.min(question.changesAt, t[t.length - pivot]! + window);
    return held;
  };
}

/** What a rule reads, so that it is asked again only when that changed: event:NAME, traits, stage, consent, segment:KEY, score:KEY, time. */
export function readsOf(rule: Rule, into = new Set<string>()): Set<string> {
  if ('all' in rule) for (const part of rule.all) readsOf(part, into);
  else if ('any' in rule) for (const part of rule.any) readsOf(part, into);
  else if ('not' in rule) readsOf(rule.not, into);
  else if ('trait' in rule) into.add('traits');
  else if ('event' in rule) {
    into.add(`event:${rule.event.name}`);
    if (rule.event.within !== undefined) into.add('time');
  } else if ('stage' in rule) into.add('stage');
  else if ('segment' in rule) into.add(`segment:${rule.segment.key}`);
  else if ('score' in rule) into.add(`score:${rule.score.key}`);
  else into.add('consent');
  return into;
}

/** Mistakes of size: too deep, too many parts. */
export function sizeMistakes(rule: Rule): string[] {
  let parts = 0;
  let deepest = 0;
  const walk = (each: Rule, depth: number): void => {
    parts++;
    deepest = Math.max(deepest, depth);
    if ('all' in each) for (const part of each.all) walk(part, depth + 1);
    else if ('any' in each) for (const part of each.any) walk(part, depth + 1);
    else if ('not' in each) walk(each.not, depth + 1);
  };
  walk(rule, 1);
  return [
    ...(deepest > ruleDepthMax ? [`nests ${deepest} deep; at most ${ruleDepthMax}`] : []),
    ...(parts > rulePartsMax ? [`has ${parts} parts; at most ${rulePartsMax}`] : []),
  ];
}
