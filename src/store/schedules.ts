import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable } from './database.ts';

/** An entry of a journey that is due at an instant. `through`: the last person who was sent in by the one that is due now; null before the first. */
export interface StoredSchedule {
  workspace: number;
  journey: string;
  entry: string;
  dueAt: Instant;
  through: string | null;
}

/** The schedules of a workspace's journeys, as they are now: what has not changed keeps its instant. */
export async function saveSchedules(
  tx: Queryable,
  workspace: number,
  schedules: readonly { journey: string; entry: string; spec: string; dueAt: Instant }[],
): Promise<void> {
  const columns = [schedules.map((each) => each.journey), schedules.map((each) => each.entry)];
  await tx.query(
    'delete from journey_schedule where workspace_id = $1 and (journey, entry) not in (select * from unnest($2::text[], $3::text[]))',
    [workspace, ...columns],
  );
  await tx.query(
    `insert into journey_schedule (workspace_id, journey, entry, spec, due_at)
     select $1, j.journey, j.entry, j.spec, j.due_at from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[]) as j (journey, entry, spec, due_at)
     on conflict (workspace_id, journey, entry) do update set spec = excluded.spec, due_at = excluded.due_at, through = null where journey_schedule.spec <> excluded.spec`,
    [workspace, ...columns, schedules.map((each) => each.spec), schedules.map((each) => toIso(each.dueAt))],
  );
}

/** One schedule of a workspace that is due, locked; null when none is, or others have them. */
export async function takeDueSchedule(tx: Queryable, workspace: number, now: Instant): Promise<StoredSchedule | null> {
  const [row] = await tx.query(
    'select * from journey_schedule where workspace_id = $1 and due_at <= $2 order by due_at, journey, entry limit 1 for update skip locked',
    [workspace, toIso(now)],
  );
  return row ? { workspace, journey: row.journey, entry: row.entry, dueAt: row.due_at, through: row.through } : null;
}

export async function moveSchedule(tx: Queryable, schedule: StoredSchedule): Promise<void> {
  await tx.query('update journey_schedule set due_at = $4, through = $5 where workspace_id = $1 and journey = $2 and entry = $3', [
    schedule.workspace,
    schedule.journey,
    schedule.entry,
    toIso(schedule.dueAt),
    schedule.through,
  ]);
}

/** When the next schedule of a workspace is due. */
export async function nextSchedule(tx: Queryable, workspace: number): Promise<Instant | null> {
  const [row] = await tx.query('select due_at from journey_schedule where workspace_id = $1 order by due_at limit 1', [workspace]);
  return row ? row.due_at : null;
}
