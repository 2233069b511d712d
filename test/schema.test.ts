import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Database } from '#store/database.ts';
import { dialects, freshDatabase } from './databases.ts';

/** The schema as it is after all migrations, held against a picture that reviewers read: UPDATE_SCHEMA=1 draws it anew. */

const picture = new URL('./schema.txt', import.meta.url);

describe.each(dialects)('on %s', (dialect) => {
  test('migrated from nothing, the schema is the one in test/schema.txt', async () => {
    const { db, close } = await freshDatabase(dialect);
    const drawn = await draw(db);
    await close();
    if (process.env.UPDATE_SCHEMA && dialect === 'pglite') writeFileSync(picture, drawn);
    expect(existsSync(picture), 'draw it with UPDATE_SCHEMA=1').toBe(true);
    expect(drawn).toBe(readFileSync(picture, 'utf8'));
  });
});

/** Tables with columns, constraints, indexes, policies and rights of the application's role; the months' partitions are left out. */
async function draw(db: Database): Promise<string> {
  return db.asOwner(async (tx) => {
    const lines: string[] = [];
    const tables = await tx.query(
      `select c.relname as name, c.relkind = 'p' as parted, pg_get_partkeydef(c.oid) as by, c.relrowsecurity as fenced, c.reloptions as options from pg_class c
       where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`,
    );
    for (const table of tables) {
      lines.push(
        `${table.name}${table.parted ? ` by ${table.by}` : ''}${table.options ? ` (${table.options.join(', ')})` : ''}${table.fenced ? ', fenced' : ''}`,
      );
      const columns = await tx.query(
        `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as needed, pg_get_expr(d.adbin, d.adrelid) as otherwise, a.attidentity as identity
         from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
        [table.name],
      );
      for (const column of columns)
        lines.push(
          `  ${column.name} ${column.type}${column.needed ? '' : ' null'}${column.otherwise ? ` = ${column.otherwise}` : ''}${column.identity ? ' generated' : ''}`,
        );
      for (const row of await tx.query(
        "select pg_get_constraintdef(oid) as says from pg_constraint where conrelid = $1::regclass and contype in ('p', 'u', 'f', 'c') order by contype desc, 1",
        [table.name],
      ))
        lines.push(`  ${row.says}`);
      for (const row of await tx.query(
        'select indexdef as says from pg_indexes i where tablename = $1 and not exists (select 1 from pg_constraint c where c.conname = i.indexname) order by indexname',
        [table.name],
      ))
        lines.push(`  ${row.says.replace(/ ON (ONLY )?public\./, ' ON ')}`);
      for (const row of await tx.query('select policyname, cmd, qual, with_check from pg_policies where tablename = $1 order by 1', [
        table.name,
      ]))
        lines.push(
          `  policy ${row.policyname} for ${row.cmd}: ${oneLine(row.qual)}${row.qual === row.with_check ? '' : `; with check ${oneLine(row.with_check)}`}`,
        );
      const rights = await tx.query(
        "select privilege_type as right from information_schema.role_table_grants where grantee = 'throughline_app' and table_name = $1 order by 1",
        [table.name],
      );
      const some = await tx.query(
        `select privilege_type as right, string_agg(column_name::text, ', ' order by column_name) as columns from information_schema.role_column_grants g where grantee = 'throughline_app' and table_name = $1
         and not exists (select 1 from information_schema.role_table_grants t where t.grantee = g.grantee and t.table_name = g.table_name and t.privilege_type = g.privilege_type) group by 1 order by 1`,
        [table.name],
      );
      lines.push(
        `  the application may: ${[...rights.map((row) => row.right), ...some.map((row) => `${row.right} (${row.columns})`)].join(', ').toLowerCase() || 'nothing'}`,
        '',
      );
    }
    for (const row of await tx.query(
      "select p.proname as name, pg_get_function_identity_arguments(p.oid) as takes, pg_get_function_result(p.oid) as gives, p.prosecdef as definer from pg_proc p where pronamespace = 'public'::regnamespace order by 1",
    ))
      lines.push(`function ${row.name}(${row.takes}) returns ${row.gives}${row.definer ? ' SECURITY DEFINER' : ''}`);
    return `${lines.join('\n')}\n`;
  });
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
