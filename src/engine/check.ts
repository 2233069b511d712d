import { definitionKinds, type DefinitionDocument, type DefinitionKind, mainKey } from '#contract/definition.ts';
import { exitsOf, type Journey } from '#contract/journey.ts';
import { type Mistake, mistakesOf } from '#contract/problems.ts';
import { conditionOf, conditionsOf, type Rule } from '#contract/rule.ts';
import { undefinedFields } from './field-usage.ts';
import { sizeMistakes } from './rule/rule.ts';
import { rulesOf } from './rulebook.ts';
import { asksAbout, asksAboutItself } from './uses.ts';

/** A set of definitions by kind and key, as they would stand together. */
export type DefinitionSet = ReadonlyMap<string, DefinitionDocument>;
export const definitionId = (kind: DefinitionKind, key: string): string => `${kind}/${key}`;

/** Checks the shape of one definition: its body made complete with defaults, or the mistakes. */
export function checkShape(
  kind: DefinitionKind,
  key: string,
  body: unknown,
): { ok: true; document: DefinitionDocument } | { ok: false; mistakes: Mistake[] } {
  const parsed = definitionKinds[kind].body.safeParse(body);
  if (!parsed.success) return { ok: false, mistakes: mistakesOf(parsed.error) };
  return { ok: true, document: { kind, key, body: parsed.data } as DefinitionDocument };
}

/** Checks what one definition says about others, and what its shape cannot say: does it hold together with the set? */
export function checkMeaning(document: DefinitionDocument, set: DefinitionSet): Mistake[] {
  const mistakes: Mistake[] = [];
  const wrong = (path: string, message: string): void => void mistakes.push({ path, message });
  const has = (kind: DefinitionKind, key: string): boolean => set.has(definitionId(kind, key));
  const lifecycle = set.get(definitionId('lifecycle', mainKey));
  const stages = new Set(lifecycle?.kind === 'lifecycle' ? lifecycle.body.stages.map((stage) => stage.key) : []);

  for (const rule of rulesOf([{ ...document, version: 0 }])) {
    for (const message of sizeMistakes(rule)) wrong('rule', message);
    for (const key of stagesOf(rule)) if (!stages.has(key)) wrong('rule', `the lifecycle has no stage "${key}"`);
    if (document.kind !== 'journey' && sinceJourney(rule)) wrong('rule', 'only a rule of a journey can look since entering the journey');
  }
  for (const { kind, key } of asksAbout(document))
    if (!has(kind, key))
      wrong(document.kind === 'grade' ? 'fit' : 'rule', `there is no ${definitionKinds[kind].name.toLowerCase()} "${key}"`);
  if (document.kind !== 'template') for (const missing of undefinedFields(document, set.values())) wrong(missing.path, missing.message);
  switch (document.kind) {
    case 'lifecycle':
    case 'cap-policy':
    case 'identity-policy':
      if (document.key !== mainKey) wrong('key', `a workspace has one, with the key "${mainKey}"`);
      break;
    case 'entry-point':
      if (document.body.stage !== null && !stages.has(document.body.stage))
        wrong('stage', `the lifecycle has no stage "${document.body.stage}"`);
      break;
    case 'field':
      for (const other of set.values())
        if (other.kind === 'field' && other.key !== document.key && other.body.path === document.body.path)
          wrong('path', `the field "${other.key}" has this path already`);
      break;
    case 'segment':
    case 'score':
    case 'grade':
      if (asksAboutItself(document, ({ kind, key }) => set.get(definitionId(kind, key))))
        wrong('rule', `the ${document.kind} asks about itself, through others`);
      break;
    case 'journey':
      checkJourney(document.body, { has, stages }, wrong);
      break;
  }
  return mistakes;
}

const stagesOf = (rule: Rule): string[] => conditionsOf(rule).flatMap((condition) => ('stage' in condition ? condition.stage.in : []));

const sinceJourney = (rule: Rule): boolean =>
  conditionsOf(rule).some((condition) => {
    const { test } = conditionOf(condition);
    return 'since' in test && test.since === 'journey';
  });

/** Whether a journey is sound: one entry, every step reached, every edge leads somewhere, what it names exists, no circle without a wait. */
function checkJourney(
  journey: Journey,
  known: { has: (kind: DefinitionKind, key: string) => boolean; stages: Set<string> },
  wrong: (path: string, message: string) => void,
): void {
  const steps = new Map(journey.steps.map((step) => [step.key, step]));
  if (steps.size !== journey.steps.length) wrong('steps', 'two steps have the same key');
  const entries = journey.steps.filter((step) => step.kind === 'entry');
  if (entries.length !== 1) wrong('steps', `a journey has one entry step; this one has ${entries.length}`);
  if (entries[0] && journey.goal && journey.goal.on.event === entries[0].on.event && !journey.goal.on.where?.length)
    wrong('goal', 'the goal is the event that starts the journey');
  journey.steps.forEach((step, index) => {
    const at = `steps.${index}`;
    for (const { next } of exitsOf(step)) {
      if (next !== null && !steps.has(next)) wrong(at, `step "${step.key}" leads to "${next}", which does not exist`);
      if (next !== null && steps.get(next)?.kind === 'entry') wrong(at, `step "${step.key}" leads back to the entry`);
    }
    if (step.kind === 'send') {
      if (!known.has('template', step.template)) wrong(`${at}.template`, `there is no template "${step.template}"`);
      if (!known.has('topic', step.topic)) wrong(`${at}.topic`, `there is no topic "${step.topic}"`);
    }
    if (step.kind === 'move-stage' && !known.stages.has(step.to)) wrong(`${at}.to`, `the lifecycle has no stage "${step.to}"`);
  });
  const reached = new Set<string>();
  const follow = (key: string | null): void => {
    const step = key === null ? undefined : steps.get(key);
    if (!step || reached.has(step.key)) return;
    reached.add(step.key);
    for (const exit of exitsOf(step)) follow(exit.next);
  };
  if (entries[0]) follow(entries[0].key);
  for (const step of journey.steps) if (entries[0] && !reached.has(step.key)) wrong('steps', `nothing leads to step "${step.key}"`);
  for (const step of journey.steps)
    if (step.kind !== 'wait' && reaches(step.key, step.key, steps))
      wrong('steps', `step "${step.key}" leads back to itself without a wait`);
}

/** Whether a step leads to another on a way without a wait. */
function reaches(from: string, to: string, steps: ReadonlyMap<string, Journey['steps'][number]>): boolean {
  const seen = new Set<string>();
  const visit = (key: string): boolean =>
    exitsOf(steps.get(key)!).some(({ next }) => {
      if (next === to) return true;
      const step = next === null ? undefined : steps.get(next);
      if (!step || step.kind === 'wait' || seen.has(step.key)) return false;
      seen.add(step.key);
      return visit(step.key);
    });
  return visit(from);
}
