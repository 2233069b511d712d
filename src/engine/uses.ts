import type { DefinitionDocument, DefinitionKind } from '#contract/definition.ts';
import { conditionOf, conditionsOf } from '#contract/rule.ts';
import { rulesOf } from './rulebook.ts';

/** A definition that another one names. */
export interface Named {
  kind: DefinitionKind;
  key: string;
}

/** The segments, scores, grades and topics that a definition asks about; each once. */
export function asksAbout(document: DefinitionDocument): Named[] {
  const found = new Map<string, Named>();
  const add = (kind: DefinitionKind, key: string): void => void found.set(`${kind}/${key}`, { kind, key });
  for (const rule of rulesOf([{ ...document, version: 0 }]))
    for (const condition of conditionsOf(rule)) {
      const { kind, test } = conditionOf(condition);
      if (kind === 'segment' || kind === 'score' || kind === 'grade') add(kind, test.key);
      if (kind === 'consent' && test.topic !== undefined) add('topic', test.topic);
    }
  if (document.kind === 'grade') {
    add('score', document.body.fit);
    add('score', document.body.engagement);
  }
  if (document.kind === 'cap-policy') {
    for (const { segment, topic } of document.body.caps) {
      if (segment !== undefined) add('segment', segment);
      if (topic !== undefined) add('topic', topic);
    }
    for (const { segment } of document.body.holds) if (segment !== undefined) add('segment', segment);
  }
  return [...found.values()];
}

/** Whether a definition asks about itself, through others. */
export function asksAboutItself(document: Named, find: (named: Named) => DefinitionDocument | undefined): boolean {
  const seen = new Set<string>();
  const visit = (each: Named): boolean => {
    const there = find(each);
    if (!there) return false;
    return asksAbout(there).some((next) => {
      if (next.kind === document.kind && next.key === document.key) return true;
      const id = `${next.kind}/${next.key}`;
      return !seen.has(id) && visit((seen.add(id), next));
    });
  };
  return visit(document);
}
