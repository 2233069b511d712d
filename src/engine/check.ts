import type { z } from 'zod';
import { definitionKinds, type DefinitionDocument, type DefinitionKind, mainKey } from '#contract/definition.ts';
import { readBy } from '#contract/mistakes.ts';
import type { Mistake } from '#contract/problems.ts';
import { conditionOf, conditionsAt } from '#contract/rule.ts';
import { undefinedFields } from './field-usage.ts';
import { isDefined } from './fields.ts';
import { checkJourney, type Finding } from './journey/check.ts';
import { stallMistakes } from './lifecycle/stall.ts';
import { sizeMistakes } from './rule/rule.ts';
import { rulesIn } from './rulebook.ts';
import { asks, asksAboutItself } from './uses.ts';

/** A set of definitions by kind and key, as they would stand together. */
export type DefinitionSet = ReadonlyMap<string, DefinitionDocument>;
export const definitionId = (kind: DefinitionKind, key: string): string => `${kind}/${key}`;

/** Checks the shape of one definition: its body made complete with defaults, or the mistakes. */
export function checkShape(
  kind: DefinitionKind,
  key: string,
  body: unknown,
): { ok: true; document: DefinitionDocument } | { ok: false; mistakes: Mistake[] } {
  const read = readBy<z.ZodType>(definitionKinds[kind].body, body);
  return read.ok ? { ok: true, document: { kind, key, body: read.value } as DefinitionDocument } : read;
}

/** Checks what one definition says about others, and what its shape cannot say: does it hold together with the set? */
export function checkMeaning(document: DefinitionDocument, set: DefinitionSet): Mistake[] {
  const mistakes: Mistake[] = [];
  const wrong = (path: string, message: string, mend?: string): void =>
    void mistakes.push({ path, message, ...(mend === undefined ? {} : { mend }) });
  const has = (kind: DefinitionKind, key: string): boolean => set.has(definitionId(kind, key));
  const lifecycle = set.get(definitionId('lifecycle', mainKey));
  const stages = new Set(lifecycle?.kind === 'lifecycle' ? lifecycle.body.stages.map((stage) => stage.key) : []);

  for (const { rule, at } of rulesIn(document)) {
    for (const message of sizeMistakes(rule)) wrong(at, message);
    for (const { condition, at: place } of conditionsAt(rule, at)) {
      const { kind, test } = conditionOf(condition);
      if (kind === 'stage')
        for (const [index, key] of test.in.entries())
          if (!stages.has(key)) wrong(`${place}.in.${index}`, `the lifecycle has no stage "${key}"`);
      if (document.kind !== 'journey' && 'since' in test && test.since === 'journey')
        wrong(`${place}.since`, 'only a rule of a journey can look since entering the journey');
    }
  }
  for (const { kind, key, at } of asks(document))
    if (!has(kind, key)) wrong(at, `there is no ${definitionKinds[kind].name.toLowerCase()} "${key}"`);
  if (document.kind !== 'template') for (const missing of undefinedFields(document, set.values())) wrong(missing.path, missing.message);
  switch (document.kind) {
    case 'lifecycle':
      mistakes.push(...stallMistakes(document.body));
      if (document.key !== mainKey) wrong('key', `a workspace has one, with the key "${mainKey}"`);
      break;
    case 'cap-policy':
    case 'identity-policy':
      if (document.kind === 'cap-policy')
        for (const [index, { stage }] of document.body.caps.entries())
          if (stage !== undefined && !stages.has(stage)) wrong(`caps.${index}.stage`, `the lifecycle has no stage "${stage}"`);
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
    case 'grade': {
      const at = asksAboutItself(document, ({ kind, key }) => set.get(definitionId(kind, key)));
      if (at !== undefined) wrong(at, `the ${document.kind} asks about itself, through others`);
      break;
    }
    case 'journey':
      for (const { level, path, message, mend } of findingsOf(document, set)) if (level === 'error') wrong(path, message, mend);
      break;
  }
  return mistakes;
}

/** Everything that the checks of a journey find in the set, and in the events that came lately where these are given. */
export function findingsOf(
  document: Extract<DefinitionDocument, { kind: 'journey' }>,
  set: DefinitionSet,
  seen?: ReadonlySet<string>,
): Finding[] {
  const lifecycle = set.get(definitionId('lifecycle', mainKey));
  return checkJourney(document.body, {
    find: (kind, key) => (kind === document.kind && key === document.key ? document : set.get(definitionId(kind, key))),
    stages: new Set(lifecycle?.kind === 'lifecycle' ? lifecycle.body.stages.map((stage) => stage.key) : []),
    hasField: (path) => isDefined(path, set.values()),
    seen,
  });
}
