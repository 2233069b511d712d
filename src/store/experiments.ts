import type { ExperimentPlace, ExperimentPlan } from '#contract/experiment.ts';
import { type Instant, isoOrNull, ms, toIso } from '#contract/instant.ts';
import type { EventMatch } from '#contract/rule/event-match.ts';
import { bulkInsert } from './bulk.ts';
import type { Queryable, Row } from './database.ts';
import { laneOf } from './identities.ts';
import type { RuleSqlContext } from './rule-sql/context.ts';
import { Draft } from './rule-sql/draft.ts';
import { pastEvents } from './rule-sql/event-rows.ts';
import { matchSql } from './rule-sql/match.ts';

/** An experiment as it was published or sent. Its name is another one as soon as it asks something else. */
export interface StoredExperiment {
  workspace: number;
  id: string;
  place: ExperimentPlace;
  plan: ExperimentPlan;
  beganAt: Instant;
  /** The arm that new people are given; null while they are divided. */
  taken: { arm: string; at: Instant; by: string; reason: string } | null;
}

const toExperiment = (row: Row): StoredExperiment => ({
  workspace: row.workspace_id,
  id: row.experiment,
  place: row.place,
  plan: row.plan,
  beganAt: row.began_at,
  taken: row.taken_arm === null ? null : { arm: row.taken_arm, at: row.taken_at, by: row.taken_by, reason: row.taken_reason },
});

/** Writes down what an experiment asks. One that is there already keeps its beginning, and what was taken of it. */
export async function keepExperiment(tx: Queryable, given: Omit<StoredExperiment, 'taken'>): Promise<void> {
  await tx.query(
    `insert into experiment (workspace_id, experiment, place, plan, began_at) values ($1, $2, $3, $4, $5)
     on conflict (workspace_id, experiment) do update set plan = excluded.plan`,
    [given.workspace, given.id, JSON.stringify(given.place), JSON.stringify(given.plan), toIso(given.beganAt)],
  );
}

/** Newest first. */
export async function listExperiments(tx: Queryable, workspace: number): Promise<StoredExperiment[]> {
  const rows = await tx.query('select * from experiment where workspace_id = $1 order by began_at desc, experiment limit 500', [workspace]);
  return rows.map(toExperiment);
}

export async function findExperiment(tx: Queryable, workspace: number, id: string): Promise<StoredExperiment | null> {
  const [row] = await tx.query('select * from experiment where workspace_id = $1 and experiment = $2', [workspace, id]);
  return row ? toExperiment(row) : null;
}

/** The arms that new people are given, by experiment. */
export async function takenArms(tx: Queryable, workspace: number): Promise<Map<string, string>> {
  const rows = await tx.query('select experiment, taken_arm from experiment where workspace_id = $1 and taken_arm is not null', [
    workspace,
  ]);
  return new Map(rows.map((row) => [row.experiment, row.taken_arm]));
}

export async function takeArm(tx: Queryable, workspace: number, id: string, taken: StoredExperiment['taken']): Promise<void> {
  await tx.query(
    'update experiment set taken_arm = $3, taken_at = $4, taken_by = $5, taken_reason = $6 where workspace_id = $1 and experiment = $2',
    [workspace, id, taken?.arm ?? null, isoOrNull(taken?.at), taken?.by ?? null, taken?.reason ?? null],
  );
}

/** Somebody who came to their arm. */
export interface StoredExposure {
  person: string;
  workspace: number;
  experiment: string;
  arm: string;
  at: Instant;
  evidence: string | null;
  /** False for those who came when an arm had been taken already. */
  counts: boolean;
}

const insertExposures = bulkInsert(
  'exposure',
  {
    lane: 'smallint',
    person_id: 'uuid',
    workspace_id: 'int',
    experiment: 'text',
    arm: 'text',
    at: 'timestamptz',
    evidence: 'uuid',
    counts: 'boolean',
  },
  'on conflict do nothing',
);

/** Keeps who came to which arm; the first time stands. */
export const appendExposures = (tx: Queryable, exposures: readonly StoredExposure[]): Promise<void> =>
  insertExposures(
    tx,
    exposures.map(({ person, workspace, experiment, arm, at, evidence, counts }) => ({
      lane: laneOf(person),
      person_id: person,
      workspace_id: workspace,
      experiment,
      arm,
      at: toIso(at),
      evidence,
      counts,
    })),
  );

/** Conditions that an event `e` is such a one; nothing before `from` is looked at. */
function isSuch(draft: Draft, goal: EventMatch, from: Instant): string {
  return [pastEvents(draft, [goal.event], from), matchSql(goal, draft, from)].filter(Boolean).join(' and ');
}

/** How many people did something since an instant. */
export async function countDoers(tx: Queryable, context: RuleSqlContext, goal: EventMatch, since: Instant): Promise<number> {
  const draft = new Draft(context);
  const { sql, values } = draft.statement(`select count(distinct e.person_id)::int as n from event e where ${isSuch(draft, goal, since)}`);
  const [row] = await tx.query<{ n: number }>(sql, values);
  return row!.n;
}

/** What was counted of an arm: of those who count, and of those who came when an arm had been taken already. */
export interface ExposureCount {
  arm: string;
  counts: boolean;
  people: number;
  conversions: number;
}

/**
 * Who came to each arm, and how many of them did what was wanted within the window. Of people who have become one the first time counts; whoever came to two arms that way is
 * left out. Facts that come late count by when they happened.
 */
export async function countExposures(
  tx: Queryable,
  context: RuleSqlContext,
  { id, plan, beganAt }: Pick<StoredExperiment, 'id' | 'plan' | 'beganAt'>,
): Promise<{ arms: ExposureCount[]; leftOut: number }> {
  const draft = new Draft(context);
  const { sql, values } = draft.statement(
    `with recursive did as materialized (select e.person_id, e.happened_at, e.body #>> '{properties,messageId}' as message_id from event e where ${isSuch(draft, plan.goal, beganAt)}),
       came as materialized (
         select x.person_id as first_id, x.arm, x.at, x.counts, x.evidence, p.merged_into from exposure x join person p on p.lane = x.lane and p.person_id = x.person_id
         where x.workspace_id = ${draft.workspace} and x.experiment = ${draft.bind(id, 'text')}),
       up (first_id, into_id, hops) as (
         select first_id, merged_into, 0 from came where merged_into is not null
         union all select u.first_id, p.merged_into, u.hops + 1 from up u
           join person p on p.lane = get_byte(uuid_send(u.into_id), 15) and p.person_id = u.into_id where p.merged_into is not null and u.hops < 1000),
       root as materialized (select distinct on (first_id) first_id, into_id from up order by first_id, hops desc),
       one as materialized (
         select coalesce(r.into_id, c.first_id) as person_id, min(c.at) as at, (array_agg(c.arm order by c.at, c.arm))[1] as arm,
           (array_agg(c.counts order by c.at, c.arm))[1] as counts, count(distinct c.arm) > 1 as mixed,
           array_agg(c.evidence::text) as evidence
         from came c left join root r on r.first_id = c.first_id group by 1),
       done as materialized (
         select distinct o.person_id from one o join did on did.person_id = o.person_id and did.happened_at > o.at and did.happened_at < o.at + ${draft.length(ms(plan.window))}
         ${plan.ofMessage ? 'and did.message_id = any(o.evidence)' : ''})
     select o.arm, o.counts, o.mixed, count(*)::int as people, count(d.person_id)::int as conversions
     from one o left join done d on d.person_id = o.person_id group by o.arm, o.counts, o.mixed`,
  );
  const rows = await tx.query(sql, values);
  return {
    arms: rows
      .filter((row) => !row.mixed)
      .map((row) => ({ arm: row.arm, counts: row.counts, people: row.people, conversions: row.conversions })),
    leftOut: rows.filter((row) => row.mixed).reduce((sum, row) => sum + row.people, 0),
  };
}
