import type { Instant } from '#contract/instant.ts';
import { startOfDay, stretchAt } from '#engine/local-calendar.ts';
import { nextLocal, offsetAt } from '#engine/local-time.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import type { RuleSqlContext } from '#store/rule-sql/context.ts';
import { distinctZones } from '#store/rule-sql/rule-sql.ts';
import type { Workspace } from '#store/workspaces.ts';

/** How the database reads rules of a workspace: by the same clocks and the same book as the engine. */
export async function ruleSqlContext(tx: Transaction, workspace: Workspace, book: Rulebook, now: Instant): Promise<RuleSqlContext> {
  return {
    workspace: workspace.id,
    now,
    zone: book.context.zone,
    zones: await distinctZones(tx, workspace.id),
    local: { offsetAt, startOfDay, nextLocal, stretchAt },
    purposeOf: book.context.purposeOf,
    realTime: workspace.clock === null,
  };
}

/** How the database reads what events have to be, where nothing is asked about people. */
export const eventSqlContext = (workspace: Workspace, now: Instant): RuleSqlContext => ({
  workspace: workspace.id,
  now,
  zone: workspace.settings.zone,
  zones: [],
  local: { offsetAt, startOfDay, nextLocal, stretchAt },
  purposeOf: () => undefined,
  realTime: workspace.clock === null,
});
