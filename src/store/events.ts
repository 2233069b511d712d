import { day, type Instant, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { bulkInsert } from './bulk.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Bindable, Queryable, Row } from './database.ts';
import { laneOf } from './identities.ts';

/** A fact as it is kept: what was sent, whole. `call` is track, page, identify…, or consent, edit, override, owner for facts of ours. */
export interface StoredEvent {
  id: string;
  person: string;
  workspace: number;
  call: string;
  name: string;
  happenedAt: Instant;
  acceptedAt: Instant;
  storedAt: Instant;
  body: JsonObject;
}

const insert = bulkInsert('event', {
  lane: 'smallint',
  person_id: 'uuid',
  event_id: 'uuid',
  stored_at: 'timestamptz',
  workspace_id: 'int',
  call: 'text',
  name: 'text',
  happened_at: 'timestamptz',
  accepted_at: 'timestamptz',
  body: 'jsonb',
  place: 'smallint',
});

export const insertEvents = (tx: Queryable, events: readonly StoredEvent[]): Promise<void> =>
  insert(
    tx,
    events.map((event, index) => ({
      lane: laneOf(event.person),
      person_id: event.person,
      event_id: event.id,
      stored_at: toIso(event.storedAt),
      workspace_id: event.workspace,
      call: event.call,
      name: event.name,
      happened_at: toIso(event.happenedAt),
      accepted_at: toIso(event.acceptedAt),
      body: JSON.stringify(event.body),
      // Of facts with the same instant, which came first.
      place: Math.min(index, 32_767),
    })),
  );

/**
 * Which of these facts have taken effect already, as `person id` + `event id`. The lateral join keeps to one index probe a fact and partition; the bound
 * keeps it away from the partitions of months to come.
 */
export async function knownEvents(tx: Queryable, facts: readonly { person: string; id: string }[], now: Instant): Promise<Set<string>> {
  if (facts.length === 0) return new Set();
  const rows = await tx.query(
    `select w.person_id, w.event_id from unnest($1::smallint[], $2::uuid[], $3::uuid[]) as w (lane, person_id, event_id)
     cross join lateral (select 1 from event e where e.lane = w.lane and e.person_id = w.person_id and e.event_id = w.event_id and e.stored_at <= $4 limit 1) e`,
    [facts.map((fact) => laneOf(fact.person)), facts.map((fact) => fact.person), facts.map((fact) => fact.id), toIso(now + day)],
  );
  return new Set(rows.map((row) => row.person_id + row.event_id));
}

export const toEvent = (row: Row): StoredEvent => ({
  id: row.event_id,
  person: row.person_id,
  workspace: row.workspace_id,
  call: row.call,
  name: row.name,
  happenedAt: row.happened_at,
  acceptedAt: row.accepted_at,
  storedAt: row.stored_at,
  body: row.body,
});
export const columns = 'event_id, person_id, workspace_id, call, name, happened_at, accepted_at, stored_at, body';

/** A name of events, and how far back they matter; -Infinity for all of them. */
export interface NamedSince {
  name: string;
  since: Instant;
}

const earliest = Date.UTC(1000, 0);
/** What happened by real time at an instant or later was stored after this one; a day is more than clocks of machines differ. */
export const storedSince = (since: Instant): Instant => Math.max(earliest, since - day);

/** What these people did under these names, oldest first: what memories are made from. Older ones may be among them. */
export async function eventsForMemory(
  tx: Queryable,
  people: readonly string[],
  names: readonly NamedSince[],
  realTime: boolean,
): Promise<StoredEvent[]> {
  if (people.length === 0 || names.length === 0) return [];
  const since = Math.max(earliest, Math.min(...names.map((each) => each.since)));
  const rows = await tx.query(
    `select ${columns.replace(/(\w+)/g, 'e.$1')} from unnest($1::smallint[], $2::uuid[]) as w (lane, person_id)
     cross join lateral (select * from event e where e.lane = w.lane and e.person_id = w.person_id and e.happened_at >= $4 and e.stored_at >= $5 and e.name = any($3::text[]) and e.call in ('track', 'page', 'screen', 'group') order by e.happened_at) e`,
    [people.map(laneOf), [...people], names.map(({ name }) => name), toIso(since), toIso(realTime ? storedSince(since) : earliest)],
  );
  return rows.map(toEvent);
}

const lookedUp = 31 * day;

/**
 * The same of many people of one workspace at once: found among all events of these names, which the index tells (but not when they were stored: asked that too, it would have all
 * of them read, 900 in place of 80 ms), and not among all events of these people, which have to be read.
 */
export async function eventsForMemoryOfMany(
  tx: Queryable,
  workspace: number,
  people: readonly string[],
  names: readonly NamedSince[],
  now: Instant,
  realTime: boolean,
): Promise<StoredEvent[]> {
  if (people.length === 0 || names.length === 0) return [];
  // What somebody did lately is found sooner among all that they did lately: 8 in place of 100 ms for 500 people in a week.
  const lately = names.filter(({ since }) => since >= now - lookedUp);
  const events = await eventsForMemory(tx, people, lately, realTime);
  for (const { name, since } of names.filter((each) => !lately.includes(each))) {
    const rows = await tx.query(
      `with who as materialized (select * from unnest($1::smallint[], $2::uuid[]) as w (lane, person_id)),
         found as materialized (
           select distinct e.lane, e.person_id, e.happened_at from event e join who w on w.lane = e.lane and w.person_id = e.person_id
           where e.workspace_id = $3 and e.name = $4 and e.happened_at >= $5 and e.call in ('track', 'page', 'screen', 'group'))
       select ${columns.replace(/(\w+)/g, 'e.$1')} from found f
       cross join lateral (select * from event e where e.lane = f.lane and e.person_id = f.person_id and e.happened_at = f.happened_at and e.stored_at >= $6 and e.name = $4 and e.call in ('track', 'page', 'screen', 'group')) e`,
      [people.map(laneOf), [...people], workspace, name, toIso(Math.max(earliest, since)), toIso(realTime ? storedSince(since) : earliest)],
    );
    events.push(...rows.map(toEvent));
  }
  return events.sort((one, other) => one.happenedAt - other.happenedAt);
}

/** What these people did under these names since an instant, oldest first. */
export async function eventsSince(
  tx: Queryable,
  people: readonly string[],
  names: readonly string[],
  since: Instant,
): Promise<StoredEvent[]> {
  if (people.length === 0 || names.length === 0) return [];
  const rows = await tx.query(
    `select ${columns.replace(/(\w+)/g, 'e.$1')} from unnest($1::smallint[], $2::uuid[]) as w (lane, person_id)
     cross join lateral (select * from event e where e.lane = w.lane and e.person_id = w.person_id and e.happened_at >= $4 and e.name = any($3::text[]) order by e.happened_at) e`,
    [people.map(laneOf), [...people], [...names], toIso(since)],
  );
  return rows.map(toEvent);
}

export async function loadEvents(tx: Queryable, wanted: readonly { person: string; id: string }[]): Promise<StoredEvent[]> {
  if (wanted.length === 0) return [];
  const rows = await tx.query(
    `select ${columns.replace(/(\w+)/g, 'e.$1')} from unnest($1::smallint[], $2::uuid[], $3::uuid[]) as w (lane, person_id, event_id)
     cross join lateral (select * from event e where e.lane = w.lane and e.person_id = w.person_id and e.event_id = w.event_id limit 1) e`,
    [wanted.map((each) => laneOf(each.person)), wanted.map((each) => each.person), wanted.map((each) => each.id)],
  );
  return rows.map(toEvent);
}

/** What happened to a person at these instants exactly. */
export async function eventsAt(tx: Queryable, person: string, instants: readonly Instant[]): Promise<StoredEvent[]> {
  if (instants.length === 0) return [];
  const rows = await tx.query(
    `select ${columns} from event where lane = $1 and person_id = $2 and happened_at = any($3::timestamptz[]) order by event_id limit 1000`,
    [laneOf(person), person, [...new Set(instants)].map(toIso)],
  );
  return rows.map(toEvent);
}

export async function eventsOfPerson(tx: Queryable, person: string, before: Instant, limit: number): Promise<StoredEvent[]> {
  const rows = await tx.query(
    `select ${columns} from event where lane = $1 and person_id = $2 and happened_at <= $3 order by happened_at desc limit $4`,
    [laneOf(person), person, toIso(before), limit],
  );
  return rows.map(toEvent);
}

export interface LaterEvent extends StoredEvent {
  /** Whose it was before a merge. */
  origin: string | null;
}

/** The events of a person that were stored since an instant, in the order in which they came. */
export async function laterEvents(tx: Queryable, person: string, since: Instant): Promise<LaterEvent[]> {
  const rows = await tx.query(
    `select ${columns}, origin from event where lane = $1 and person_id = $2 and stored_at >= $3 order by stored_at, accepted_at, happened_at, event_id`,
    [laneOf(person), person, toIso(since)],
  );
  return rows.map((row) => ({ ...toEvent(row), origin: row.origin }));
}

/** Events of a workspace, newest stored first. */
export async function listEvents(
  tx: Queryable,
  workspace: number,
  filter: { name?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: StoredEvent[]; next: string | null }> {
  const values: Bindable[] = [workspace];
  const bind = (value: Bindable): string => `$${values.push(value)}`;
  const where = ['workspace_id = $1'];
  const place = decodeCursor(filter.cursor, 'instant', 'uuid');
  if (place)
    where.push(
      `stored_at <= ${bind(toIso(Number(place[0])))}`,
      `(stored_at, event_id) < (${bind(toIso(Number(place[0])))}::timestamptz, ${bind(String(place[1]))}::uuid)`,
    );
  if (filter.name !== undefined) where.push(`name = ${bind(filter.name)}`);
  const rows = await tx.query(
    `select ${columns} from event where ${where.join(' and ')} order by stored_at desc, event_id desc limit ${bind(filter.limit + 1)}`,
    values,
  );
  return toPage(rows, filter.limit, (row) => [row.stored_at, row.event_id], toEvent);
}

/** The latest things that people did, newest stored first. */
export async function latestEvents(tx: Queryable, workspace: number, limit: number): Promise<StoredEvent[]> {
  const rows = await tx.query(
    `select ${columns} from event where workspace_id = $1 and call in ('track', 'page', 'screen', 'group') order by stored_at desc limit $2`,
    [workspace, limit],
  );
  return rows.map(toEvent);
}

/** How often something was done since an instant, and when last. */
export async function countNamed(
  tx: Queryable,
  workspace: number,
  name: string,
  since: Instant,
): Promise<{ count: number; last: Instant | null }> {
  const [row] = await tx.query(
    "select count(*) as n, max(happened_at) as last from event where workspace_id = $1 and name = $2 and happened_at > $3 and call in ('track', 'page', 'screen', 'group')",
    [workspace, name, toIso(since)],
  );
  return { count: row!.n, last: row!.last };
}

/** How often something was done in each week of a zone since an instant, by the Monday on which it began. */
export async function eventsPerWeek(
  tx: Queryable,
  workspace: number,
  name: string,
  since: Instant,
  zone: string,
): Promise<Map<string, number>> {
  const rows = await tx.query(
    `select to_char(date_trunc('week', happened_at at time zone $4), 'YYYY-MM-DD') as week, count(*) as n from event
     where workspace_id = $1 and name = $2 and happened_at >= $3 and call in ('track', 'page', 'screen', 'group') group by 1`,
    [workspace, name, toIso(since), zone],
  );
  return new Map(rows.map((row) => [row.week, row.n]));
}

/** A name under which something came lately: how often, up to a limit, and when last. */
export interface SeenName {
  name: string;
  count: number;
  lastAt: Instant;
}

/**
 * The names of what people did since an instant, by their alphabet: from one name to the next the index is asked once a partition, so it matters how many names there
 * are and not how many events. Counting ends at `upTo`.
 */
export async function namesSeen(
  tx: Queryable,
  workspace: number,
  since: Instant,
  now: Instant,
  { names, upTo }: { names: number; upTo: number },
): Promise<{ names: SeenName[]; complete: boolean }> {
  const rows = await tx.query(
    `with recursive names as (
       (select name, 1 as nth from event where workspace_id = $1 and call in ('track', 'page', 'screen', 'group') order by name limit 1)
       union all
       select (select e.name from event e where e.workspace_id = $1 and e.name > n.name and e.call in ('track', 'page', 'screen', 'group') order by e.name limit 1), nth + 1
       from names n where n.name is not null and nth < $4::int)
     select n.name, n.nth, c.n, c.last from names n
     cross join lateral (select count(*) as n, max(happened_at) as last from (
       select happened_at from event e where e.workspace_id = $1 and e.name = n.name and e.happened_at > $2 and e.happened_at <= $3 and e.call in ('track', 'page', 'screen', 'group')
       order by happened_at desc limit $5::int) e) c
     where n.name is not null order by n.name`,
    [workspace, toIso(since), toIso(now), names, upTo],
  );
  return {
    names: rows.filter((row) => row.n > 0).map((row) => ({ name: row.name, count: row.n, lastAt: row.last })),
    complete: rows.length < names,
  };
}

/** Which of these names somebody did since an instant. */
export async function seenSince(
  tx: Queryable,
  workspace: number,
  names: readonly string[],
  since: Instant,
  now: Instant,
): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const rows = await tx.query(
    `select n.name from unnest($2::text[]) as n (name) where exists (
       select 1 from event e where e.workspace_id = $1 and e.name = n.name and e.happened_at > $3 and e.happened_at <= $4 and e.call in ('track', 'page', 'screen', 'group'))`,
    [workspace, [...names], toIso(since), toIso(now)],
  );
  return new Set(rows.map((row) => row.name));
}

/** How long people took from one thing to another: how many began and got there, shares of these in milliseconds, and how many fall between edges. */
export interface TimesTaken {
  /** Whoever began since the instant, at most as many as were asked for. */
  began: number;
  converted: number;
  /** Began less than `within` ago and have not got there. */
  open: number;
  /** The time that each of the shares took at most; null where nobody got there. */
  shares: number[] | null;
  /** Which of the edges' bins, and how many of them; bins in which there is nobody are left out. */
  bins: { bin: number; people: number }[];
}

/**
 * From each person's first `from` since an instant to their first `to` after it. Both names are read from the index alone: when events were stored is not asked, which
 * would have each of them fetched, and the index has nothing of the window in the months before it. Of more than `people` those of the first lanes are taken, which is
 * a draw, because a person's lane is the last byte of a random id; the newest would be those who have had the least time.
 */
export async function timesTaken(
  tx: Queryable,
  workspace: number,
  asked: {
    from: string;
    to: string;
    since: Instant;
    now: Instant;
    /** Milliseconds after the beginning that still count. */
    within: number;
    people: number;
    shares: readonly number[];
    /** Milliseconds, ascending: a bin ends at each. */
    edges: readonly number[];
  },
): Promise<TimesTaken> {
  const [row] = await tx.query(
    `with began as materialized (
       select lane, person_id, min(happened_at) as at from event
       where workspace_id = $1 and name = $2 and happened_at > $4 and happened_at <= $5 and call in ('track', 'page', 'screen', 'group')
       group by lane, person_id order by lane, person_id limit $7::int),
     took as materialized (
       select b.at, min(e.happened_at) - b.at as took from began b
       left join event e on e.workspace_id = $1 and e.name = $3 and e.lane = b.lane and e.person_id = b.person_id and e.happened_at > $4 and e.happened_at <= $5
         and e.happened_at > b.at and e.happened_at <= b.at + $6::float8 * interval '1 millisecond' and e.call in ('track', 'page', 'screen', 'group')
       group by b.lane, b.person_id, b.at),
     lengths as (select (extract(epoch from took) * 1000)::float8 as ms from took where took is not null),
     bins as (select width_bucket(ms, $9::float8[]) as bin, count(*) as people from lengths group by 1)
     select (select count(*) from took) as began, (select count(*) from lengths) as converted,
       (select count(*) from took where took is null and at > $5::timestamptz - $6::float8 * interval '1 millisecond') as open,
       (select percentile_disc($8::float8[]) within group (order by ms) from lengths) as shares,
       (select coalesce(jsonb_agg(jsonb_build_object('bin', bin, 'people', people) order by bin), '[]') from bins) as bins`,
    [
      workspace,
      asked.from,
      asked.to,
      toIso(asked.since),
      toIso(asked.now),
      asked.within,
      asked.people,
      [...asked.shares],
      [...asked.edges],
    ],
  );
  return { began: row!.began, converted: row!.converted, open: row!.open, shares: row!.shares, bins: row!.bins };
}
