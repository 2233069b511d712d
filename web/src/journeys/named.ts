import type { Rule } from '#contract/rule.ts';
import type { Step } from '#contract/steps/index.ts';
import type { Trigger } from '#contract/steps/trigger.ts';

/** The names of what journeys point at, by key (fields by their path): what has none is said by its key. */
export interface Names {
  templates: ReadonlyMap<string, string>;
  stages: ReadonlyMap<string, string>;
  segments: ReadonlyMap<string, string>;
  scores: ReadonlyMap<string, string>;
  grades: ReadonlyMap<string, string>;
  topics: ReadonlyMap<string, string>;
  journeys: ReadonlyMap<string, string>;
  fields: ReadonlyMap<string, string>;
}
export const noNames: Names = {
  templates: new Map(),
  stages: new Map(),
  segments: new Map(),
  scores: new Map(),
  grades: new Map(),
  topics: new Map(),
  journeys: new Map(),
  fields: new Map(),
};
const of = (names: ReadonlyMap<string, string>, key: string): string => names.get(key) || key;

/** A rule to be said, not asked: names stand where the keys were. */
export function namedRule(rule: Rule, names: Names): Rule {
  if ('all' in rule) return { all: rule.all.map((part) => namedRule(part, names)) };
  if ('any' in rule) return { any: rule.any.map((part) => namedRule(part, names)) };
  if ('not' in rule) return { not: namedRule(rule.not, names) };
  if ('segment' in rule) return { segment: { key: of(names.segments, rule.segment.key) } };
  if ('score' in rule) return { score: { ...rule.score, key: of(names.scores, rule.score.key) } };
  if ('grade' in rule) return { grade: { ...rule.grade, key: of(names.grades, rule.grade.key) } };
  if ('stage' in rule) return { stage: { ...rule.stage, in: rule.stage.in.map((key) => of(names.stages, key)) } };
  if ('trait' in rule) return { trait: { ...rule.trait, path: of(names.fields, rule.trait.path) } };
  if ('consent' in rule && rule.consent.topic !== undefined)
    return { consent: { ...rule.consent, topic: of(names.topics, rule.consent.topic) } };
  return rule;
}

/** What begins a journey, to be said. */
export function namedTrigger(on: Trigger, names: Names): Trigger {
  if ('segment' in on) return { ...on, segment: `“${of(names.segments, on.segment)}”` };
  if ('score' in on) return { ...on, score: of(names.scores, on.score) };
  if ('stage' in on) return { ...on, stage: of(names.stages, on.stage) };
  if ('date' in on) return { ...on, date: of(names.fields, on.date) };
  return on;
}

/** A step to be said: its sentence is that of the same step with names for keys. */
export function namedStep(step: Step, names: Names): Step {
  switch (step.kind) {
    case 'entry':
      return { ...step, on: namedTrigger(step.on, names), ...(step.when ? { when: namedRule(step.when, names) } : {}) };
    case 'send':
    case 'webhook':
      return step.template === null ? step : { ...step, template: `“${of(names.templates, step.template)}”` };
    case 'wait':
      return {
        ...step,
        ...(step.untilRule ? { untilRule: namedRule(step.untilRule, names) } : {}),
        ...(step.untilDate?.trait ? { untilDate: { ...step.untilDate, trait: of(names.fields, step.untilDate.trait) } } : {}),
      };
    case 'set-trait':
      return { ...step, path: of(names.fields, step.path) };
    case 'move-stage':
      return { ...step, to: of(names.stages, step.to) };
    case 'add-points':
      return { ...step, score: of(names.scores, step.score) };
    case 'start-journey':
    case 'end-journey':
      return { ...step, journey: `“${of(names.journeys, step.journey)}”` };
    case 'nurture':
      return step.pause ? { ...step, pause: namedRule(step.pause, names) } : step;
    default:
      return step;
  }
}
