import { type Instant, toIso } from '#contract/instant.ts';
import { bulkInsert } from './bulk.ts';
import type { Queryable } from './database.ts';
import { laneOf } from './identities.ts';

/** Somebody entered a segment or left it: by which version, when, and what each part of the rule saw. */
export interface MembershipChange {
  person: string;
  workspace: number;
  id: string;
  segment: string;
  version: number | null;
  entered: boolean;
  at: Instant;
  evidence: string;
  because: readonly { rule: string; held: boolean; saw: readonly { what: string; at: Instant | null }[] }[];
}

/** A score crossed one of its thresholds. */
export interface ScoreCrossing {
  person: string;
  workspace: number;
  id: string;
  score: string;
  version: number;
  threshold: string;
  from: number;
  up: boolean;
  value: number;
  at: Instant;
  evidence: string;
}

const insertMembership = bulkInsert(
  'membership',
  { lane: 'smallint', person_id: 'uuid', segment: 'text', workspace_id: 'int', since: 'timestamptz' },
  'on conflict (lane, person_id, segment) do update set since = excluded.since',
);
/** Writes who entered and left which segment; of several changes of one membership the last counts. */
export async function changeMemberships(
  tx: Queryable,
  changes: readonly Pick<MembershipChange, 'person' | 'workspace' | 'segment' | 'entered' | 'at'>[],
): Promise<void> {
  if (changes.length === 0) return;
  const last = [...new Map(changes.map((change) => [`${change.person}/${change.segment}`, change])).values()];
  await insertMembership(
    tx,
    last
      .filter((change) => change.entered)
      .map((change) => ({
        lane: laneOf(change.person),
        person_id: change.person,
        segment: change.segment,
        workspace_id: change.workspace,
        since: toIso(change.at),
      })),
  );
  const left = last.filter((change) => !change.entered);
  if (left.length > 0)
    await tx.query(
      'delete from membership m using unnest($1::smallint[], $2::uuid[], $3::text[]) as w (lane, person_id, segment) where m.lane = w.lane and m.person_id = w.person_id and m.segment = w.segment',
      [left.map((change) => laneOf(change.person)), left.map((change) => change.person), left.map((change) => change.segment)],
    );
}
export async function countMembers(tx: Queryable, workspace: number, segment: string): Promise<number> {
  const [row] = await tx.query('select count(*) as n from membership where workspace_id = $1 and segment = $2', [workspace, segment]);
  return row!.n;
}

const insertLog = bulkInsert(
  'membership_log',
  {
    lane: 'smallint',
    person_id: 'uuid',
    log_id: 'uuid',
    stored_at: 'timestamptz',
    workspace_id: 'int',
    segment: 'text',
    version: 'int',
    entered: 'boolean',
    at: 'timestamptz',
    evidence: 'uuid',
    because: 'jsonb',
  },
  'on conflict do nothing',
);

/** Keeps who entered and left which segment, and why. */
export const appendMembershipLog = (tx: Queryable, changes: readonly MembershipChange[], storedAt: Instant): Promise<void> =>
  insertLog(
    tx,
    changes.map((change) => ({
      lane: laneOf(change.person),
      person_id: change.person,
      log_id: change.id,
      stored_at: toIso(storedAt),
      workspace_id: change.workspace,
      segment: change.segment,
      version: change.version,
      entered: change.entered,
      at: toIso(change.at),
      evidence: change.evidence,
      because: JSON.stringify(change.because),
    })),
  );

const insertCrossings = bulkInsert(
  'score_log',
  {
    lane: 'smallint',
    person_id: 'uuid',
    log_id: 'uuid',
    stored_at: 'timestamptz',
    workspace_id: 'int',
    score: 'text',
    version: 'int',
    threshold: 'text',
    crosses_at: 'float8',
    up: 'boolean',
    value: 'float8',
    at: 'timestamptz',
    evidence: 'uuid',
  },
  'on conflict do nothing',
);

export const appendCrossings = (tx: Queryable, crossings: readonly ScoreCrossing[], storedAt: Instant): Promise<void> =>
  insertCrossings(
    tx,
    crossings.map((crossing) => ({
      lane: laneOf(crossing.person),
      person_id: crossing.person,
      log_id: crossing.id,
      stored_at: toIso(storedAt),
      workspace_id: crossing.workspace,
      score: crossing.score,
      version: crossing.version,
      threshold: crossing.threshold,
      crosses_at: crossing.from,
      up: crossing.up,
      value: crossing.value,
      at: toIso(crossing.at),
      evidence: crossing.evidence,
    })),
  );
