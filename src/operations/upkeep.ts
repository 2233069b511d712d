import { day, toIso } from '#contract/instant.ts';
import { forgetAsked } from '#store/asked-messages.ts';
import { forgetAudiences } from '#store/broadcasts.ts';
import { dropOldImportRows } from '#store/imports.ts';
import { removeErased } from '#store/merges.ts';
import { dropOldPartitions, makePartitions, partitioned } from '#store/migrate.ts';
import { dropRehearsals } from '#store/rehearsals.ts';
import type { Deps } from './deps.ts';
import { settleOwedMemory } from './remember.ts';

/** How long refusals and finished idempotency keys are kept. */
const refusalDays = 30;
const idempotencyDays = 2;
/** How long values that fields did not take are kept, and sources that have not been seen since. */
const fieldDays = 90;
/** How long rehearsals can be looked at. */
const rehearsalDays = 30;
/** How long refused rows of an import can be fetched, and how long a file waits to be run. */
const importDays = { refused: 30, uploaded: 7 };

/** Housekeeping: partitions ahead, old ones dropped by the longest retention of any workspace, erased people removed from every table. */
export async function upkeep(deps: Deps): Promise<void> {
  const now = deps.now();
  await makePartitions(deps.db, now);
  const keep = Math.max(31, ...(await deps.workspaces.all()).map((workspace) => workspace.settings.eventRetentionDays));
  const isSettled = await settleOwedMemory(deps, keep);
  for (const table of partitioned) {
    if (table === 'event' && !isSettled) continue;
    const dropped = await dropOldPartitions(deps.db, table, keep, now);
    if (dropped.length > 0) deps.log.info({ dropped }, 'partitions beyond their retention were dropped');
  }
  await deps.db.asOwner(async (tx) => {
    await tx.query('delete from refusal where at < $1', [toIso(now - refusalDays * day)]);
    await tx.query('delete from field_refusal where stored_at < $1', [toIso(now - fieldDays * day)]);
    await tx.query('delete from field_source where at < $1', [toIso(now - fieldDays * day)]);
    await dropOldImportRows(tx, now - importDays.refused * day, now - importDays.uploaded * day);
    await forgetAudiences(tx, now - keep * day);
    await forgetAsked(tx, now - keep * day);
    await dropRehearsals(tx, now - rehearsalDays * day);
    await tx.query('delete from idempotency where at < $1', [toIso(now - idempotencyDays * day)]);
    await tx.query('delete from session where expires_at < $1', [toIso(now)]);
    await tx.query('delete from sign_in_link where expires_at < $1', [toIso(now - day)]);
  });
  await finishErasures(deps);
  if (deps.db.dialect === 'pglite') await deps.db.script('vacuum (analyze)');
}

/** The embedded database never vacuums by itself, and its queues are mostly deleted rows. */
export async function sweepQueues(deps: Deps): Promise<void> {
  if (deps.db.dialect !== 'pglite') return;
  for (const table of ['inbox', 'wake', 'person', 'practice_act']) await deps.db.script(`vacuum ${table}`);
}

/** Nor does it count anew what it plans by. */
export async function planAnew(deps: Deps): Promise<void> {
  if (deps.db.dialect === 'pglite') await deps.db.script('analyze');
}

/** Removes what is left of people who were erased. Runs right after each erasure, and here for those that a crash left. */
export async function finishErasures(deps: Deps): Promise<void> {
  const removed = await deps.db.asOwner((tx) => removeErased(tx, 100));
  if (removed.length > 0) deps.log.info({ people: removed.length }, 'erased people were removed from every table');
}
