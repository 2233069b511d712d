import { changesOf, compareSql } from './compare.ts';
import type { Draft } from './draft.ts';
import { ofPerson } from './formula.ts';
import type { SqlKind } from './kind.ts';
import { atPath, instantColumn, type Operand, textColumn } from './operand.ts';

const columns: Record<string, Operand> = {
  owner: textColumn('p.owner'),
  entryPoint: textColumn('p.entry_point'),
  userId: textColumn('p.user_id'),
  zone: textColumn('p.zone'),
  createdAt: instantColumn('p.created_at'),
  lastSeenAt: instantColumn('p.last_seen_at'),
};
const documents: Record<string, string> = { firstSource: 'p.first_source', lastSource: 'p.last_source', place: 'p.place' };

/** What the system knows of a person under a name of the rule language. */
function fieldOf(field: string, draft: Draft): Operand {
  const column = columns[field];
  if (column) return column;
  const [document, ...rest] = field.split('.');
  return atPath(draft, documents[document!]!, rest.join('.'));
}

export const profile: SqlKind<'profile'> = {
  formula: (test, draft) => ofPerson(compareSql(fieldOf(test.field, draft), test, draft)),
  changes(test, draft) {
    const changes = changesOf(fieldOf(test.field, draft), test, draft);
    return changes === null ? [] : [{ ofPerson: changes }];
  },
};
