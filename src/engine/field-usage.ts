import type { DefinitionDocument } from '#contract/definition.ts';
import type { FieldSource } from '#contract/field.ts';
import { conditionOf, conditionsAt, type Rule } from '#contract/rule.ts';
import type { Step } from '#contract/steps/index.ts';
import { triggerOf } from '#contract/steps/trigger.ts';
import { isDefined, rootOf, sourceWords } from './fields.ts';
import { personPathsIn } from './message/liquid.ts';
import { nameOf } from './name-of.ts';
import { rulesIn } from './rulebook.ts';

/** A definition that has to do with a field, and what it does with it. */
interface Usage {
  kind: DefinitionDocument['kind'];
  key: string;
  name: string;
  as: string;
}

/** A source that was seen writing a path. */
export interface Writing {
  path: string;
  source: FieldSource;
  /** The entry point of a form or an import; otherwise empty. */
  by: string;
}

export interface PathUsage {
  path: string;
  /** Key of the field that is defined here; null when none is. */
  field: string | null;
  collected: Usage[];
  used: Usage[];
  /** Something collects it and nothing uses it. */
  neverUsed: boolean;
  /** Why people are asked more often than needed, a sentence each. */
  askedTwice: string[];
  /** A definition reads it although no field is defined for it. */
  notDefined: boolean;
}

/** What the system itself does with paths, so that nobody takes them for useless. */
const usedByUs: Record<string, string> = {
  email: 'mail goes there',
  phone: 'people are known by it',
  name: 'people are called so on every screen',
  firstName: 'people are called so on every screen',
  lastName: 'people are called so on every screen',
  timezone: 'quiet hours are kept by it',
};

/** A rule's path without the mark for every element of a list. */
const plain = (path: string): string => path.replaceAll('[]', '');

/** A trait that a definition reads or writes, and how. */
interface Use {
  path: string;
  as: string;
}
/** And where in the body it stands. */
interface Reading extends Use {
  at: string;
}

/** The traits that a rule asks about. */
const ruleReads = (rule: Rule, at: string): Reading[] =>
  conditionsAt(rule, at).flatMap(({ condition, at }) => {
    const { kind, test } = conditionOf(condition);
    return kind === 'trait' ? [{ path: plain(test.path), as: 'a rule asks about it', at: `${at}.path` }] : [];
  });

/** The traits that a step names beside those of its rules. */
function stepReads(step: Step, index: number): Reading[] {
  const at = (field: string): string => `steps.${index}.${field}`;
  switch (step.kind) {
    case 'entry': {
      const trigger = triggerOf(step.on);
      return trigger.kind === 'date' ? [{ path: trigger.on.date, as: 'the date in it begins the journey', at: at('on.date') }] : [];
    }
    case 'send':
      return step.needs.map((path, nth) => ({ path, as: 'a mail needs it', at: at(`needs.${nth}`) }));
    case 'wait':
      return step.untilDate?.trait === undefined
        ? []
        : [{ path: step.untilDate.trait, as: 'a wait ends by the date in it', at: at('untilDate.trait') }];
    default:
      return [];
  }
}

/** Where a definition reads traits. */
function readsTraits(document: DefinitionDocument): Reading[] {
  const reads = rulesIn(document).flatMap(({ rule, at }) => ruleReads(rule, at));
  if (document.kind === 'journey') reads.push(...document.body.steps.flatMap(stepReads));
  if (document.kind === 'lifecycle')
    for (const [index, stage] of document.body.stages.entries())
      for (const [nth, path] of stage.requires.entries())
        reads.push({ path, as: `${stage.name} requires it`, at: `stages.${index}.requires.${nth}` });
  if (document.kind === 'template') {
    const { body } = document;
    const texts =
      body.channel === 'email'
        ? [body.subject, body.preheader, body.html ?? '', ...(body.blocks ?? []).flatMap((block) => Object.values(block))]
        : [body.url, body.body];
    for (const path of personPathsIn(texts)) reads.push({ path, as: 'the text says it', at: 'blocks' });
  }
  return reads;
}

/** Where a definition collects or writes traits. */
function collects(document: DefinitionDocument): Use[] {
  if (document.kind === 'entry-point')
    return (document.body.form?.fields ?? []).map((field) => ({ path: field.path, as: `the form asks "${field.label}"` }));
  if (document.kind === 'journey')
    return document.body.steps.flatMap((step) => (step.kind === 'set-trait' ? [{ path: step.path, as: 'the journey sets it' }] : []));
  return [];
}

/**
 * Every path that a definition, or a source that was seen, has to do with: where it is collected, where it is used, and what is odd about that. An
 * identity may be asked by every form, because people are recognised by it.
 */
export function fieldUsage(definitions: readonly DefinitionDocument[], writing: readonly Writing[]): PathUsage[] {
  const paths = new Map<string, PathUsage>();
  const at = (path: string): PathUsage => {
    let there = paths.get(path);
    if (!there) {
      there = { path, field: null, collected: [], used: [], neverUsed: false, askedTwice: [], notDefined: false };
      paths.set(path, there);
    }
    return there;
  };
  const once = (list: Usage[], usage: Usage): void => {
    if (!list.some((each) => each.kind === usage.kind && each.key === usage.key && each.as === usage.as)) list.push(usage);
  };
  for (const document of definitions) {
    const { kind, key } = document;
    const name = nameOf(document);
    if (kind === 'field') at(document.body.path).field = key;
    for (const { path, as } of collects(document)) at(path).collected.push({ kind, key, name, as });
    for (const { path, as } of readsTraits(document)) once(at(path).used, { kind, key, name, as });
  }
  const entryPoints = new Map(definitions.flatMap((each) => (each.kind === 'entry-point' ? [[each.key, each.body.name] as const] : [])));
  for (const { path, source, by } of writing) {
    const there = at(path);
    if (source === 'import')
      once(there.collected, { kind: 'entry-point', key: by, name: entryPoints.get(by) ?? by, as: 'an import brings it' });
  }

  for (const usage of paths.values()) {
    const forms = usage.collected.filter((each) => each.kind === 'entry-point' && each.as.startsWith('the form'));
    const elsewhere = new Set(
      writing.filter((each) => each.path === usage.path && ['import', 'api'].includes(each.source)).map((each) => each.source),
    );
    const deeper = [...paths.values()].some(
      (other) => other.used.length > 0 && (other.path.startsWith(`${usage.path}.`) || usage.path.startsWith(`${other.path}.`)),
    );
    const collected = usage.collected.length > 0 || writing.some((each) => each.path === usage.path);
    usage.neverUsed = collected && usage.used.length === 0 && !deeper && !Object.hasOwn(usedByUs, usage.path);
    usage.notDefined = usage.used.length > 0 && !isDefined(usage.path, definitions);
    if (usage.path === 'email' || usage.path === 'phone') continue;
    const names = [...new Set(forms.map((each) => each.name))];
    if (names.length > 1) usage.askedTwice.push(`${names.length} forms ask for it: ${names.join(', ')}.`);
    if (forms.length > names.length) usage.askedTwice.push('One form asks for it twice.');
    if (forms.length > 0)
      for (const source of elsewhere)
        usage.askedTwice.push(`${names.join(', ')} asks for it although ${sourceWords[source]} brings it too.`);
  }
  return [...paths.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const sayOwnUse = (path: string): string | null => (Object.hasOwn(usedByUs, path) ? usedByUs[path]! : null);

/** A sentence for each place where a definition reads a trait although no field is defined for it. */
export function undefinedFields(
  document: DefinitionDocument,
  definitions: Iterable<DefinitionDocument>,
): { path: string; message: string }[] {
  const all = [...definitions];
  return readsTraits(document).flatMap(({ path, at }) => {
    const root = rootOf(plain(path));
    return isDefined(root, all) ? [] : [{ path: at, message: `there is no field "${root}"; define it first` }];
  });
}
