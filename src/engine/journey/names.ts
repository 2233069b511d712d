import type { DefinitionDocument } from '#contract/definition.ts';
import type { Journey } from '#contract/journey.ts';
import { conditionOf, type Rule } from '#contract/rule.ts';
import type { EventMatch } from '#contract/rule/event-match.ts';
import type { NameKind } from '#contract/starter.ts';
import { type Step, withExit } from '#contract/steps/index.ts';
import { triggerOf } from '#contract/steps/trigger.ts';

/**
 * Gives each name that a definition mentions another, or the same. `as` is what the name is there for; null is an answer only for a stage that a move serves
 * and for a mail, which may be left out. `type` is what a field must hold.
 */
export type Rename = (kind: NameKind, name: string, as: string, more?: { loose?: true; type?: 'text' | 'list' | 'date' }) => string | null;

const plain = (path: string): string => path.replaceAll('[]', '');
/** A name that cannot be left out stays where no other is given. */
const sure = (rename: Rename, ...[kind, name, as, more]: Parameters<Rename>): string => rename(kind, name, as, more) ?? name;
const once = (keys: readonly string[]): string[] => [...new Set(keys)];

export const renameMatch = (match: EventMatch, rename: Rename, as: string): EventMatch => ({
  ...match,
  event: sure(rename, 'event', match.event, as),
});

function renamePath(path: string, rename: Rename, as: string, type?: 'text' | 'list' | 'date'): string {
  const name = sure(rename, 'field', plain(path), as, type ? { type } : {});
  return name === plain(path) ? path : name;
}

const listOperators: readonly string[] = ['has-all', 'contains', 'not-contains'];
const dateOperators: readonly string[] = [
  'before',
  'after',
  'within-last',
  'within-next',
  'longer-ago',
  'further-ahead',
  'in-days',
  'anniversary-in',
];
const typeFor = (op: string): 'text' | 'list' | 'date' =>
  listOperators.includes(op) ? 'list' : dateOperators.includes(op) ? 'date' : 'text';

export function renameRule(rule: Rule, rename: Rename, as: string): Rule {
  if ('all' in rule) return { all: rule.all.map((part) => renameRule(part, rename, as)) };
  if ('any' in rule) return { any: rule.any.map((part) => renameRule(part, rename, as)) };
  if ('not' in rule) return { not: renameRule(rule.not, rename, as) };
  const { kind, test } = conditionOf(rule);
  switch (kind) {
    case 'trait':
      return { trait: { ...test, path: renamePath(test.path, rename, as, typeFor(test.op)) } };
    case 'event':
      return { event: { ...test, name: sure(rename, 'event', test.name, as) } };
    case 'measure':
      return { measure: { ...test, name: sure(rename, 'event', test.name, as) } };
    case 'trend':
      return { trend: { ...test, name: sure(rename, 'event', test.name, as) } };
    case 'sequence':
      return { sequence: { ...test, first: renameMatch(test.first, rename, as), then: renameMatch(test.then, rename, as) } };
    case 'stage':
      return { stage: { ...test, in: once(test.in.map((key) => sure(rename, 'stage', key, as))) } };
    case 'segment':
      return { segment: { key: sure(rename, 'segment', test.key, as) } };
    case 'score':
      return { score: { ...test, key: sure(rename, 'score', test.key, as) } };
    case 'grade':
      return { grade: { ...test, key: sure(rename, 'grade', test.key, as) } };
    case 'consent':
      return {
        consent: {
          ...test,
          ...(test.purpose === undefined ? {} : { purpose: sure(rename, 'purpose', test.purpose, as) }),
          ...(test.topic === undefined ? {} : { topic: sure(rename, 'topic', test.topic, as) }),
        },
      };
    case 'profile':
    case 'reachable':
    case 'bucket':
    case 'moment':
      return rule;
  }
}

function renameEntry(step: Extract<Step, { kind: 'entry' }>, rename: Rename): Step {
  const as = 'begins it';
  const trigger = triggerOf(step.on);
  const on = (() => {
    switch (trigger.kind) {
      case 'event':
        return renameMatch(trigger.on, rename, as);
      case 'segment':
        return { ...trigger.on, segment: sure(rename, 'segment', trigger.on.segment, as) };
      case 'score':
        return { ...trigger.on, score: sure(rename, 'score', trigger.on.score, as) };
      case 'stage':
        return { ...trigger.on, stage: sure(rename, 'stage', trigger.on.stage, as) };
      case 'date':
        return { ...trigger.on, date: renamePath(trigger.on.date, rename, as, 'date') };
      case 'schedule':
      case 'call':
        return trigger.on;
    }
  })();
  return { ...step, on, ...(step.when ? { when: renameRule(step.when, rename, 'who may enter') } : {}) };
}

function renameStep(step: Step, rename: Rename): Step {
  const mail = (key: string): string => sure(rename, 'template', key, 'is sent');
  const topic = (key: string): string => sure(rename, 'topic', key, 'what its mails are about');
  switch (step.kind) {
    case 'entry':
      return renameEntry(step, rename);
    case 'send':
      return {
        ...step,
        template:
          step.template === null ? null : rename('template', step.template, 'is sent', step.variants.length === 0 ? { loose: true } : {}),
        variants: step.variants.map((each) => ({
          ...each,
          when: renameRule(each.when, rename, 'which mail is sent'),
          template: mail(each.template),
        })),
        topic: topic(step.topic),
        needs: step.needs.map((path) => renamePath(path, rename, 'a mail needs it')),
      };
    case 'wait':
      return {
        ...step,
        ...(step.until ? { until: renameMatch(step.until, rename, 'a wait ends by it') } : {}),
        ...(step.untilRule ? { untilRule: renameRule(step.untilRule, rename, 'a wait asks for it') } : {}),
        ...(step.untilDate?.trait === undefined
          ? {}
          : { untilDate: { ...step.untilDate, trait: renamePath(step.untilDate.trait, rename, 'a wait ends by it', 'date') } }),
      };
    case 'branch':
      return {
        ...step,
        paths: step.paths.map(({ serves, ...path }) => {
          const stage = serves === undefined ? null : rename('stage', serves, 'a path leads to it', { loose: true });
          return { ...path, when: renameRule(path.when, rename, 'a branch asks for it'), ...(stage === null ? {} : { serves: stage }) };
        }),
      };
    case 'set-trait':
      return { ...step, path: renamePath(step.path, rename, 'is set') };
    case 'move-stage':
      return { ...step, to: sure(rename, 'stage', step.to, 'people are moved there') };
    case 'add-points':
      return { ...step, score: sure(rename, 'score', step.score, 'gets points') };
    case 'webhook':
      return { ...step, template: step.template === null ? null : mail(step.template), topic: topic(step.topic) };
    case 'start-journey':
    case 'end-journey':
      return { ...step, journey: sure(rename, 'journey', step.journey, step.kind === 'start-journey' ? 'is begun' : 'is ended') };
    case 'nurture':
      return {
        ...step,
        contents: step.contents.map((each) => ({
          ...each,
          template: mail(each.template),
          ...(each.when ? { when: renameRule(each.when, rename, 'which mail is sent') } : {}),
        })),
        topic: topic(step.topic),
        ...(step.pause ? { pause: renameRule(step.pause, rename, 'when it pauses') } : {}),
      };
    case 'experiment':
      return step.goal === null ? step : { ...step, goal: renameMatch(step.goal, rename, 'an experiment counts it') };
    case 'split':
    case 'tag':
    case 'note':
    case 'make-task':
    case 'assign':
    case 'approve':
    case 'hand-over':
    case 'goal':
    case 'exit':
      return step;
  }
}

/** A journey with other names. A stage move of which nothing is left, or that leads to where it came from, is not served any more. */
export function renameJourney(journey: Journey, rename: Rename): Journey {
  const serve = (key: string): string | null => rename('stage', key, 'the move that it serves', { loose: true });
  const from = journey.serves?.from == null ? null : serve(journey.serves.from);
  const to = journey.serves ? serve(journey.serves.to) : null;
  const steps = journey.steps.map((step) => renameStep(step, rename));
  const twin = (step: Step, index: number): string | null => {
    const first = step.kind === 'entry' ? steps.findIndex((each) => each.kind === 'entry' && sameEntry(each, step)) : -1;
    return first >= 0 && first < index ? steps[first]!.key : null;
  };
  return {
    ...journey,
    serves: to === null || from === to ? null : { from, to },
    goal: journey.goal && { ...journey.goal, on: renameMatch(journey.goal.on, rename, 'the goal') },
    exits: journey.exits.map((exit) => ({ ...exit, on: renameMatch(exit.on, rename, 'ends it early') })),
    // Two entries whose events are one here are one entry.
    steps: steps.filter((step, index) => twin(step, index) === null),
  };
}

const sameEntry = (one: Extract<Step, { kind: 'entry' }>, other: Step): boolean => {
  const { key: _one, note: _noted, ...a } = one;
  const { key: _other, note: _also, ...b } = other;
  return JSON.stringify(a) === JSON.stringify(b);
};

/** The texts of a mail with traits by other names: {{ person.firstName | … }}. */
const liquid = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
const renameText = (text: string, rename: (path: string) => string): string =>
  text.replace(liquid, (part) =>
    part.replace(/(?<![.\w])person\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)/g, (_, path: string) => `person.${rename(path)}`),
  );

/** A segment, score, grade or mail that a starter brings, with other names; anything else names nothing. */
export function renameBrought(document: DefinitionDocument, rename: Rename): DefinitionDocument {
  const { kind, key, body } = document;
  const as = 'name' in body ? `“${body.name}” asks for it` : 'something asks for it';
  switch (kind) {
    case 'segment':
      return { kind, key, body: { ...body, rule: body.rule && renameRule(body.rule, rename, as) } };
    case 'score':
      return {
        kind,
        key,
        body: {
          ...body,
          points: body.points.map((line) => ({ ...line, rule: renameRule(line.rule, rename, as) })),
          signals: body.signals.map((line) => ({ ...line, on: renameMatch(line.on, rename, as) })),
        },
      };
    case 'grade':
      return {
        kind,
        key,
        body: { ...body, fit: sure(rename, 'score', body.fit, as), engagement: sure(rename, 'score', body.engagement, as) },
      };
    case 'template': {
      const path = (name: string): string => sure(rename, 'field', name, 'a mail says it');
      const text = (given: string): string => renameText(given, path);
      const fallbacks = Object.fromEntries(Object.entries(body.fallbacks).map(([name, value]) => [path(name), value]));
      if (body.channel === 'webhook') return { kind, key, body: { ...body, url: text(body.url), body: text(body.body), fallbacks } };
      const blocks = body.blocks?.map(
        (block) =>
          Object.fromEntries(Object.entries(block).map(([name, value]) => [name, name === 'block' ? value : text(value)])) as typeof block,
      );
      return {
        kind,
        key,
        body: {
          ...body,
          subject: text(body.subject),
          preheader: text(body.preheader),
          ...(blocks ? { blocks } : {}),
          ...(body.html === undefined ? {} : { html: text(body.html) }),
          fallbacks,
        },
      };
    }
    case 'field':
    case 'topic':
    case 'entry-point':
    case 'lifecycle':
    case 'offer':
    case 'cap-policy':
    case 'identity-policy':
    case 'journey':
      return document;
  }
}

/** A step on a way: what stood there follows it. */
export function putOn(steps: readonly Step[], from: string, at: readonly (string | number)[], step: Step): Step[] {
  return steps.flatMap((each) => (each.key === from ? [withExit(each, at, step.key), step] : [each]));
}
