import { createHash } from 'node:crypto';
import { identityKinds } from '#contract/fact.ts';
import type { ImportSettings } from '#contract/import.ts';
import { isoOrNull, toIso } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import type { ImportCheck, ImportDetail, ImportRow } from '#contract/routes/imports.ts';
import { guessMapping } from '#engine/import/guess.ts';
import { namesOfRow, readRow } from '#engine/import/row.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import { recordAudit } from '#store/audit.ts';
import type { Transaction } from '#store/database.ts';
import * as store from '#store/imports.ts';
import type { StoredImport } from '#store/imports.ts';
import { findSuppressions } from '#store/messages.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from '../deps.ts';
import { hashAddress } from '../rows.ts';
import { readTable } from './read-file.ts';

/** Samples of a column, and rows of the beginning, that are shown. */
const samplesShown = 5;
const rowsShown = 20;
const refusedShown = 100;
/** Rows that are read from the database at once. */
const pageLength = 5_000;

const within = <T>(deps: Deps, workspace: Workspace, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  deps.db.transaction({ workspaces: [workspace.id] }, work);

export async function uploadImport(deps: Deps, workspace: Workspace, actor: string, name: string, bytes: Buffer): Promise<ImportDetail> {
  const table = await readTable(bytes);
  const now = deps.now();
  const given: StoredImport = {
    id: deps.newId(now),
    workspace: workspace.id,
    status: 'uploaded',
    fileName:
      name
        .replace(/[\p{Cc}/\\]/gu, ' ')
        .trim()
        .slice(0, 200) || 'people.csv',
    fileHash: createHash('sha256').update(bytes).digest('hex'),
    encoding: table.encoding,
    delimiter: table.delimiter,
    columns: table.columns.map((column, index) => ({ name: column, samples: samplesOf(table.rows, index) })),
    settings: null,
    rows: table.rows.length,
    taken: 0,
    refused: 0,
    createdAt: workspaceNow(workspace, now),
    createdBy: actor,
    startedAt: null,
    finishedAt: null,
  };
  await within(deps, workspace, async (tx) => {
    await store.saveImport(tx, given, table.rows);
    await recordAudit(
      tx,
      { workspace: workspace.id, actor, what: `brought a file of ${given.rows} rows`, details: { import: given.id } },
      now,
    );
  });
  return getImport(deps, workspace, given.id);
}

function samplesOf(rows: readonly (readonly string[])[], column: number): string[] {
  const samples = new Set<string>();
  for (const row of rows.slice(0, 500)) {
    const text = (row[column] ?? '').trim();
    if (text !== '') samples.add(text.slice(0, 100));
    if (samples.size === samplesShown) break;
  }
  return [...samples];
}

const toRow = (each: StoredImport): ImportRow => ({
  id: each.id,
  fileName: each.fileName,
  status: each.status,
  rows: each.rows,
  taken: each.taken,
  refused: each.refused,
  createdAt: toIso(each.createdAt),
  createdBy: each.createdBy,
  startedAt: isoOrNull(each.startedAt),
  finishedAt: isoOrNull(each.finishedAt),
});

export async function listImports(deps: Deps, workspace: Workspace, query: { cursor?: string | undefined; limit: number }) {
  const { items, next } = await within(deps, workspace, (tx) => store.listImports(tx, workspace.id, query));
  return { items: items.map(toRow), next };
}

async function find(tx: Transaction, workspace: Workspace, id: string): Promise<StoredImport> {
  const found = await store.findImport(tx, workspace.id, id);
  if (!found) throw new Problem('import-unknown', { id });
  return found;
}

export async function getImport(deps: Deps, workspace: Workspace, id: string): Promise<ImportDetail> {
  return within(deps, workspace, async (tx) => {
    const found = await find(tx, workspace, id);
    const { fields, entryPoints, segments } = await deps.rulebooks.current(tx, workspace.id);
    const guesses = guessMapping(found.columns, [...fields.byPath.values()]);
    const waiting = found.status === 'uploaded' ? await store.waitingRows(tx, workspace.id, id, 0, rowsShown) : [];
    return {
      ...toRow(found),
      encoding: found.encoding,
      delimiter: found.delimiter,
      columns: found.columns.map((column, index) => ({ ...column, guess: guesses[index] ?? null })),
      firstRows: waiting.map((each) => each.cells),
      settings: found.settings,
      entryPoints: [...entryPoints.values()]
        .filter((each) => each.body.entry === 'import')
        .map((each) => ({ key: each.key, name: each.body.name })),
      lists: segments.filter(({ rule }) => rule === null).map(({ key, name }) => ({ key, name })),
      sameFileAt: isoOrNull(await store.sameFileRun(tx, workspace.id, id, found.fileHash)),
      refusedRows: (await store.refusedRows(tx, workspace.id, id, 0, refusedShown)).map(({ row, reason }) => ({ row, reason })),
    };
  });
}

/** Refuses settings that do not fit the file or the workspace. */
function checkSettings(found: StoredImport, settings: ImportSettings, book: Rulebook): void {
  const entryPoint = book.entryPoints.get(settings.entryPoint);
  if (entryPoint?.body.entry !== 'import')
    throw new Problem('body-invalid', [
      { path: 'entryPoint', message: `there is no published entry point of kind import with the key "${settings.entryPoint}"` },
    ]);
  if (settings.list !== null && book.segments.find(({ key }) => key === settings.list)?.rule !== null)
    throw new Problem('body-invalid', [{ path: 'list', message: `there is no published segment "${settings.list}" that is kept by hand` }]);
  if (settings.mapping.length !== found.columns.length)
    throw new Problem('body-invalid', [
      { path: 'mapping', message: `the file has ${found.columns.length} columns; the mapping has ${settings.mapping.length}` },
    ]);
  const roots = new Set(settings.mapping.filter((each) => each !== null && !each.includes('.')));
  const inside = settings.mapping.find((each) => each?.includes('.') && roots.has(each.split('.')[0]!));
  if (inside)
    throw new Problem('body-invalid', [
      { path: 'mapping', message: `${inside} lies inside ${inside.split('.')[0]}, which another column becomes` },
    ]);
}

/** What running an import would do, counted over all its rows. Changes nothing. */
export async function checkImport(deps: Deps, workspace: Workspace, id: string, settings: ImportSettings): Promise<ImportCheck> {
  const now = workspaceNow(workspace, deps.now());
  const { found, book } = await within(deps, workspace, async (tx) => {
    const found = await find(tx, workspace, id);
    const book = await deps.rulebooks.current(tx, workspace.id);
    return { found, book };
  });
  if (found.status !== 'uploaded') throw new Problem('import-state', { status: found.status });
  checkSettings(found, settings, book);
  const check: ImportCheck = {
    rows: found.rows,
    withEmail: 0,
    withPhone: 0,
    people: 0,
    repeated: 0,
    known: 0,
    withConsent: 0,
    withoutConsentDate: 0,
    suppressed: 0,
    refused: [],
    unfit: [],
  };
  const refused = new Map<string, ImportCheck['refused'][number]>();
  const unfit = new Map<string, ImportCheck['unfit'][number]>();
  const seen = new Set<string>();
  for (let after = 0; ; ) {
    const part = await within(deps, workspace, (tx) => store.waitingRows(tx, workspace.id, id, after, pageLength));
    if (part.length === 0) break;
    after = part.at(-1)!.row;
    const fresh: { email: string | undefined; user: string | null; phone: string | undefined }[] = [];
    for (const { row, cells } of part) {
      const says = readRow(cells, settings, book.fields, now);
      if (typeof says === 'string') {
        const kind = kindOfReason(says);
        const there = refused.get(kind) ?? { reason: kind, rows: 0, example: row };
        refused.set(kind, { ...there, rows: there.rows + 1 });
        continue;
      }
      if (says.claims.email) check.withEmail++;
      if (says.claims.phone) check.withPhone++;
      if (says.consentAt !== null) check.withConsent++;
      if (says.withoutDate) check.withoutConsentDate++;
      for (const each of says.unfit) {
        const there = unfit.get(`${each.path} ${each.reason}`) ?? { path: each.path, reason: each.reason, rows: 0, example: each.value };
        unfit.set(`${each.path} ${each.reason}`, { ...there, rows: there.rows + 1 });
      }
      const names = namesOfRow(says);
      if (names.some((name) => seen.has(name))) check.repeated++;
      else fresh.push({ email: says.claims.email, user: says.userId, phone: says.claims.phone });
      for (const name of names) seen.add(name);
    }
    check.people += fresh.length;
    await within(deps, workspace, async (tx) => {
      const text = (each: string | null | undefined): each is string => typeof each === 'string';
      const [emails, users, phones] = await Promise.all([
        store.countKnown(tx, workspace.id, identityKinds.email, fresh.map((each) => each.email).filter(text)),
        store.countKnown(tx, workspace.id, identityKinds.user, fresh.map((each) => each.user).filter(text)),
        store.countKnown(tx, workspace.id, identityKinds.phone, fresh.map((each) => each.phone).filter(text)),
      ]);
      for (const each of fresh)
        if ((each.email && emails.has(each.email)) || (each.user && users.has(each.user)) || (each.phone && phones.has(each.phone)))
          check.known++;
      const addresses = fresh.flatMap((each) =>
        each.email ? [{ workspace: workspace.id, channel: 'email', addressHash: hashAddress(each.email) }] : [],
      );
      check.suppressed += [...(await findSuppressions(tx, addresses)).values()].length;
    });
  }
  const most = (a: { rows: number }, b: { rows: number }): number => b.rows - a.rows;
  return { ...check, refused: [...refused.values()].sort(most).slice(0, 20), unfit: [...unfit.values()].sort(most).slice(0, 50) };
}

/** Reasons that differ only in the value are one kind. */
const kindOfReason = (reason: string): string =>
  reason
    .replace(/^"[^"]*" is not/, 'What stands there is not')
    .replace(/\d+ cells/, 'more cells')
    .replace(/\d+ characters/, 'too many characters');

export async function runImport(deps: Deps, workspace: Workspace, actor: string, id: string, settings: ImportSettings): Promise<ImportRow> {
  const now = deps.now();
  const row = await within(deps, workspace, async (tx) => {
    const found = await find(tx, workspace, id);
    checkSettings(found, settings, await deps.rulebooks.current(tx, workspace.id));
    if (!(await store.startImport(tx, workspace.id, id, settings, workspaceNow(workspace, now))))
      throw new Problem('import-state', { status: found.status });
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor,
        what: `ran an import of ${found.rows} rows`,
        details: { import: id, basis: settings.basis, entryPoint: settings.entryPoint },
      },
      now,
    );
    return toRow(await find(tx, workspace, id));
  });
  deps.bus.changed(workspace.id, ['imports']);
  return row;
}

export async function cancelImport(deps: Deps, workspace: Workspace, actor: string, id: string): Promise<ImportRow> {
  const now = deps.now();
  const row = await within(deps, workspace, async (tx) => {
    await find(tx, workspace, id);
    if (await store.endImport(tx, workspace.id, id, 'cancelled', workspaceNow(workspace, now)))
      await recordAudit(tx, { workspace: workspace.id, actor, what: 'cancelled an import', details: { import: id } }, now);
    return toRow(await find(tx, workspace, id));
  });
  deps.bus.changed(workspace.id, ['imports']);
  return row;
}

/** The refused rows as CSV, with the reason in front; nothing in it is a formula to whoever opens it. */
export async function refusedCsv(deps: Deps, workspace: Workspace, id: string): Promise<string> {
  return within(deps, workspace, async (tx) => {
    const found = await find(tx, workspace, id);
    const lines = [csvLine(['Row', 'Why it was refused', ...found.columns.map((column) => column.name)])];
    for (let after = 0; ; ) {
      const part = await store.refusedRows(tx, workspace.id, id, after, pageLength);
      if (part.length === 0) return lines.join('');
      after = part.at(-1)!.row;
      for (const each of part) lines.push(csvLine([String(each.row), each.reason, ...each.cells]));
    }
  });
}

const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;
/** A cell that a spreadsheet takes as text: what begins like a formula gets a quote in front. */
const csvCell = (text: string): string => {
  const safe = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
  return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
