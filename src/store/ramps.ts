import { type Instant, toIso } from '#contract/instant.ts';
import { RampPlan, type RampState } from '#contract/ramp.ts';
import type { Queryable, Row } from './database.ts';

/** A version of a journey on its way to everybody who enters. */
export interface StoredRamp {
  workspace: number;
  journey: string;
  version: number;
  /** By which the others enter meanwhile; null when there was none: they do not enter. */
  previous: number | null;
  plan: RampPlan;
  /** Which of the plan's shares holds now. */
  place: number;
  state: RampState;
  reason: string | null;
  startedAt: Instant;
  /** Since when this share holds, or is held. */
  since: Instant;
  /** When it is looked at whether the next share may hold. */
  nextAt: Instant;
  /** The machine's time at its start, or when it was let go on over a broken guardrail: messages that count were stored since. */
  storedAt: Instant;
  by: string;
}

const toRamp = (row: Row): StoredRamp => ({
  workspace: row.workspace_id,
  journey: row.journey,
  version: row.version,
  previous: row.previous,
  plan: RampPlan.parse(row.plan),
  place: row.place,
  state: row.state,
  reason: row.reason,
  startedAt: row.started_at,
  since: row.since,
  nextAt: row.next_at,
  storedAt: row.stored_at,
  by: row.by,
});

export async function insertRamp(tx: Queryable, ramp: StoredRamp): Promise<void> {
  await tx.query(
    `insert into ramp (workspace_id, journey, version, previous, plan, place, state, reason, started_at, since, next_at, stored_at, by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      ramp.workspace,
      ramp.journey,
      ramp.version,
      ramp.previous,
      JSON.stringify(ramp.plan),
      ramp.place,
      ramp.state,
      ramp.reason,
      toIso(ramp.startedAt),
      toIso(ramp.since),
      toIso(ramp.nextAt),
      toIso(ramp.storedAt),
      ramp.by,
    ],
  );
}

export async function updateRamp(tx: Queryable, ramp: StoredRamp): Promise<void> {
  await tx.query(
    `update ramp set place = $4, state = $5, reason = $6, since = $7, next_at = $8, stored_at = $9
     where workspace_id = $1 and journey = $2 and version = $3`,
    [
      ramp.workspace,
      ramp.journey,
      ramp.version,
      ramp.place,
      ramp.state,
      ramp.reason,
      toIso(ramp.since),
      toIso(ramp.nextAt),
      toIso(ramp.storedAt),
    ],
  );
}

/** Ramps that are rising or held. */
export async function openRamps(tx: Queryable, workspaces: readonly number[]): Promise<StoredRamp[]> {
  const rows = await tx.query(
    "select * from ramp where workspace_id = any($1::int[]) and state in ('rising', 'held') order by workspace_id, journey",
    [[...workspaces]],
  );
  return rows.map(toRamp);
}

/** When a ramp of a workspace is next looked at. */
export async function nextRamp(tx: Queryable, workspace: number): Promise<Instant | null> {
  const [row] = await tx.query("select min(next_at) as next from ramp where workspace_id = $1 and state = 'rising'", [workspace]);
  return row?.next ?? null;
}

/** The ramp of a journey that was started last, open or over. */
export async function latestRamp(tx: Queryable, workspace: number, journey: string): Promise<StoredRamp | null> {
  const [row] = await tx.query('select * from ramp where workspace_id = $1 and journey = $2 order by version desc limit 1', [
    workspace,
    journey,
  ]);
  return row ? toRamp(row) : null;
}

/** What came of a version: how many entered since an instant, and what became of its messages. */
export interface RampCounts {
  entered: number;
  sent: number;
  bounced: number;
  complained: number;
  /** Those that could not be written, and those of which nobody knows whether they arrived, too. */
  failed: number;
  unsubscribed: number;
}

export async function countRamp(tx: Queryable, ramp: StoredRamp): Promise<RampCounts> {
  const [[runs], [messages], [answers]] = await Promise.all([
    tx.query('select count(*)::int as entered from run where workspace_id = $1 and journey = $2 and version = $3 and entered_at >= $4', [
      ramp.workspace,
      ramp.journey,
      ramp.version,
      toIso(ramp.since),
    ]),
    tx.query(
      `select count(*) filter (where status in ('sent', 'bounced'))::int as sent, count(*) filter (where status = 'bounced')::int as bounced,
         count(*) filter (where status in ('failed', 'uncertain') or reason = 'render-failed')::int as failed
       from message where workspace_id = $1 and journey = $2 and version = $3 and stored_at >= $4`,
      [ramp.workspace, ramp.journey, ramp.version, toIso(ramp.storedAt)],
    ),
    tx.query(
      `select (count(distinct m.message_id) filter (where e.name = 'Unsubscribed'))::int as unsubscribed,
         (count(distinct m.message_id) filter (where e.name = 'Email Complained'))::int as complained
       from event e join message m on m.message_id::text = e.body -> 'properties' ->> 'messageId'
       where e.workspace_id = $1 and e.name in ('Unsubscribed', 'Email Complained') and e.body ->> 'source' <> 'write-key' and e.body ->> 'source' not like 'form:%' and e.stored_at >= $4 and m.workspace_id = $1 and m.journey = $2 and m.version = $3 and m.stored_at >= $4`,
      [ramp.workspace, ramp.journey, ramp.version, toIso(ramp.storedAt)],
    ),
  ]);
  return {
    ...(messages as Pick<RampCounts, 'sent' | 'bounced' | 'failed'>),
    ...(answers as Pick<RampCounts, 'complained' | 'unsubscribed'>),
    entered: runs!.entered,
  };
}
