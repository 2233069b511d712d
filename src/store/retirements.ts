import type { DefinitionKind } from '#contract/definition.ts';
import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable } from './database.ts';

/** A definition that is not in force any more, from one revision on until it is brought back or published anew. */
export interface StoredRetirement {
  kind: DefinitionKind;
  key: string;
  at: Instant;
  by: string;
  reason: string;
}

export async function retire(tx: Queryable, workspace: number, retirement: StoredRetirement, revision: number): Promise<void> {
  await tx.query('insert into retirement (workspace_id, kind, key, revision, at, by, reason) values ($1, $2, $3, $4, $5, $6, $7)', [
    workspace,
    retirement.kind,
    retirement.key,
    revision,
    toIso(retirement.at),
    retirement.by,
    retirement.reason,
  ]);
}

/** Ends the retirement, if there is one, as of a revision. */
export async function bringBack(tx: Queryable, workspace: number, kind: DefinitionKind, key: string, revision: number): Promise<void> {
  await tx.query(
    'update retirement set until_revision = $4 where workspace_id = $1 and kind = $2 and key = $3 and until_revision is null',
    [workspace, kind, key, revision],
  );
}

/** What is retired now. */
export async function listRetirements(tx: Queryable, workspace: number): Promise<StoredRetirement[]> {
  const rows = await tx.query('select kind, key, at, by, reason from retirement where workspace_id = $1 and until_revision is null', [
    workspace,
  ]);
  return rows.map((row) => ({ kind: row.kind, key: row.key, at: row.at, by: row.by, reason: row.reason }));
}
