import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable } from './database.ts';
import type { IdentityKind } from '#contract/fact.ts';
import { identityKinds } from '#contract/fact.ts';
import { type StoredEvent, toEvent, columns as eventColumns } from './events.ts';
import { type StoredConsent, toConsent } from './histories.ts';
import { columns as messageColumns, type StoredMessage, toMessage } from './messages.ts';
import { columns as personColumns, type StoredPerson, toPerson } from './people.ts';
import { columns as runColumns, type StoredRun, toRun } from './runs.ts';

/** Whole lives, lane by lane: everything that is kept of the people of some lanes. */

export async function peopleOfLanes(tx: Queryable, workspace: number, lanes: readonly number[]): Promise<StoredPerson[]> {
  const rows = await tx.query(
    `select ${personColumns} from person where lane = any($1::smallint[]) and workspace_id = $2 and merged_into is null and erased_at is null order by lane, person_id`,
    [[...lanes], workspace],
  );
  return rows.map(toPerson);
}

export async function countPeople(tx: Queryable, workspace: number): Promise<number> {
  const [row] = await tx.query('select count(*) as n from person where workspace_id = $1 and merged_into is null and erased_at is null', [
    workspace,
  ]);
  return row!.n;
}

/** Everything that happened to them up to an instant, in the order in which it was taken. */
export async function eventsOfLanes(tx: Queryable, workspace: number, lanes: readonly number[], until: Instant): Promise<StoredEvent[]> {
  const rows = await tx.query(
    `select ${eventColumns} from event where lane = any($1::smallint[]) and workspace_id = $2 and happened_at <= $3 order by stored_at, place`,
    [[...lanes], workspace, toIso(until)],
  );
  return rows.map(toEvent);
}

export async function consentsOfLanes(tx: Queryable, workspace: number, lanes: readonly number[]): Promise<StoredConsent[]> {
  const rows = await tx.query(
    'select * from consent where lane = any($1::smallint[]) and workspace_id = $2 order by lane, person_id, seq',
    [[...lanes], workspace],
  );
  return rows.map(toConsent);
}

/** Addresses and numbers that are somebody's: `person kind value`. */
export async function addressesOf(tx: Queryable, workspace: number, people: readonly string[]): Promise<Set<string>> {
  if (people.length === 0) return new Set();
  const kinds = [identityKinds.email, identityKinds.phone];
  const rows = await tx.query(
    'select person_id, kind, value from identity where workspace_id = $1 and kind = any($2::smallint[]) and person_id = any($3::uuid[])',
    [workspace, kinds, [...people]],
  );
  return new Set(rows.map((row) => `${row.person_id} ${nameOfKind(row.kind)} ${row.value}`));
}
const nameOfKind = (kind: number): IdentityKind => (kind === identityKinds.email ? 'email' : 'phone');

/** A message that has really gone out. */
export interface SentOut {
  person: string;
  id: string;
  journey: string | null;
  version: number | null;
  step: string | null;
  template: string;
  channel: string;
  topic: string;
  purpose: string;
  offer: string | null;
  askedAt: Instant;
  sentAt: Instant;
}

export async function messagesOfLanes(tx: Queryable, workspace: number, lanes: readonly number[]): Promise<SentOut[]> {
  const rows = await tx.query(
    `select person_id, message_id, journey, version, step, created_at, template, channel, topic, purpose, details ->> 'offer' as offer, coalesce(sent_at, claimed_at) as at from message
     where lane = any($1::smallint[]) and workspace_id = $2 and status in ('sent', 'bounced', 'uncertain') and coalesce(sent_at, claimed_at) is not null`,
    [[...lanes], workspace],
  );
  return rows.map((row) => ({
    person: row.person_id,
    id: row.message_id,
    journey: row.journey,
    version: row.version,
    step: row.step,
    template: row.template,
    channel: row.channel,
    topic: row.topic,
    purpose: row.purpose,
    offer: row.offer,
    askedAt: row.created_at,
    sentAt: row.at,
  }));
}

/** Since when these addresses are written to no more, as `channel hash`. */
export async function suppressionsOf(
  tx: Queryable,
  workspace: number,
  hashes: readonly string[],
): Promise<Map<string, { since: Instant; scope: 'marketing' | 'all'; because: string }>> {
  if (hashes.length === 0) return new Map();
  const rows = await tx.query(
    'select channel, address_hash, since, scope, because from suppression where workspace_id = $1 and address_hash = any($2::text[])',
    [workspace, [...hashes]],
  );
  return new Map(rows.map((row) => [`${row.channel} ${row.address_hash}`, { since: row.since, scope: row.scope, because: row.because }]));
}

/** Since when these people are in their stages, oldest first: person → moves. */
export async function stagesOfLanes(
  tx: Queryable,
  workspace: number,
  lanes: readonly number[],
): Promise<Map<string, { at: Instant; to: string }[]>> {
  const rows = await tx.query(
    'select person_id, entered_at, stage from stage_history where lane = any($1::smallint[]) and workspace_id = $2 order by lane, person_id, seq',
    [[...lanes], workspace],
  );
  const moves = rows.map((row) => ({ person: row.person_id as string, at: row.entered_at as Instant, to: row.stage as string }));
  return Map.groupBy(moves, ({ person }) => person);
}

/** When the first of the people came; now where there is nobody. */
export async function firstPerson(tx: Queryable, workspace: number, now: Instant): Promise<Instant> {
  const [row] = await tx.query('select min(created_at) as at from person where workspace_id = $1', [workspace]);
  return row?.at ?? now;
}

/** Runs that are under way. */
export async function liveRunsOfLanes(tx: Queryable, workspace: number, lanes: readonly number[]): Promise<StoredRun[]> {
  const rows = await tx.query(`select ${runColumns} from run where lane = any($1::smallint[]) and workspace_id = $2 and status = 'live'`, [
    [...lanes],
    workspace,
  ]);
  return rows.map(toRun);
}

/** When somebody was in a journey. */
export interface RunTimes {
  journey: string;
  enteredAt: Instant;
  endedAt: Instant | null;
}

/** Person → all their runs. */
export async function runTimesOfLanes(tx: Queryable, workspace: number, lanes: readonly number[]): Promise<Map<string, RunTimes[]>> {
  const rows = await tx.query(
    'select person_id, journey, entered_at, ended_at from run where lane = any($1::smallint[]) and workspace_id = $2',
    [[...lanes], workspace],
  );
  const runs = rows.map((row) => ({
    person: row.person_id as string,
    journey: row.journey as string,
    enteredAt: row.entered_at as Instant,
    endedAt: row.ended_at as Instant | null,
  }));
  return Map.groupBy(runs, ({ person }) => person);
}

/** Messages of journeys that wait to go out. */
export async function waitingOfLanes(tx: Queryable, workspace: number, lanes: readonly number[]): Promise<StoredMessage[]> {
  const rows = await tx.query(
    `select ${messageColumns} from message where lane = any($1::smallint[]) and workspace_id = $2 and status in ('queued', 'held') and journey is not null`,
    [[...lanes], workspace],
  );
  return rows.map(toMessage);
}
