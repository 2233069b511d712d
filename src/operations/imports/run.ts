import type { Fact } from '#contract/fact.ts';
import type { ImportBasis } from '#contract/import.ts';
import type { Instant } from '#contract/instant.ts';
import type { Json } from '#contract/json.ts';
import { readRow, type RowSays } from '#engine/import/row.ts';
import { inboxDepth } from '#store/inbox.ts';
import { endImport, findImport, runningImports, settleRows, type StoredImport, waitingRows } from '#store/imports.ts';
import { workspaceNow } from '#store/workspaces.ts';
import type { Deps } from '../deps.ts';
import type { Acceptor, Arrival } from '../ingest/accept.ts';
import { eventBytesMax, factId } from '../ingest/normalise.ts';

/** Rows that become facts in one transaction. */
const rowsAtOnce = 500;
/** An import waits while more than this waits in the inbox, so that what happens now comes first. */
const inboxMax = 5_000;
/** Only one process imports at a time; this advisory lock says which. */
const importLock = 1_900_000_003;

/**
 * Takes the next rows of an import that is under way: their facts go the way of all facts, with message ids made of the import and the row, so that rows that were
 * taken and not yet ticked off when a process died have no second effect. Answers whether there is more to do right away.
 */
export async function importRound(deps: Deps, acceptor: Acceptor): Promise<boolean> {
  const ids = await deps.workspaces.ids();
  const [next] = await deps.db.transaction({ workspaces: ids }, runningImports);
  if (!next) return false;
  const lock = await deps.db.holdLock(importLock, () => undefined);
  if (!lock) return false;
  try {
    return await takeRows(deps, acceptor, next);
  } finally {
    await lock.release();
  }
}

async function takeRows(deps: Deps, acceptor: Acceptor, running: StoredImport): Promise<boolean> {
  const workspace = await deps.workspaces.byId(running.workspace);
  const now = workspaceNow(workspace, deps.now());
  const scope = { workspaces: [workspace.id] };
  const waiting = await deps.db.transaction(scope, async (tx) => {
    // Read anew under the lock: it may have been cancelled, or finished by somebody else.
    const current = await findImport(tx, workspace.id, running.id);
    if (current?.status !== 'running' || (await inboxDepth(tx, inboxMax)) >= inboxMax) return null;
    const book = await deps.rulebooks.current(tx, workspace.id);
    return { rows: await waitingRows(tx, workspace.id, running.id, 0, rowsAtOnce), fields: book.fields };
  });
  if (!waiting) return false;
  if (waiting.rows.length === 0) {
    await deps.db.transaction(scope, (tx) => endImport(tx, workspace.id, running.id, 'finished', now));
    deps.bus.changed(workspace.id, ['imports', 'people']);
    return true;
  }
  const taken: number[] = [];
  const refused: { row: number; reason: string }[] = [];
  const arrivals: Arrival[] = [];
  for (const { row, cells } of waiting.rows) {
    const says = readRow(cells, running.settings!, waiting.fields, now);
    const facts = typeof says === 'string' ? says : arrivalsOf(running, row, says, now);
    if (typeof facts === 'string') refused.push({ row, reason: facts });
    else {
      taken.push(row);
      arrivals.push(...facts);
    }
  }
  if (arrivals.length > 0) await acceptor.accept(arrivals);
  deps.failpoint('import.accepted');
  await deps.db.transaction(scope, (tx) => settleRows(tx, workspace.id, running.id, taken, refused));
  deps.bus.changed(workspace.id, ['imports']);
  return true;
}

/** The facts of a row: who somebody is, and what they agreed to; a text is why it cannot be taken. */
function arrivalsOf(running: StoredImport, row: number, says: RowSays, now: Instant): Arrival[] | string {
  const { entryPoint, basis } = running.settings!;
  const messageId = `import:${running.id}:${row}`;
  const base = (part: string, at: Instant) => ({
    id: factId(running.workspace, messageId + part),
    messageId: messageId + part,
    at,
    acceptedAt: now,
    source: { trust: 'trusted' as const, by: `import:${running.id}`, entryPoint },
  });
  const identify: Fact = {
    ...base('', now),
    kind: 'identify',
    traits: says.traits,
    claims: says.claims,
    envelope: {
      ...(says.userId === null ? {} : { userId: says.userId }),
      context: { import: { id: running.id, file: running.fileName, row, basis: sayBasis(basis) } },
    },
  };
  if (Buffer.byteLength(JSON.stringify(identify)) > eventBytesMax) return 'The row is larger than 32 kB.';
  const facts: Fact[] = [identify];
  if (basis.basis === 'consent' && says.consentAt !== null)
    facts.push({
      ...base(':consent', says.consentAt),
      kind: 'consent',
      message: null,
      changes: [
        {
          purpose: basis.purpose,
          channel: '*',
          state: 'granted',
          wording: basis.wording,
          method: 'import',
          actor: `import ${running.id}, row ${row}: ${basis.proof}`.slice(0, 200),
        },
      ],
    });
  // One that was put into the settings before there were lists has none.
  const list = running.settings!.list ?? null;
  if (list !== null)
    facts.push({
      ...base(':list', now),
      kind: 'membership',
      segment: list,
      entered: true,
      actor: `import ${running.fileName}, row ${row}`.slice(0, 200),
    });
  return facts.map((fact) => ({
    names: {
      workspace: running.workspace,
      user: says.userId,
      anonymous: null,
      email: says.claims.email ?? null,
      phone: says.claims.phone ?? null,
      trusted: true,
    },
    class: 'bulk',
    fact,
  }));
}

const sayBasis = (basis: ImportBasis): Json =>
  basis.basis === 'consent'
    ? { basis: 'consent', proof: basis.proof, ...('on' in basis.given ? { on: basis.given.on } : {}) }
    : basis.basis === 'none'
      ? { basis: 'none' }
      : { basis: basis.basis, note: basis.note };
