import type { DefinitionKind } from '#contract/definition.ts';
import { Problem } from '#contract/problems.ts';
import type { Transaction } from '#store/database.ts';
import { findDefinition, type StoredDefinition } from '#store/definitions.ts';
import type { Workspace } from '#store/workspaces.ts';

/** A definition of a workspace, published or a draft alone; refuses a key that nothing has. */
export async function standingDefinition(
  tx: Transaction,
  workspace: Workspace,
  kind: DefinitionKind,
  key: string,
): Promise<StoredDefinition> {
  const found = await findDefinition(tx, workspace.id, kind, key);
  if (!found) throw new Problem('definition-unknown', { kind, key });
  return found;
}
