import { changesOf, compareSql } from './compare.ts';
import type { Draft } from './draft.ts';
import { ofPerson } from './formula.ts';
import type { SqlKind } from './kind.ts';
import { atPath, type Operand } from './operand.ts';

/** A trait by its path; email, phone and name answer from the person when the traits do not have them. */
function traitOf(path: string, draft: Draft): Operand {
  const trait = atPath(draft, 'p.traits', path);
  if (path !== 'email' && path !== 'phone' && path !== 'name') return trait;
  const json = `coalesce(${trait.json}, to_jsonb(p.${path}))`;
  return { json, raw: `(${json} #>> '{}')` };
}

export const trait: SqlKind<'trait'> = {
  formula: (test, draft) => ofPerson(compareSql(traitOf(test.path, draft), test, draft)),
  changes(test, draft) {
    const changes = changesOf(traitOf(test.path, draft), test, draft);
    return changes === null ? [] : [{ ofPerson: changes }];
  },
};
