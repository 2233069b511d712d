import type { ConsentLine, DecisionLine, StageMove } from '#contract/history.ts';
import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import { bulkInsert } from './bulk.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Bindable, Queryable, Row } from './database.ts';
import { laneOf } from './identities.ts';

/** Append-only tables about a person: stage history, consent, decisions; and what belongs beside them: membership, tasks. */

export interface StoredMove extends StageMove {
  person: string;
  workspace: number;
  revision: number;
}

const insertMoves = bulkInsert('stage_history', {
  lane: 'smallint',
  person_id: 'uuid',
  seq: 'int',
  workspace_id: 'int',
  stage: 'text',
  from_stage: 'text',
  entered_at: 'timestamptz',
  evidence: 'uuid',
  override: 'boolean',
  reason: 'text',
  actor: 'text',
  revision: 'int',
});
export const appendMoves = (tx: Queryable, moves: readonly StoredMove[]): Promise<void> =>
  insertMoves(
    tx,
    moves.map((move) => ({
      lane: laneOf(move.person),
      person_id: move.person,
      seq: move.seq,
      workspace_id: move.workspace,
      stage: move.to,
      from_stage: move.from,
      entered_at: toIso(move.at),
      evidence: move.evidence,
      override: move.override,
      reason: move.reason,
      actor: move.actor,
      revision: move.revision,
    })),
  );

export async function movesOf(tx: Queryable, person: string): Promise<StoredMove[]> {
  const rows = await tx.query('select * from stage_history where lane = $1 and person_id = $2 order by seq desc limit 500', [
    laneOf(person),
    person,
  ]);
  return rows.map((row) => ({
    person: row.person_id,
    workspace: row.workspace_id,
    seq: row.seq,
    from: row.from_stage,
    to: row.stage,
    at: row.entered_at,
    evidence: row.evidence,
    override: row.override,
    reason: row.reason,
    actor: row.actor,
    revision: row.revision,
  }));
}

/** How many people stand in each stage by age, and how many came and went since an instant. */
export async function stageCounts(tx: Queryable, workspace: number, now: Instant) {
  const ago = (days: number): string => toIso(now - days * 86_400_000);
  const standing = await tx.query(
    `select stage, count(*) as n, count(*) filter (where stage_since > $2) as day, count(*) filter (where stage_since <= $2 and stage_since > $3) as week,
       count(*) filter (where stage_since <= $3 and stage_since > $4) as month, count(*) filter (where stage_since <= $4) as older,
       percentile_cont(0.5) within group (order by extract(epoch from stage_since)) as median
     from person where workspace_id = $1 and merged_into is null and erased_at is null group by stage`,
    [workspace, ago(1), ago(7), ago(30)],
  );
  const moves = await tx.query(
    'select stage, from_stage, count(*) as n, count(*) filter (where override) as overrides from stage_history where workspace_id = $1 and entered_at > $2 group by stage, from_stage',
    [workspace, ago(7)],
  );
  return {
    standing: standing.map((row) => ({
      stage: row.stage as string | null,
      count: row.n as number,
      day: row.day as number,
      week: row.week as number,
      month: row.month as number,
      older: row.older as number,
      medianSince: row.median === null ? null : Number(row.median) * 1000,
    })),
    moves: moves.map((row) => ({
      to: row.stage as string,
      from: row.from_stage as string | null,
      count: row.n as number,
      overrides: row.overrides as number,
    })),
  };
}

/** How many were recycled from which stage, where to and why, in the last 90 and in the last 30 days; most first. */
export async function recycleCounts(tx: Queryable, workspace: number, now: Instant) {
  const ago = (days: number): string => toIso(now - days * 86_400_000);
  const rows = await tx.query(
    `select from_stage, stage, reason, count(*) as days90, count(*) filter (where entered_at > $3) as days30
     from stage_history where workspace_id = $1 and actor = 'recycle' and entered_at > $2 and from_stage is not null
     group by from_stage, stage, reason order by count(*) desc, reason`,
    [workspace, ago(90), ago(30)],
  );
  return rows.map((row) => ({
    from: row.from_stage as string,
    to: row.stage as string,
    reason: (row.reason as string | null) ?? '',
    days30: row.days30 as number,
    days90: row.days90 as number,
  }));
}

export interface StoredConsent extends ConsentLine {
  person: string;
  workspace: number;
}
const insertConsents = bulkInsert('consent', {
  lane: 'smallint',
  person_id: 'uuid',
  seq: 'int',
  workspace_id: 'int',
  purpose: 'text',
  channel: 'text',
  state: 'text',
  wording: 'text',
  method: 'text',
  actor: 'text',
  at: 'timestamptz',
  evidence: 'uuid',
  took_effect: 'boolean',
});
export const appendConsents = (tx: Queryable, list: readonly StoredConsent[]): Promise<void> =>
  insertConsents(
    tx,
    list.map((each) => ({
      lane: laneOf(each.person),
      person_id: each.person,
      seq: each.seq,
      workspace_id: each.workspace,
      purpose: each.change.purpose,
      channel: each.change.channel,
      state: each.change.state,
      wording: each.change.wording,
      method: each.change.method,
      actor: each.change.actor,
      at: toIso(each.at),
      evidence: each.evidence,
      took_effect: each.tookEffect,
    })),
  );

export async function consentsOf(tx: Queryable, person: string): Promise<StoredConsent[]> {
  const rows = await tx.query('select * from consent where lane = $1 and person_id = $2 order by seq desc limit 500', [
    laneOf(person),
    person,
  ]);
  return rows.map(toConsent);
}

export const toConsent = (row: Row): StoredConsent => ({
  person: row.person_id,
  workspace: row.workspace_id,
  seq: row.seq,
  change: { purpose: row.purpose, channel: row.channel, state: row.state, wording: row.wording, method: row.method, actor: row.actor },
  at: row.at,
  evidence: row.evidence,
  tookEffect: row.took_effect,
});

export interface StoredDecision extends DecisionLine {
  person: string;
  workspace: number;
  revision: number;
}
const insertDecisions = bulkInsert(
  'decision',
  {
    lane: 'smallint',
    person_id: 'uuid',
    decision_id: 'uuid',
    stored_at: 'timestamptz',
    workspace_id: 'int',
    at: 'timestamptz',
    about: 'text',
    decided: 'text',
    answer: 'text',
    because: 'jsonb',
    revision: 'int',
    evidence: 'uuid',
  },
  'on conflict do nothing',
);
/** One fact that is refused the same thing twice, by two rules, is one decision. */
export const appendDecisions = (tx: Queryable, list: readonly StoredDecision[], storedAt: Instant): Promise<void> =>
  insertDecisions(
    tx,
    list.map((each) => ({
      lane: laneOf(each.person),
      person_id: each.person,
      decision_id: each.id,
      stored_at: toIso(storedAt),
      workspace_id: each.workspace,
      at: toIso(each.at),
      about: each.about,
      decided: each.decided,
      answer: each.answer,
      because: JSON.stringify(each.because),
      revision: each.revision,
      evidence: each.evidence,
    })),
  );

export async function decisionsOf(
  tx: Queryable,
  person: string,
  before: Instant,
  limit: number,
  about?: string,
): Promise<StoredDecision[]> {
  const rows = await tx.query(
    'select * from decision where lane = $1 and person_id = $2 and at <= $3 and ($4::text is null or about = $4) order by at desc limit $5',
    [laneOf(person), person, toIso(before), about ?? null, limit],
  );
  return rows.map((row) => ({
    person: row.person_id,
    workspace: row.workspace_id,
    id: row.decision_id,
    at: row.at,
    about: row.about,
    decided: row.decided,
    answer: row.answer,
    because: row.because,
    revision: row.revision,
    evidence: row.evidence,
  }));
}

export interface StoredTask {
  id: string;
  person: string;
  workspace: number;
  title: string;
  owner: string | null;
  dueAt: Instant;
  createdAt: Instant;
  doneAt: Instant | null;
  doneBy: string | null;
  journey: string | null;
  evidence: string | null;
  /** What a run waits for, and at which of its steps. */
  asks: 'approval' | 'release' | null;
  run: string | null;
  step: string | null;
}
const insertTasks = bulkInsert(
  'task',
  {
    lane: 'smallint',
    person_id: 'uuid',
    task_id: 'uuid',
    workspace_id: 'int',
    title: 'text',
    owner: 'text',
    due_at: 'timestamptz',
    created_at: 'timestamptz',
    journey: 'text',
    evidence: 'uuid',
    asks: 'text',
    run_id: 'uuid',
    step: 'text',
  },
  'on conflict do nothing',
);
export const insertNewTasks = (tx: Queryable, tasks: readonly Omit<StoredTask, 'doneAt' | 'doneBy'>[]): Promise<void> =>
  insertTasks(
    tx,
    tasks.map((task) => ({
      lane: laneOf(task.person),
      person_id: task.person,
      task_id: task.id,
      workspace_id: task.workspace,
      title: task.title,
      owner: task.owner,
      due_at: toIso(task.dueAt),
      created_at: toIso(task.createdAt),
      journey: task.journey,
      evidence: task.evidence,
      asks: task.asks,
      run_id: task.run,
      step: task.step,
    })),
  );
export async function tasksOf(tx: Queryable, person: string): Promise<StoredTask[]> {
  const rows = await tx.query('select * from task where lane = $1 and person_id = $2 order by created_at desc limit 200', [
    laneOf(person),
    person,
  ]);
  return rows.map(toTask);
}

const toTask = (row: Row): StoredTask => ({
  id: row.task_id,
  person: row.person_id,
  workspace: row.workspace_id,
  title: row.title,
  owner: row.owner,
  dueAt: row.due_at,
  createdAt: row.created_at,
  doneAt: row.done_at,
  doneBy: row.done_by,
  journey: row.journey,
  evidence: row.evidence,
  asks: row.asks,
  run: row.run_id,
  step: row.step,
});

export interface TaskFilter {
  state: 'open' | 'done';
  asks?: string | undefined;
  journey?: string | undefined;
  /** An owner, or null for tasks of nobody. */
  owner?: string | null | undefined;
  dueBefore?: Instant | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Tasks of a workspace: open ones by when they are due, done ones from the last. */
export async function listTasks(
  tx: Queryable,
  workspace: number,
  filter: TaskFilter,
): Promise<{ items: StoredTask[]; next: string | null }> {
  const values: Bindable[] = [workspace];
  const bind = (value: Bindable): string => `$${values.push(value)}`;
  const open = filter.state === 'open';
  const where = ['workspace_id = $1', open ? 'done_at is null' : 'done_at is not null'];
  const place = decodeCursor(filter.cursor, 'instant', 'uuid');
  if (place && open) where.push(`(due_at, task_id) > (${bind(toIso(Number(place[0])))}::timestamptz, ${bind(String(place[1]))}::uuid)`);
  if (place && !open) where.push(`(done_at, task_id) < (${bind(toIso(Number(place[0])))}::timestamptz, ${bind(String(place[1]))}::uuid)`);
  if (filter.asks !== undefined) where.push(`asks = ${bind(filter.asks)}`);
  if (filter.journey !== undefined) where.push(`journey = ${bind(filter.journey)}`);
  if (filter.owner === null) where.push('owner is null');
  else if (filter.owner !== undefined) where.push(`owner = ${bind(filter.owner)}`);
  if (filter.dueBefore !== undefined) where.push(`due_at < ${bind(toIso(filter.dueBefore))}`);
  const rows = open
    ? await tx.query(`select * from task where ${where.join(' and ')} order by due_at, task_id limit ${bind(filter.limit + 1)}`, values)
    : await tx.query(
        `select * from task where ${where.join(' and ')} order by done_at desc, task_id desc limit ${bind(filter.limit + 1)}`,
        values,
      );
  return toPage(rows, filter.limit, (row) => [open ? row.due_at : row.done_at, row.task_id], toTask);
}

/** How many tasks are open, of these how many ask for a yes or a no, and how many are late. */
export async function countTasks(tx: Queryable, workspace: number, now: Instant): Promise<{ open: number; asking: number; late: number }> {
  const [row] = await tx.query(
    "select count(*) as open, count(*) filter (where asks = 'approval') as asking, count(*) filter (where due_at < $2) as late from task where workspace_id = $1 and done_at is null",
    [workspace, toIso(now)],
  );
  return { open: row!.open, asking: row!.asking, late: row!.late };
}
/** Whom open tasks belong to. */
export async function taskOwners(tx: Queryable, workspace: number): Promise<string[]> {
  const rows = await tx.query(
    'select distinct owner from task where workspace_id = $1 and done_at is null and owner is not null order by owner limit 200',
    [workspace],
  );
  return rows.map((row) => row.owner);
}

export async function findTask(tx: Queryable, workspace: number, id: string): Promise<StoredTask | null> {
  const [row] = await tx.query('select * from task where workspace_id = $1 and task_id = $2', [workspace, id]);
  return row ? toTask(row) : null;
}
export async function finishTask(tx: Queryable, workspace: number, id: string, by: string, at: Instant): Promise<boolean> {
  const rows = await tx.query(
    'update task set done_at = $3, done_by = $4 where workspace_id = $1 and task_id = $2 and done_at is null returning task_id',
    [workspace, id, isoOrNull(at), by],
  );
  return rows.length === 1;
}

/** Closes the tasks that only runs waited for which have ended, or have left that step: nobody is asked for a word that nobody waits for. */
export async function closeTasksOf(
  tx: Queryable,
  left: readonly { person: string; run: string; step?: string }[],
  at: Instant,
): Promise<void> {
  if (left.length === 0) return;
  await tx.query(
    `update task t set done_at = $5, done_by = case when w.step is null then 'run-ended' else 'moved-on' end
     from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[]) as w (lane, person_id, run_id, step)
     where t.lane = w.lane and t.person_id = w.person_id and t.run_id = w.run_id and (w.step is null or t.step = w.step) and t.asks is not null and t.done_at is null`,
    [
      left.map(({ person }) => laneOf(person)),
      left.map(({ person }) => person),
      left.map(({ run }) => run),
      left.map(({ step }) => step ?? null),
      toIso(at),
    ],
  );
}
