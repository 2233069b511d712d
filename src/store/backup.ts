import { Problem } from '#contract/problems.ts';
import type { Database, Transaction } from './database.ts';

/** Every table that a backup holds, in an order in which rows can be put back. */
export const backupTables = [
  'workspace',
  'clock',
  'secret',
  'sender',
  'api_key',
  'colleague',
  'identity',
  'person',
  'inbox',
  'event',
  'wake',
  'stage_history',
  'membership',
  'membership_log',
  'score_log',
  'backfill',
  'run',
  'run_step',
  'journey_schedule',
  'run_migration',
  'message',
  'asked_message',
  'broadcast',
  'broadcast_person',
  'broadcast_estimate',
  'experiment',
  'exposure',
  'rehearsal',
  'rehearsal_run',
  'consent',
  'suppression',
  'decision',
  'task',
  'merge',
  'definition',
  'definition_version',
  'review',
  'ramp',
  'retirement',
  'kill_switch',
  'breaker',
  'loop_lock',
  'audit',
  'refusal',
  'mail',
  'practice_act',
  'field_refusal',
  'field_source',
  'field_count',
  'import',
  'import_row',
  'kept_apart',
  'identity_refused',
  'identity_seen',
  'identity_hold',
  'held_join',
] as const;

const chunk = 1_000;

/** All rows of all tables as they stand at one instant, in chunks. Gathered before they are handed out, because a transaction awaits nothing but SQL. */
export async function* readRows(db: Database): AsyncGenerator<[string, unknown][]> {
  const chunks = await db.asOwner(async (tx) => {
    await tx.query('set transaction isolation level repeatable read');
    const all: [string, unknown][][] = [];
    for (const table of backupTables) {
      await tx.query(`declare rows no scroll cursor for select to_jsonb(t)::text as row from ${table} t`);
      for (;;) {
        const rows = await tx.query<{ row: string }>(`fetch ${chunk} from rows`);
        if (rows.length === 0) break;
        all.push(rows.map(({ row }) => [table, JSON.parse(row) as unknown]));
      }
      await tx.query('close rows');
    }
    return all;
  });
  yield* chunks;
}

/** Empties what a new database holds; refuses one in which people live. */
export async function emptyTables(tx: Transaction): Promise<void> {
  const [person] = await tx.query('select 1 from person p join workspace w using (workspace_id) where not w.practice limit 1');
  if (person) throw new Problem('database-in-use');
  await tx.query(`truncate ${backupTables.join(', ')}, session, sign_in_link, idempotency`);
}

export async function putRows(tx: Transaction, table: (typeof backupTables)[number], rows: readonly unknown[]): Promise<void> {
  for (let from = 0; from < rows.length; from += chunk)
    await tx.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`, [
      JSON.stringify(rows.slice(from, from + chunk)),
    ]);
}

const sequences: [string, string][] = [
  ['workspace', 'workspace_id'],
  ['sender', 'sender'],
  ['inbox', 'id'],
  ['audit', 'audit_id'],
  ['refusal', 'refusal_id'],
  ['practice_act', 'act_id'],
  ['merge', 'seq'],
];

/** Lets new numbers begin after those that were put back. */
export async function resetSequences(tx: Transaction): Promise<void> {
  for (const [table, column] of sequences)
    await tx.query(`select setval(pg_get_serial_sequence('${table}', '${column}'), greatest((select max(${column}) from ${table}), 1))`);
}
