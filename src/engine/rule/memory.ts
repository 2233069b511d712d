import type { Instant } from '#contract/instant.ts';
import type { EventMatch } from '#contract/rule/event-match.ts';
import { amountOf, fold, numberOf, valueAt } from '#contract/rule/values.ts';
import { eventsInWindowMax } from '#contract/rule/window.ts';
import { stableId } from '../stable-id.ts';
import { compileMatch, type Narrowed, type Occurrence } from './match.ts';
import type { CountTrace, Memory, Remembered, SequenceTrace, Trace, ValueTrace } from './traces.ts';

/** A kind of memory: which events it takes, and how. Two conditions that need the same have the same `id`, and keep the more of what either needs. */
export interface Memo<T extends Trace = Trace> {
  id: string;
  /** Names of the events that it takes. */
  names: readonly string[];
  /** Whatever makes the trace another one than that of a memo of the same id that keeps less. */
  keeps: string;
  /** [ms] How long before now an event may lie that still matters; Infinity for all of them. */
  horizon: number;
  fold(trace: T | undefined, event: Occurrence): T | undefined | null;
  with(other: Memo<T>): Memo<T>;
}

/** What tells a trace from every other: of memos with one name, one has what the other needs. */
export const memoName = (memo: Memo): string => `${memo.id}:${memo.keeps}`;
/** The id of the memo that was named so. */
export const memoIdIn = (name: string): string => name.slice(0, name.indexOf(':'));
/** Whether what is kept for one memo is all that another one of the same id asks for. */
export const keepsAll = (memo: Memo, other: Memo): boolean => memo.with(other).keeps === memo.keeps;

/** What is kept of instants: so many of the latest, and of those what happened so shortly before the latest of all. */
export interface Keep {
  most: number;
  /** [ms] */
  horizon: number;
  /** Whether all of them are counted too, however long ago. */
  total: boolean;
}

/** How many from the front no window needs any more. */
function outdated(t: readonly Instant[], { most, horizon }: Keep): number {
  const newest = t.at(-1)!;
  let drop = Math.max(0, t.length - Math.min(most, eventsInWindowMax));
  while (drop < t.length && t[drop]! <= newest - horizon) drop++;
  return drop;
}

/** Where an instant belongs among those that are kept: after those of the same instant. */
function placeOf(t: readonly Instant[], at: Instant): number {
  let place = t.length;
  while (place > 0 && t[place - 1]! > at) place--;
  return place;
}

export function countMemo(of: Narrowed, keep: Keep, zone: string): Memo<CountTrace> {
  const matches = compileMatch(of, zone);
  return {
    id: memoId('count', of, zone),
    names: [of.event],
    keeps: sayKeep(keep),
    horizon: keep.total ? Number.POSITIVE_INFINITY : keep.horizon,
    fold(trace, event) {
      if (!matches(event)) return trace;
      if (!trace) return { n: keep.total ? 1 : 0, t: [event.at] };
      const t = trace.t.slice();
      t.splice(placeOf(t, event.at), 0, event.at);
      t.splice(0, outdated(t, keep));
      return { n: keep.total ? trace.n + 1 : 0, t };
    },
    with: (other) => countMemo(of, widest(keep, keepOf(other)), zone),
  };
}

const sayKeep = ({ most, horizon, total }: Keep): string => `${most}/${horizon}/${Number(total)}`;
const keepOf = (memo: Memo): Keep => {
  const [most, horizon, total] = memo.keeps.split('/').map(Number) as [number, number, number];
  return { most, horizon, total: total === 1 };
};
const widest = (a: Keep, b: Keep): Keep => ({
  most: Math.max(a.most, b.most),
  horizon: Math.max(a.horizon, b.horizon),
  total: a.total || b.total,
});

const emptyValues: ValueTrace = { n: 0, s: 0, lo: null, hi: null, first: null, last: null, t: [], v: [] };

/** A value as it is remembered; null when it is none. */
export function toRemembered(value: unknown): Remembered | null {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'string' && value !== '' ? cut(value) : null;
}
const cut = (text: string): string => (text.length <= 200 ? text : [...text].slice(0, 200).join(''));

/** A value as distinct ones are told apart. */
export const keyOf = (value: Remembered): string =>
  typeof value === 'string' ? `s${fold(value)}` : typeof value === 'number' ? `n${value}` : `b${value}`;

/** The order of two values of one instant: true and false, then numbers, then texts by their characters. */
export function compareRemembered(a: Remembered, b: Remembered): number {
  const rank = (value: Remembered): number => (typeof value === 'boolean' ? 0 : typeof value === 'number' ? 1 : 2);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === 'string') return compareByCharacters(a, b as string);
  return Number(a) - Number(b);
}

function compareByCharacters(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = left[index]!.codePointAt(0)! - right[index]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export function valueMemo(of: Narrowed, property: string, keep: Keep, distinct: boolean, zone: string): Memo<ValueTrace> {
  const matches = compileMatch(of, zone);
  const isList = property.includes('[]');
  return {
    id: memoId('value', of, zone, property),
    names: [of.event],
    keeps: `${sayKeep(keep)}/${distinct ? 'distinct' : ''}`,
    horizon: keep.total ? Number.POSITIVE_INFINITY : keep.horizon,
    fold(trace = emptyValues, event) {
      if (!matches(event)) return trace === emptyValues ? undefined : trace;
      const { at } = event;
      const raw = valueAt(event.properties, property);
      // Only distinct looks into a list; to the others it is no value.
      const inList = isList || Array.isArray(raw);
      const values = (Array.isArray(raw) ? raw : isList ? [] : [raw]).map(toRemembered).filter((each) => each !== null);
      const value = inList ? null : (values[0] ?? null);
      const amount = amountOf(value);
      const number = amount === null ? null : numberOf(value)!;
      const place = placeOf(trace.t, at);
      const t = trace.t.slice();
      const v = trace.v.slice();
      if (keep.most > 0) {
        t.splice(place, 0, at);
        v.splice(place, 0, inList ? values.map(keyOf) : value);
        const drop = outdated(t, keep);
        t.splice(0, drop);
        v.splice(0, drop);
      }
      if (!keep.total) return { ...emptyValues, t, v };
      const stamped: [Instant, Remembered] | null = value === null ? null : [at, value];
      return {
        n: trace.n + (amount === null ? 0 : 1),
        s: trace.s + (amount ?? 0),
        lo: number === null ? trace.lo : Math.min(trace.lo ?? number, number),
        hi: number === null ? trace.hi : Math.max(trace.hi ?? number, number),
        first: stamped && (!trace.first || compareStamped(stamped, trace.first) < 0) ? stamped : trace.first,
        last: stamped && (!trace.last || compareStamped(stamped, trace.last) > 0) ? stamped : trace.last,
        ...(distinct ? { d: [...new Set([...(trace.d ?? []), ...values.map(keyOf)])].sort().slice(0, eventsInWindowMax) } : {}),
        t,
        v,
      };
    },
    with: (other) => valueMemo(of, property, widest(keep, keepOf(other)), distinct || other.keeps.endsWith('distinct'), zone),
  };
}

const compareStamped = (a: [Instant, Remembered], b: [Instant, Remembered]): number => a[0] - b[0] || compareRemembered(a[1], b[1]);

const emptyPair: SequenceTrace = { a: null, p: null, b: null, hit: null };
const later = (known: Instant | null, at: Instant): Instant => (known === null ? at : Math.max(known, at));

/** One event and then another within a time. `hit` is the latest instant at which the two were complete. */
export function sequenceMemo(first: EventMatch, then: EventMatch, within: number, zone: string): Memo<SequenceTrace> {
  const [isFirst, isThen] = [compileMatch(first, zone), compileMatch(then, zone)];
  return pairMemo(memoId('sequence', first, zone, then, within), [first.event, then.event], (before, event) => {
    const { at } = event;
    let trace = before;
    if (isThen(event)) {
      const { a, p, b, hit } = trace ?? emptyPair;
      // Which first came right before this second is only known of the two latest.
      if (a !== null && at < a) return null;
      const nearest = a !== null && at > a ? a : p;
      const complete = nearest !== null && at - nearest <= within;
      trace = { a, p, b: later(b, at), hit: complete ? later(hit, at) : hit };
    }
    if (isFirst(event)) {
      const { a, p, b, hit } = trace ?? emptyPair;
      // A second that came after it may have lacked only this.
      if (b !== null && at < b) return null;
      trace = a === null || at > a ? { a: at, p: a, b, hit } : { a, p: at < a ? later(p, at) : p, b, hit };
    }
    return trace;
  });
}

/** One event, and whether another came after it. `hit` is the soonest second after the latest first. */
export function gapMemo(first: EventMatch, then: EventMatch, zone: string): Memo<SequenceTrace> {
  const [isFirst, isThen] = [compileMatch(first, zone), compileMatch(then, zone)];
  return pairMemo(memoId('gap', first, zone, then), [first.event, then.event], (before, event) => {
    const { at } = event;
    let trace = before;
    if (isFirst(event)) {
      const { a, b } = trace ?? emptyPair;
      if (a === null || at > a) {
        // Seconds came after it already, and only the latest of them is known.
        if (b !== null && b > at) return null;
        trace = { a: at, p: null, b, hit: null };
      }
    }
    if (isThen(event)) {
      const { a, b, hit } = trace ?? emptyPair;
      const after = a !== null && at > a;
      trace = { a, p: null, b: later(b, at), hit: after ? Math.min(hit ?? at, at) : hit };
    }
    return trace;
  });
}

function pairMemo(id: string, names: readonly string[], fold: Memo<SequenceTrace>['fold']): Memo<SequenceTrace> {
  const memo: Memo<SequenceTrace> = {
    id,
    names: [...new Set(names)],
    keeps: '',
    horizon: Number.POSITIVE_INFINITY,
    fold,
    with: () => memo,
  };
  return memo;
}

function memoId(kind: string, of: Narrowed, zone: string, ...rest: unknown[]): string {
  const match = (each: Narrowed): unknown[] => [
    each.event,
    // Not the objects themselves: the database keeps another order of their keys.
    (each.where ?? []).map((test) => [test.property, test.op, test.value ?? null]),
    each.weekdays ?? [],
    each.hours ? [each.hours.from, each.hours.to] : null,
    each.weekdays || each.hours ? zone : '',
  ];
  const parts = rest.map((each) => (typeof each === 'object' && each !== null && 'event' in each ? match(each as Narrowed) : each));
  return stableId(kind, JSON.stringify([match(of), ...parts])).slice(0, 13);
}

/** Adds a memo to those that are needed; of two that are the same, one that keeps enough for both. */
export function addMemo(into: Map<string, Memo>, memo: Memo): void {
  const known = into.get(memo.id);
  into.set(memo.id, known ? known.with(memo) : memo);
}

/** The names of events that these memos take, and since when, to be asked as of an instant or later. */
export function namesSince(memos: readonly Memo[], at: Instant): { name: string; since: Instant }[] {
  const since = new Map<string, Instant>();
  for (const memo of memos)
    for (const name of memo.names) since.set(name, Math.min(since.get(name) ?? Number.POSITIVE_INFINITY, at - memo.horizon));
  return [...since].map(([name, from]) => ({ name, since: from }));
}

/** The memory of someone who did these things, oldest first. */
export function remember(memos: Iterable<Memo>, events: readonly Occurrence[]): Memory {
  const memory: Memory = {};
  for (const memo of memos) {
    let trace: Trace | undefined;
    for (const event of events) if (memo.names.includes(event.name)) trace = memo.fold(trace, event) ?? undefined;
    if (trace) memory[memo.id] = trace;
  }
  return memory;
}
