import { type Fact, type FactClass, factClasses } from '#contract/fact.ts';
import { type Instant, toIso } from '#contract/instant.ts';
import { bulkInsert } from './bulk.ts';
import type { Queryable, Row } from './database.ts';
import { laneOf } from './identities.ts';

export interface InboxEntry {
  workspace: number;
  person: string;
  class: FactClass;
  fact: Fact;
}

const insert = bulkInsert('inbox', {
  lane: 'smallint',
  person_id: 'uuid',
  workspace_id: 'int',
  class: 'smallint',
  fact: 'text',
  accepted_at: 'timestamptz',
});

export const appendToInbox = (tx: Queryable, entries: readonly InboxEntry[]): Promise<void> =>
  insert(
    tx,
    entries.map((entry) => ({
      lane: laneOf(entry.person),
      person_id: entry.person,
      workspace_id: entry.workspace,
      class: factClasses[entry.class],
      fact: JSON.stringify(entry.fact),
      accepted_at: toIso(entry.fact.acceptedAt),
    })),
  );

/** A merge waits in the inbox under a class of its own: it needs two lanes, so no batch takes it. */
const mergeClass = 9;

/**
 * The inbox is empty most of the time and may be deep within seconds, and what the database knows of its size is from some other minute. So these statements are planned
 * anew, and each can use one index only: `class < 9` is said where facts are looked for in order (`inbox_next` holds nothing else), `class <> 9` where those of a person are.
 */
const anew = true;

/** Lanes in which facts wait: those that somebody waits for, and those that were brought in bulk. A lane can be in both. */
export async function lanesWithFacts(tx: Queryable): Promise<{ prompt: number[]; bulk: number[] }> {
  const rows = await tx.query<{ lane: number; prompt: boolean; bulk: boolean }>(
    `select l.lane, next.class < $1 as prompt, next.class = $1 or exists (select 1 from inbox i where i.lane = l.lane and i.class = $1 and i.class < 9) as bulk
     from lane l cross join lateral (select i.class from inbox i where i.lane = l.lane and i.class < 9 order by i.class limit 1) next`,
    [factClasses.bulk],
    anew,
  );
  return { prompt: rows.filter((row) => row.prompt).map((row) => row.lane), bulk: rows.filter((row) => row.bulk).map((row) => row.lane) };
}

/** Locks those of the lanes that nobody else holds. Nothing else in Throughline locks people. */
export async function lockLanes(tx: Queryable, lanes: readonly number[]): Promise<number[]> {
  const rows = await tx.query('select lane from lane where lane = any($1::smallint[]) order by lane for update skip locked', [[...lanes]]);
  return rows.map((row) => row.lane);
}

/** Locks these lanes in order, waiting for whoever holds them. */
export async function lockLanesInOrder(tx: Queryable, lanes: readonly number[]): Promise<void> {
  await tx.query('select lane from lane where lane = any($1::smallint[]) order by lane for update', [[...lanes]]);
}

export interface TakenFact {
  lane: number;
  person: string;
  id: number;
  workspace: number;
  fact: Fact;
}

/** What was taken, in the order in which it came: `delete … returning` keeps none. */
const inOrder = (rows: readonly Row[]): TakenFact[] =>
  rows
    .map((row) => ({
      lane: row.lane,
      person: row.person_id,
      id: row.id,
      workspace: row.workspace_id,
      fact: JSON.parse(row.fact) as Fact,
    }))
    .sort((a, b) => a.id - b.id);

/**
 * Takes the next facts of locked lanes out of the inbox, at most `perLane` of each, by class and then in order; a person's facts are taken in their
 * order whatever their class. `promptly`, nobody's are taken for whom nothing but bulk waits. They are back when the transaction rolls back.
 */
export async function takeFacts(tx: Queryable, lanes: readonly number[], perLane: number, promptly = false): Promise<TakenFact[]> {
  const rows = await tx.query(
    `with next as (
       select n.lane, n.person_id, max(n.id) as upto
       from unnest($1::smallint[]) as l (lane)
       cross join lateral (select i.lane, i.person_id, i.id from inbox i where i.lane = l.lane and i.class < 9 and i.class < $3 order by i.class, i.id limit $2) n
       group by n.lane, n.person_id)
     delete from inbox i using next where i.lane = any($1::smallint[]) and i.lane = next.lane and i.person_id = next.person_id and i.id <= next.upto and i.class <> 9
     returning i.lane, i.person_id, i.id, i.workspace_id, i.fact`,
    [[...lanes], perLane, promptly ? factClasses.bulk : mergeClass],
    anew,
  );
  return inOrder(rows);
}

/** Takes every waiting fact of these people, whose lanes are locked. */
export async function takeFactsOf(tx: Queryable, people: readonly string[]): Promise<TakenFact[]> {
  const rows = await tx.query(
    `delete from inbox where lane = any($1::smallint[]) and person_id = any($2::uuid[]) and class <> 9 returning lane, person_id, id, workspace_id, fact`,
    [people.map(laneOf), [...people]],
    anew,
  );
  return inOrder(rows);
}

/** Of these people, those for whom facts wait. */
export async function peopleWithFacts(tx: Queryable, lanes: readonly number[], people: readonly string[]): Promise<Set<string>> {
  if (people.length === 0) return new Set();
  const rows = await tx.query(
    'select distinct person_id from inbox where lane = any($1::smallint[]) and person_id = any($2::uuid[])',
    [[...lanes], [...people]],
    anew,
  );
  return new Set(rows.map((row) => row.person_id));
}

export interface WantedMerge {
  workspace: number;
  person: string;
  id: number;
  joins: string;
  evidence: string;
  actor: string;
  trusted: boolean;
  /** The kind of identifier that says so; null for a colleague. */
  by?: string | null;
  /** Why, where a colleague says so. */
  reason?: string;
  /** A colleague has looked at it: neither a limit nor an earlier undoing stands against it. */
  allowed?: boolean;
}

const insertMerge = bulkInsert('inbox', {
  lane: 'smallint',
  person_id: 'uuid',
  workspace_id: 'int',
  class: 'smallint',
  fact: 'text',
  accepted_at: 'timestamptz',
});

export const askForMerges = (tx: Queryable, merges: readonly Omit<WantedMerge, 'id'>[], now: Instant): Promise<void> =>
  insertMerge(
    tx,
    merges.map((merge) => ({
      lane: laneOf(merge.person),
      person_id: merge.person,
      workspace_id: merge.workspace,
      class: mergeClass,
      fact: JSON.stringify(merge),
      accepted_at: toIso(now),
    })),
  );

export async function wantedMerges(tx: Queryable, limit: number): Promise<WantedMerge[]> {
  const rows = await tx.query('select workspace_id, person_id, id, fact from inbox where class = 9 order by id limit $1', [limit]);
  return rows.map((row) => ({ ...JSON.parse(row.fact), workspace: row.workspace_id, person: row.person_id, id: row.id }));
}

/** Whether a merge with this evidence waits still. */
export async function mergeWaits(tx: Queryable, evidence: string): Promise<boolean> {
  const rows = await tx.query("select 1 from inbox where class = 9 and fact::jsonb ->> 'evidence' = $1 limit 1", [evidence]);
  return rows.length > 0;
}

/** Takes one wanted merge; false when somebody else has done it. */
export async function takeMerge(tx: Queryable, merge: WantedMerge): Promise<boolean> {
  const rows = await tx.query('delete from inbox where lane = $1 and person_id = $2 and id = $3 and class = $4 returning id', [
    laneOf(merge.person),
    merge.person,
    merge.id,
    mergeClass,
  ]);
  return rows.length === 1;
}

/** How many facts wait, counted up to a bound: backpressure needs to know "too many", not how many. */
export async function inboxDepth(tx: Queryable, bound: number): Promise<number> {
  const [row] = await tx.query('select count(*) as n from (select 1 from inbox limit $1) waiting', [bound]);
  return row!.n;
}
