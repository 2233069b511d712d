import { type Instant, toIso } from '#contract/instant.ts';
import { plainPolicy } from '#contract/house-policy.ts';
import type { WorkspaceSettings } from '#contract/routes/operate.ts';
import type { Database, Queryable, Row } from './database.ts';

/** How a workspace's clock is read: real time (clock 0), or a reading that runs on from when it was set, or stands still. */
export interface ClockReading {
  clock: number;
  reading: Instant;
  setAt: Instant;
  running: boolean;
}

export interface Workspace {
  id: number;
  slug: string;
  practice: boolean;
  settings: WorkspaceSettings;
  revision: number;
  /** While a backfill is open: by which revision each lane is decided. Null when all are by the workspace's own. */
  laneRevisions: readonly number[] | null;
  /** Memories (by name) that whoever was last decided before a revision has still to make. */
  owedMemos: Readonly<Record<string, number>>;
  clock: ClockReading | null;
}

/** Of settings that came later than a workspace. */
const settingsDefaults: Partial<WorkspaceSettings> = { review: 'off', coolingOff: 'PT1H', ...plainPolicy };

const toWorkspace = (row: Row): Workspace => ({
  id: row.workspace_id,
  slug: row.slug,
  practice: row.practice,
  // In practice everything may be tried at once.
  settings: { ...settingsDefaults, ...(row.practice ? { liveLimit: 'off' } : {}), ...row.settings },
  revision: row.revision,
  laneRevisions: row.lane_revisions,
  owedMemos: row.owed_memos,
  clock: row.clock === 0 ? null : { clock: row.clock, reading: row.reading, setAt: row.set_at, running: row.running },
});

/** What time it is in a workspace when it is `realNow` in the world. */
export function workspaceNow(workspace: Pick<Workspace, 'clock'>, realNow: Instant): Instant {
  const { clock } = workspace;
  if (clock === null) return realNow;
  return clock.running ? clock.reading + Math.max(0, realNow - clock.setAt) : clock.reading;
}

const statement = `select w.*, c.reading, c.set_at, c.running, b.revisions as lane_revisions from workspace w left join clock c on c.clock = w.clock
  left join backfill b on b.workspace_id = w.workspace_id and b.finished_at is null`;

/** All workspaces; an operator's view, for the loops that serve everybody. */
export const allWorkspaces = (db: Database): Promise<Workspace[]> =>
  db.asOwner(async (tx) => (await tx.query(`${statement} order by w.workspace_id`)).map(toWorkspace));

export async function loadWorkspaces(tx: Queryable, ids: readonly number[]): Promise<Workspace[]> {
  return (await tx.query(`${statement} where w.workspace_id = any($1::int[])`, [[...ids]])).map(toWorkspace);
}

/** Makes a workspace; null when somebody else has just made one with this slug. */
export async function createWorkspace(
  tx: Queryable,
  given: { slug: string; practice: boolean; settings: WorkspaceSettings },
  now: Instant,
): Promise<number | null> {
  const [row] = await tx.query(
    'insert into workspace (slug, practice, clock, settings, created_at) values ($1, $2, 0, $3, $4) on conflict (slug) do nothing returning workspace_id',
    [given.slug, given.practice, JSON.stringify(given.settings), toIso(now)],
  );
  if (!row) return null;
  const id = row.workspace_id as number;
  if (given.practice) {
    await tx.query('insert into clock (clock, reading, set_at, running) values ($1, $2, $3, true)', [id, toIso(now), toIso(now)]);
    await tx.query('update workspace set clock = $1 where workspace_id = $1', [id]);
  }
  return id;
}

export async function saveSettings(tx: Queryable, workspace: number, settings: WorkspaceSettings): Promise<void> {
  await tx.query('update workspace set settings = $2 where workspace_id = $1', [workspace, JSON.stringify(settings)]);
}

export async function saveOwedMemos(tx: Queryable, workspace: number, owed: Workspace['owedMemos']): Promise<void> {
  await tx.query('update workspace set owed_memos = $2 where workspace_id = $1', [workspace, JSON.stringify(owed)]);
}

export async function setClock(tx: Queryable, reading: ClockReading): Promise<void> {
  await tx.query('update clock set reading = $2, set_at = $3, running = $4 where clock = $1', [
    reading.clock,
    toIso(reading.reading),
    toIso(reading.setAt),
    reading.running,
  ]);
}

/** A secret shared by all processes, made on first use. */
export async function sharedSecret(db: Database, name: string, make: () => string): Promise<string> {
  return db.asOwner(async (tx) => {
    await tx.query('insert into secret (name, value) values ($1, $2) on conflict do nothing', [name, make()]);
    const [row] = await tx.query('select value from secret where name = $1', [name]);
    return row!.value;
  });
}
