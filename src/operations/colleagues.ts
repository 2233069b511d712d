import { readAddress } from '#contract/address.ts';
import { toIso } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import type { ColleagueRow } from '#contract/routes/colleagues.ts';
import { recordAudit } from '#store/audit.ts';
import * as store from '#store/colleagues.ts';
import type { Deps } from './deps.ts';

const toRow = (colleague: store.StoredColleague): ColleagueRow => ({ ...colleague, createdAt: toIso(colleague.createdAt) });

export const listColleagues = async (deps: Deps): Promise<{ items: ColleagueRow[]; next: null }> => ({
  items: (await store.listColleagues(deps.db)).map(toRow),
  next: null,
});

export async function inviteColleague(deps: Deps, actor: string, given: { name: string; email: string }): Promise<ColleagueRow> {
  const now = deps.now();
  const colleague = await store.insertColleague(deps.db, {
    id: deps.newId(now),
    name: given.name,
    email: addressOf(given.email),
    owner: false,
    createdAt: now,
  });
  if (!colleague) throw new Problem('colleague-taken');
  await note(deps, actor, `added the colleague ${colleague.name}`, colleague.id);
  return toRow(colleague);
}

export async function changeColleague(
  deps: Deps,
  actor: string,
  id: string,
  given: { name?: string | undefined; email?: string | undefined },
): Promise<ColleagueRow> {
  const changed = await store.updateColleague(deps.db, id, {
    name: given.name,
    email: given.email === undefined ? undefined : addressOf(given.email),
  });
  if (changed === 'taken') throw new Problem('colleague-taken');
  if (!changed) throw new Problem('colleague-unknown', { id });
  await note(deps, actor, `changed the colleague ${changed.name}`, id);
  return toRow(changed);
}

export async function findColleague(deps: Deps, id: string): Promise<ColleagueRow> {
  const found = (await store.listColleagues(deps.db)).find((each) => each.id === id);
  if (!found) throw new Problem('colleague-unknown', { id });
  return toRow(found);
}

export async function removeColleague(deps: Deps, actor: string, id: string): Promise<ColleagueRow> {
  if ((await findColleague(deps, id)).owner) throw new Problem('colleague-owner');
  const removed = await store.removeColleague(deps.db, id, deps.now());
  if (!removed) throw new Problem('colleague-unknown', { id });
  await note(deps, actor, `removed the colleague ${removed.name}`, id);
  return toRow(removed);
}

function addressOf(given: string): string {
  const address = readAddress(given);
  if (address === null) throw new Problem('address-invalid', [{ path: 'email', message: 'must be one address such as ana@example.com' }]);
  return address;
}

/** Colleagues belong to no workspace: what is done about them stands in the audit of each. */
async function note(deps: Deps, actor: string, what: string, colleague: string): Promise<void> {
  const ids = await deps.workspaces.ids();
  await deps.db.transaction({ workspaces: ids }, async (tx) => {
    for (const workspace of ids) await recordAudit(tx, { workspace, actor, what, details: { colleague } }, deps.now());
  });
}
