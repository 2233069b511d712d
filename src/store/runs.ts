import type { StepTaken } from '#contract/history.ts';
import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import { bulkInsert } from './bulk.ts';
import type { Queryable, Row } from './database.ts';
import { laneOf } from './identities.ts';

/** `until` is null where only somebody's word ends the waiting. */
export interface StoredWait {
  since: Instant;
  until: Instant | null;
  looksAt?: Instant;
}

/** A run's row. `state` is the engine's own: how far it is and what it waits for. */
export interface StoredRun {
  id: string;
  person: string;
  workspace: number;
  journey: string;
  version: number;
  status: 'live' | 'ended';
  step: string | null;
  state: {
    entry?: string;
    seq: number;
    wait: StoredWait | null;
    movedBy?: { migration: string; version: number; step: string; wait: StoredWait | null };
    passed?: { at: Instant; waits: string[] };
    chain?: Record<string, 1 | 2>;
  };
  enteredAt: Instant;
  entryEvidence: string;
  endedAt: Instant | null;
  endReason: string | null;
  endEvidence: string | null;
}

export const columns =
  'run_id, person_id, workspace_id, journey, version, status, step, state, entered_at, entry_evidence, ended_at, end_reason, end_evidence';
export const toRun = (row: Row): StoredRun => ({
  id: row.run_id,
  person: row.person_id,
  workspace: row.workspace_id,
  journey: row.journey,
  version: row.version,
  status: row.status,
  step: row.step,
  state: row.state,
  enteredAt: row.entered_at,
  entryEvidence: row.entry_evidence,
  endedAt: row.ended_at,
  endReason: row.end_reason,
  endEvidence: row.end_evidence,
});

/** The live runs of these people. */
export async function loadLiveRuns(tx: Queryable, people: readonly string[]): Promise<StoredRun[]> {
  if (people.length === 0) return [];
  const rows = await tx.query(
    `select ${columns.replace(/(\w+)/g, 'r.$1')} from unnest($1::smallint[], $2::uuid[]) as w (lane, person_id)
     cross join lateral (select * from run r where r.lane = w.lane and r.person_id = w.person_id and r.status = 'live' order by r.entered_at, r.run_id limit 100) r`,
    [people.map(laneOf), [...people]],
  );
  return rows.map(toRun);
}

export async function loadRuns(tx: Queryable, wanted: readonly { person: string; run: string }[]): Promise<StoredRun[]> {
  if (wanted.length === 0) return [];
  const rows = await tx.query(
    `select ${columns.replace(/(\w+)/g, 'r.$1')} from unnest($1::smallint[], $2::uuid[], $3::uuid[]) as w (lane, person_id, run_id)
     cross join lateral (select * from run r where r.lane = w.lane and r.person_id = w.person_id and r.run_id = w.run_id limit 1) r`,
    [wanted.map((each) => laneOf(each.person)), wanted.map((each) => each.person), wanted.map((each) => each.run)],
  );
  return rows.map(toRun);
}

export async function runsOfPerson(tx: Queryable, person: string): Promise<StoredRun[]> {
  const rows = await tx.query(`select ${columns} from run where lane = $1 and person_id = $2 order by entered_at desc limit 200`, [
    laneOf(person),
    person,
  ]);
  return rows.map(toRun);
}

const upsert = bulkInsert(
  'run',
  {
    lane: 'smallint',
    person_id: 'uuid',
    run_id: 'uuid',
    workspace_id: 'int',
    journey: 'text',
    version: 'int',
    status: 'text',
    step: 'text',
    state: 'jsonb',
    entered_at: 'timestamptz',
    entry_evidence: 'uuid',
    ended_at: 'timestamptz',
    end_reason: 'text',
    end_evidence: 'uuid',
  },
  `on conflict (lane, person_id, run_id) do update set version = excluded.version, status = excluded.status, step = excluded.step, state = excluded.state, ended_at = excluded.ended_at, end_reason = excluded.end_reason, end_evidence = excluded.end_evidence`,
);

export const saveRuns = (tx: Queryable, runs: readonly StoredRun[]): Promise<void> =>
  upsert(
    tx,
    runs.map((run) => ({
      lane: laneOf(run.person),
      person_id: run.person,
      run_id: run.id,
      workspace_id: run.workspace,
      journey: run.journey,
      version: run.version,
      status: run.status,
      step: run.step,
      state: JSON.stringify(run.state),
      entered_at: toIso(run.enteredAt),
      entry_evidence: run.entryEvidence,
      ended_at: isoOrNull(run.endedAt),
      end_reason: run.endReason,
      end_evidence: run.endEvidence,
    })),
  );

export interface StoredStep extends StepTaken {
  person: string;
  workspace: number;
}

const insertSteps = bulkInsert('run_step', {
  lane: 'smallint',
  person_id: 'uuid',
  run_id: 'uuid',
  seq: 'int',
  stored_at: 'timestamptz',
  workspace_id: 'int',
  journey: 'text',
  version: 'int',
  step: 'text',
  next: 'text',
  at: 'timestamptz',
  evidence: 'uuid',
  because: 'text',
});

export const appendSteps = (tx: Queryable, steps: readonly StoredStep[], storedAt: Instant): Promise<void> =>
  insertSteps(
    tx,
    steps.map((step) => ({
      lane: laneOf(step.person),
      person_id: step.person,
      run_id: step.run,
      seq: step.seq,
      stored_at: toIso(storedAt),
      workspace_id: step.workspace,
      journey: step.journey,
      version: step.version,
      step: step.step,
      next: step.next,
      at: toIso(step.at),
      evidence: step.evidence,
      because: step.because,
    })),
  );

export async function stepsOfPerson(
  tx: Queryable,
  person: string,
  before: Instant,
  limit: number,
): Promise<(StoredStep & { id: string })[]> {
  const rows = await tx.query(
    'select * from run_step where lane = $1 and person_id = $2 and at <= $3 order by at desc, run_id, seq desc limit $4',
    [laneOf(person), person, toIso(before), limit],
  );
  return rows.map((row) => ({ id: `${row.run_id}:${row.seq}`, ...toStep(row) }));
}

/** The steps that a run took, in order. */
export async function stepsOfRun(tx: Queryable, person: string, run: string): Promise<StoredStep[]> {
  const rows = await tx.query('select * from run_step where lane = $1 and person_id = $2 and run_id = $3 order by seq', [
    laneOf(person),
    person,
    run,
  ]);
  return rows.map(toStep);
}

const toStep = (row: Row): StoredStep => ({
  person: row.person_id,
  workspace: row.workspace_id,
  run: row.run_id,
  seq: row.seq,
  journey: row.journey,
  version: row.version,
  step: row.step,
  next: row.next,
  at: row.at,
  evidence: row.evidence,
  because: row.because,
});

/** Versions of journeys that somebody is under way in. */
export async function pinnedVersions(tx: Queryable, workspace: number): Promise<{ journey: string; version: number; live: number }[]> {
  const rows = await tx.query(
    "select journey, version, count(*) as live from run where workspace_id = $1 and status = 'live' group by journey, version",
    [workspace],
  );
  return rows.map((row) => ({ journey: row.journey, version: row.version, live: row.live }));
}

export interface JourneyCounts {
  live: number;
  entered: number;
  entered7d: number;
  goalMet: number;
  ended: number;
  /** Runs that had the whole window of the goal, and those of them that met it. */
  settled: number;
  settledMet: number;
  lastEntryAt: Instant | null;
}

/** `settled`: by journey the instant before which whoever entered had the whole window of its goal. */
export async function journeyCounts(
  tx: Queryable,
  workspace: number,
  weekAgo: Instant,
  settled: ReadonlyMap<string, Instant>,
): Promise<Map<string, JourneyCounts>> {
  const rows = await tx.query(
    `select r.journey, count(*) as entered, count(*) filter (where r.status = 'live') as live, count(*) filter (where r.entered_at >= $2) as entered7d,
       count(*) filter (where r.status = 'ended') as ended, count(*) filter (where r.end_reason like 'goal%') as goal,
       count(*) filter (where r.entered_at <= w.settled_at) as settled,
       count(*) filter (where r.entered_at <= w.settled_at and r.end_reason like 'goal%') as settled_met, max(r.entered_at) as last
     from run r left join unnest($3::text[], $4::timestamptz[]) as w (journey, settled_at) on w.journey = r.journey
     where r.workspace_id = $1 group by r.journey`,
    [workspace, toIso(weekAgo), [...settled.keys()], [...settled.values()].map(toIso)],
  );
  return new Map(
    rows.map((row) => [
      row.journey,
      {
        live: row.live,
        entered: row.entered,
        entered7d: row.entered7d,
        goalMet: row.goal,
        ended: row.ended,
        settled: row.settled,
        settledMet: row.settled_met,
        lastEntryAt: row.last,
      },
    ]),
  );
}

/** Other journeys in which people of one are under way too: how many in each, most first, and up to five of them. */
export async function liveBeside(
  tx: Queryable,
  workspace: number,
  journey: string,
): Promise<{ journey: string; people: number; some: string[] }[]> {
  const rows = await tx.query(
    `with both_live as (
       select distinct b.journey, a.person_id from run a join run b on b.lane = a.lane and b.person_id = a.person_id and b.status = 'live' and b.journey <> a.journey
       where a.workspace_id = $1 and a.journey = $2 and a.status = 'live' and b.workspace_id = $1)
     select journey, count(*) as people, (array_agg(person_id order by person_id))[1:5] as some from both_live group by journey order by people desc, journey`,
    [workspace, journey],
  );
  return rows.map((row) => ({ journey: row.journey, people: row.people, some: row.some }));
}

/** When somebody last entered a journey, and last met its goal. */
export async function lastUse(
  tx: Queryable,
  workspace: number,
  journey: string,
): Promise<{ lastEntry: Instant | null; lastGoal: Instant | null }> {
  const [row] = await tx.query(
    "select max(entered_at) as entry, max(ended_at) filter (where end_reason like 'goal%') as goal from run where workspace_id = $1 and journey = $2",
    [workspace, journey],
  );
  return { lastEntry: row!.entry, lastGoal: row!.goal };
}

/** Where the people of one journey are, which ways they took, and how their runs ended. */
export async function stepCounts(tx: Queryable, workspace: number, journey: string, version: number | null) {
  const here = await tx.query(
    "select step, count(*) as n from run where workspace_id = $1 and journey = $2 and ($3::int is null or version = $3) and status = 'live' group by step",
    [workspace, journey, version],
  );
  const edges = await tx.query(
    'select step, next, count(*) as n from run_step where workspace_id = $1 and journey = $2 and ($3::int is null or version = $3) group by step, next',
    [workspace, journey, version],
  );
  const ends = await tx.query(
    "select end_reason, count(*) as n from run where workspace_id = $1 and journey = $2 and ($3::int is null or version = $3) and status = 'ended' group by end_reason order by n desc",
    [workspace, journey, version],
  );
  return {
    here: here.map((row) => ({ step: row.step as string, count: row.n as number })),
    edges: edges.map((row) => ({ from: row.step as string, to: row.next as string | null, count: row.n as number })),
    ends: ends.map((row) => ({ reason: row.end_reason as string, count: row.n as number })),
  };
}
