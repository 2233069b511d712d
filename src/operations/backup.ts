import { toIso } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { backupTables, emptyTables, putRows, readRows, resetSequences } from '#store/backup.ts';
import { readMigrations } from '#store/migrate.ts';
import type { Deps } from './deps.ts';

/** The first line of a backup. */
interface Header {
  format: 'throughline-backup';
  schema: number;
  at: string;
}

/**
 * A backup as lines of JSON: a header, then [table, row] for each row, all as they stood at one instant. The same lines go back into either database, so a
 * backup of the embedded one can be restored into Postgres.
 */
export async function* backupLines(deps: Pick<Deps, 'db' | 'now'>): AsyncGenerator<string> {
  const schema = (await readMigrations()).at(-1)!.number;
  yield `${JSON.stringify({ format: 'throughline-backup', schema, at: toIso(deps.now()) } satisfies Header)}\n`;
  for await (const rows of readRows(deps.db)) yield rows.map(([table, row]) => `${JSON.stringify([table, row])}\n`).join('');
}

/** Puts a backup back, all or nothing. Refuses a database in which people live already, and a backup of a newer version. */
export async function restoreLines(deps: Pick<Deps, 'db'>, lines: AsyncIterable<string>): Promise<{ rows: number }> {
  const schema = (await readMigrations()).at(-1)!.number;
  const gathered: { table: string; row: unknown }[] = [];
  let header: Header | null = null;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const parsed = readLine(line);
    if (header === null) {
      header = parsed as Header;
      if (header.format !== 'throughline-backup')
        throw new Problem('backup-unreadable', [{ message: 'this is not a backup of Throughline' }]);
      if (header.schema > schema) throw new Problem('database-newer', { backup: header.schema, program: schema });
      continue;
    }
    const [table, row] = parsed as [string, unknown];
    if (!backupTables.includes(table as (typeof backupTables)[number]))
      throw new Problem('backup-unreadable', [{ message: `the backup holds an unknown table ${table}` }]);
    gathered.push({ table, row });
  }
  if (header === null) throw new Problem('backup-unreadable', [{ message: 'the backup is empty' }]);
  await deps.db.asOwner(async (tx) => {
    await emptyTables(tx);
    for (const table of backupTables)
      await putRows(
        tx,
        table,
        gathered.filter((each) => each.table === table).map((each) => each.row),
      );
    await resetSequences(tx);
  });
  return { rows: gathered.length };
}

function readLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Problem('backup-unreadable', [{ message: 'it holds a line that is not JSON; was it cut off?' }]);
  }
}
