import type { DefinitionDocument, DefinitionKind } from '#contract/definition.ts';
import { conditionOf, conditionsAt } from '#contract/rule.ts';
import { rulesIn } from './rulebook.ts';

/** A definition that another one names. */
export interface Named {
  kind: DefinitionKind;
  key: string;
}
/** And the path at which it is named. */
interface Naming extends Named {
  at: string;
}

/** Every place where a definition asks about a segment, a score, a grade or a topic. */
export function asks(document: DefinitionDocument): Naming[] {
  switch (document.kind) {
    case 'grade':
      return (['fit', 'engagement'] as const).map((at) => ({ kind: 'score', key: document.body[at], at }));
    case 'cap-policy': {
      const { caps, holds } = document.body;
      return [
        ...caps.flatMap(({ segment, topic }, index) => [
          ...(segment === undefined ? [] : [{ kind: 'segment' as const, key: segment, at: `caps.${index}.segment` }]),
          ...(topic === undefined ? [] : [{ kind: 'topic' as const, key: topic, at: `caps.${index}.topic` }]),
        ]),
        ...holds.flatMap(({ segment }, index) =>
          segment === undefined ? [] : [{ kind: 'segment' as const, key: segment, at: `holds.${index}.segment` }],
        ),
      ];
    }
    default:
      return rulesIn(document)
        .flatMap(({ rule, at }) => conditionsAt(rule, at))
        .flatMap(({ condition, at }): Naming[] => {
          const { kind, test } = conditionOf(condition);
          if (kind === 'segment' || kind === 'score' || kind === 'grade') return [{ kind, key: test.key, at: `${at}.key` }];
          return kind === 'consent' && test.topic !== undefined ? [{ kind: 'topic', key: test.topic, at: `${at}.topic` }] : [];
        });
  }
}

/** The segments, scores, grades and topics that a definition asks about; each once. */
export const asksAbout = (document: DefinitionDocument): Named[] => [
  ...new Map(asks(document).map(({ kind, key }) => [`${kind}/${key}`, { kind, key }])).values(),
];

/** Where a definition asks about itself, through others; undefined when it does not. */
export function asksAboutItself(document: DefinitionDocument, find: (named: Named) => DefinitionDocument | undefined): string | undefined {
  const seen = new Set<string>();
  const leadsBack = (named: Named): boolean => {
    if (named.kind === document.kind && named.key === document.key) return true;
    const id = `${named.kind}/${named.key}`;
    if (seen.has(id)) return false;
    seen.add(id);
    const there = find(named);
    return there !== undefined && asksAbout(there).some(leadsBack);
  };
  return asks(document).find(leadsBack)?.at;
}
