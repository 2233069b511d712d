import type { Instant } from '#contract/instant.ts';
import { isObject, type Json, type JsonObject } from '#contract/json.ts';
import type { Given, Person, PersonState } from '../person.ts';
import { stableId } from '../stable-id.ts';
import { nameFrom } from '../traits.ts';

/**
 * Two people made one. The outcome of several merges does not depend on their order: each value keeps how high the person stands who gave it, and the
 * highest gives way to nobody; instants take the earlier or the later; consents the stricter. So it is associative, commutative, and a repeat changes nothing.
 */

/** How high a person stands: whoever has a user id before whoever has none, then who came first (ids begin with their instant). The lower text is the higher. */
export const rankOf = (person: Pick<Person, 'id' | 'userId'>): string => `${person.userId === null ? 1 : 0}:${person.id}`;

/** Which of two people remains. */
export const remains = <P extends Pick<Person, 'id' | 'userId'>>(a: P, b: P): [winner: P, loser: P] =>
  rankOf(a) <= rankOf(b) ? [a, b] : [b, a];

/** Fields that go to the merged person whole, from the highest who has them. */
const fields = ['email', 'phone', 'userId', 'owner', 'zone', 'place', 'stage'] as const;

/** One person out of two. */
export function united<P extends Person>(one: P, other: P): P {
  if (one.id === other.id) return one;
  const [winner, loser] = remains(one, other);
  return unitedAs(winner, loser, winner.id);
}

/** The same, under the id of either; for a merge that is replayed when another one is undone. */
export function unitedAs<P extends Person>(winner: P, loser: P, id: string): P {
  const given: Record<string, Given> = {};
  const own = `${(winner.userId ?? loser.userId) === null ? 1 : 0}:${id}`;
  /** Which of the two gives a value; what is not the remaining person's own is noted. */
  const from = (field: string, ours: Json, theirs: Json): P | null => {
    const [a, b] = [ours === null ? null : standing(winner, field, ours), theirs === null ? null : standing(loser, field, theirs)];
    if (a === null && b === null) return null;
    const ourTurn = b === null || (a !== null && a <= b);
    const by = (ourTurn ? a : b)!;
    if (by !== own) given[field] = { by, as: markOf(ourTurn ? ours : theirs) };
    return ourTurn ? winner : loser;
  };
  const whole = Object.fromEntries(
    fields.map((field) => {
      const giver = from(field, wholeOf(winner, field), wholeOf(loser, field));
      return [field, giver];
    }),
  ) as Record<(typeof fields)[number], P | null>;
  const dead: PersonState['dead'] = {};
  for (const channel of new Set([...Object.keys(winner.state.dead ?? {}), ...Object.keys(loser.state.dead ?? {})])) {
    const giver = from(`dead.${channel}`, winner.state.dead?.[channel] ?? null, loser.state.dead?.[channel] ?? null);
    if (giver) dead[channel] = giver.state.dead[channel]!;
  }
  const traits: JsonObject = {};
  const written: PersonState['written'] = {};
  const marks = [winner, loser].map((person) =>
    Map.groupBy(Object.entries(person.state.written ?? {}), ([path]) => path.split('.', 1)[0]!),
  );
  for (const key of new Set([...Object.keys(winner.traits), ...Object.keys(loser.traits)].sort())) {
    const giver = from(`traits.${key}`, winner.traits[key] ?? null, loser.traits[key] ?? null);
    if (giver === null) continue;
    traits[key] = giver.traits[key]!;
    for (const [path, mark] of marks[giver === winner ? 0 : 1]!.get(key) ?? []) written[path] = mark;
  }
  const [first] = [winner, loser].sort((a, b) => a.createdAt - b.createdAt || (a.entryPoint < b.entryPoint ? -1 : 1)) as [P, P];
  const { given: _given, apart: _apart, gone: _gone, caused: _caused, ...a } = winner.state;
  const b = loser.state;
  const stage = whole.stage ?? winner;
  return {
    ...winner,
    id,
    email: whole.email?.email ?? null,
    phone: whole.phone?.phone ?? null,
    userId: whole.userId?.userId ?? null,
    owner: whole.owner?.owner ?? null,
    zone: whole.zone?.zone ?? null,
    place: whole.place?.place ?? null,
    traits,
    name: nameFrom(traits),
    stage: stage.stage,
    stageSince: stage.stageSince,
    entryPoint: first.entryPoint,
    createdAt: first.createdAt,
    firstSource: earlier(winner.firstSource, loser.firstSource, 1),
    lastSource: earlier(winner.lastSource, loser.lastSource, -1),
    lastSeenAt: later(winner.lastSeenAt, loser.lastSeenAt),
    mergedInto: null,
    state: {
      ...a,
      ...(Object.keys(given).length > 0 ? { given } : {}),
      written,
      consents: strictest(a.consents, b.consents),
      segments: earliestOf(a.segments, b.segments),
      above: eitherAbove(a.above, b.above),
      dead,
      journeys: journeysOfBoth(a.journeys, b.journeys),
      ...hadAndPaused(a, b),
      ...stoppedAndLocked(a, b),
      clicks: [...new Map([...(a.clicks ?? []), ...(b.clicks ?? [])].map((click) => [click.id, click])).values()].sort(
        (x, y) => x.at - y.at || (x.id < y.id ? -1 : 1),
      ),
      ...apartAndGone(winner.state, b, new Set([winner.id, loser.id])),
      memory: {},
      // Differs from every rulebook's version: the memory is rebuilt from the events of both, and every rule asked again.
      memoryVersion: 'merged',
      moves: stage.state.moves,
      stageEvidence: stage.state.stageEvidence,
      consentChanges: a.consentChanges + b.consentChanges,
    },
  };
}

/** Whose stage a merged person takes, and with it whose history. */
export const stageFrom = <P extends Person>(winner: P, loser: P): P => {
  if (loser.stage === null) return winner;
  if (winner.stage === null) return loser;
  return standing(winner, 'stage', wholeOf(winner, 'stage')) <= standing(loser, 'stage', wholeOf(loser, 'stage')) ? winner : loser;
};

function wholeOf(person: Person, field: (typeof fields)[number]): Json {
  return field === 'stage' ? (person.stage === null ? null : [person.stage, person.stageSince]) : (person[field] as Json);
}

/** How high the one stands who gave this value. */
function standing(person: Person, field: string, value: Json): string {
  const given = person.state.given?.[field];
  return given && given.as === markOf(value) ? given.by : rankOf(person);
}

const markOf = (value: Json): string => stableId(canonical(value)).slice(0, 8);

/** The same text for the same JSON value, whatever the order of its keys: the database keeps another one. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
    .join(',')}}`;
}

const severity = { withdrawn: 0, denied: 1, granted: 2 } as const;

/** The strictest of two sets of consents; of two that say the same, the one that was said first. */
export function strictest(one: PersonState['consents'], other: PersonState['consents']): PersonState['consents'] {
  const both: PersonState['consents'] = {};
  for (const key of [...new Set([...Object.keys(one), ...Object.keys(other)])].sort()) {
    const [a, b] = [one[key], other[key]];
    both[key] = a && b ? ((severity[a.state] - severity[b.state] || a.at - b.at) <= 0 ? a : b) : (a ?? b)!;
  }
  return both;
}

const orderOf = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);
/** The one that was said first, and of two of one instant always the same. */
const inOrder = (x: NonNullable<PersonState['paused']>, y: NonNullable<PersonState['paused']>): number =>
  x.since - y.since || orderOf(x.by, y.by) || orderOf(x.reason, y.reason);

/** What either has had of a stream is not sent again; the arm that either came to first is theirs; whoever was taken over by a human stays so. */
function hadAndPaused(one: PersonState, other: PersonState): Pick<PersonState, 'streams' | 'arms' | 'paused'> {
  const streams: Record<string, string[]> = {};
  for (const key of [...new Set([...Object.keys(one.streams ?? {}), ...Object.keys(other.streams ?? {})])].sort())
    streams[key] = [...new Set([...(one.streams?.[key] ?? []), ...(other.streams?.[key] ?? [])])].sort();
  const arms: NonNullable<PersonState['arms']> = {};
  for (const key of [...new Set([...Object.keys(one.arms ?? {}), ...Object.keys(other.arms ?? {})])].sort())
    arms[key] = [one.arms?.[key], other.arms?.[key]]
      .filter((each) => each !== undefined)
      .sort((x, y) => x.at - y.at || orderOf(x.arm, y.arm))[0]!;
  const [paused] = [one.paused, other.paused].filter((each) => each !== undefined).sort(inOrder);
  return {
    ...(Object.keys(streams).length > 0 ? { streams } : {}),
    ...(Object.keys(arms).length > 0 ? { arms } : {}),
    ...(paused ? { paused } : {}),
  };
}

/** What was stopped for either stays so for both, and turns of both count together. */
function stoppedAndLocked(one: PersonState, other: PersonState): Pick<PersonState, 'stopped' | 'turns' | 'locked'> {
  const stops = [one.stopped, other.stopped].filter((each) => each !== undefined).sort(inOrder);
  const unsaid = [...new Map(stops.flatMap((each) => each.unsaid ?? []).map((each) => [canonical(each), each])).entries()]
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([, each]) => each);
  const turns: Record<string, Instant[]> = {};
  for (const key of [...new Set([...Object.keys(one.turns ?? {}), ...Object.keys(other.turns ?? {})])].sort())
    turns[key] = [...new Set([...(one.turns?.[key] ?? []), ...(other.turns?.[key] ?? [])])].sort((x, y) => x - y);
  const locks = [one.locked, other.locked].filter((each) => each !== undefined);
  return {
    ...(stops[0]
      ? { stopped: { since: stops[0].since, by: stops[0].by, reason: stops[0].reason, ...(unsaid.length > 0 ? { unsaid } : {}) } }
      : {}),
    ...(Object.keys(turns).length > 0 ? { turns } : {}),
    ...(locks.length > 0
      ? {
          locked: {
            since: Math.min(...locks.map(({ since }) => since)),
            journeys: [...new Set(locks.flatMap(({ journeys }) => journeys))].sort(),
          },
        }
      : {}),
  };
}

/** What either has crossed is not crossed again by both together. */
const eitherAbove = (one: PersonState['above'], other: PersonState['above']): PersonState['above'] =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])]
      .sort()
      .map((key) => [key, [...new Set([...(one[key] ?? []), ...(other[key] ?? [])])].sort()]),
  );

/** Whoever belonged belongs; rules are asked again, so this matters for lists that are kept by hand. */
const earliestOf = (one: PersonState['segments'], other: PersonState['segments']): PersonState['segments'] =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])]
      .sort()
      .map((key) => [key, Math.min(one[key] ?? Number.POSITIVE_INFINITY, other[key] ?? Number.POSITIVE_INFINITY)]),
  );

function journeysOfBoth(one: PersonState['journeys'], other: PersonState['journeys']): PersonState['journeys'] {
  const both: PersonState['journeys'] = {};
  for (const key of [...new Set([...Object.keys(one), ...Object.keys(other)])].sort()) {
    const [a, b] = [one[key], other[key]];
    both[key] =
      a && b
        ? {
            entered: a.entered + b.entered,
            lastEntered: Math.max(a.lastEntered, b.lastEntered),
            lastEnded: later(a.lastEnded, b.lastEnded),
          }
        : (a ?? b)!;
  }
  return both;
}

/** People whom an undone merge set apart, and names that went back to them, as far as they are not of this person. */
function apartAndGone(a: PersonState, b: PersonState, members: ReadonlySet<string>): Pick<PersonState, 'apart' | 'gone'> {
  const apart = [...new Set([...(a.apart ?? []), ...(b.apart ?? [])])].filter((id) => !members.has(id)).sort();
  const gone = Object.fromEntries(
    Object.entries({ ...b.gone, ...a.gone })
      .filter(([, whose]) => !members.has(whose))
      .sort(([x], [y]) => (x < y ? -1 : 1)),
  );
  return { ...(apart.length > 0 ? { apart } : {}), ...(Object.keys(gone).length > 0 ? { gone } : {}) };
}

const later = (a: Instant | null, b: Instant | null): Instant | null => (a === null ? b : b === null ? a : Math.max(a, b));

/** Of two sources the earlier (1) or the later (-1), by when they were noted. */
function earlier(a: Person['firstSource'], b: Person['firstSource'], sign: 1 | -1): Person['firstSource'] {
  if (a === null || b === null) return a ?? b;
  const key = (source: NonNullable<typeof a>): string => `${String(source.at ?? '')}${canonical(source)}`;
  return key(a) < key(b) === (sign === 1) ? a : b;
}
