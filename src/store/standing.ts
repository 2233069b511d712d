import type { Queryable } from './database.ts';

/** Where people stand now, counted: what a plan has to know before it changes the ground under them. */

export interface PeopleAtStep {
  journey: string;
  version: number;
  step: string | null;
  people: number;
}

/** How many people are under way in these journeys, by version and step. */
export async function peopleAtSteps(tx: Queryable, workspace: number, journeys: readonly string[]): Promise<PeopleAtStep[]> {
  if (journeys.length === 0) return [];
  const rows = await tx.query(
    "select journey, version, step, count(*) as n from run where workspace_id = $1 and journey = any($2::text[]) and status = 'live' group by journey, version, step order by journey, version desc, step",
    [workspace, [...journeys]],
  );
  return rows.map((row) => ({ journey: row.journey, version: row.version, step: row.step, people: row.n }));
}

/** How many people are in each of these stages; a stage without anybody is missing. */
export async function peopleInStages(tx: Queryable, workspace: number, stages: readonly string[]): Promise<Map<string, number>> {
  if (stages.length === 0) return new Map();
  const rows = await tx.query(
    'select stage, count(*) as n from person where workspace_id = $1 and stage = any($2::text[]) and merged_into is null and erased_at is null group by stage',
    [workspace, [...stages]],
  );
  return new Map(rows.map((row) => [row.stage, row.n]));
}
