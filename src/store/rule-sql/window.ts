import { type Instant, instantOf, ms } from '#contract/instant.ts';
import type { Calendar, Window } from '#contract/rule/window.ts';
import type { Draft } from './draft.ts';

/** Which stretch of the past a condition looks at, as SQL about an event `e` and what it is joined with. */
export interface SqlWindow {
  /** Conditions whose windows join the same can share one pass over the events. */
  joined: { key: string; sql: string };
  /** Conditions on `e.happened_at`, beside that it is not in the future; "" for none. */
  inside: string;
  /** The same for what came after the window, of one that has ended. */
  later: string | null;
  /** Nothing before it lies inside. */
  from: Instant;
  /** Only people with a stage have such a window; nobody has. */
  of: 'everybody' | 'those with a stage' | 'nobody';
  /** When the window lets go of an event `e` that lies in it, or moves on, as a timestamptz; null when it does not. */
  changesAt: string | null;
}

const together = { key: '', sql: '' };

export function windowSql(window: Window, draft: Draft): SqlWindow {
  const { now } = draft.context;
  if (window.within !== undefined) {
    const length = ms(window.within);
    const from = now - length + 1;
    return {
      joined: together,
      inside: `e.happened_at >= ${draft.at(from)}`,
      later: null,
      from,
      of: 'everybody',
      changesAt: `e.happened_at + ${draft.length(length)}`,
    };
  }
  if (window.calendar !== undefined) return calendarSql(window.calendar, draft);
  if (window.since === 'journey') return { joined: together, inside: 'false', later: null, from: now, of: 'nobody', changesAt: null };
  if (window.since === 'stage') {
    const joined = { key: 'stage', sql: ' join person q on q.person_id = e.person_id' };
    return {
      joined,
      inside: 'e.happened_at >= q.stage_since',
      later: null,
      from: Number.NEGATIVE_INFINITY,
      of: 'those with a stage',
      changesAt: null,
    };
  }
  const from = window.since === undefined ? Number.NEGATIVE_INFINITY : instantOf(window.since)!;
  const inside = window.since === undefined ? '' : `e.happened_at >= ${draft.at(from)}`;
  return { joined: together, inside, later: null, from, of: 'everybody', changesAt: null };
}

/** Where all zones that people have agree about a stretch, as about most, it needs nobody's zone. */
function calendarSql(calendar: Calendar, draft: Draft): SqlWindow {
  const { context } = draft;
  const { now, local } = context;
  const stretch = (zone: string): { from: Instant; to: Instant; shifts: Instant } => local.stretchAt(calendar, now, zone);
  const usual = stretch(context.zone);
  const others = context.zones
    .map((zone) => ({ zone, ...stretch(zone) }))
    .filter(({ from, to, shifts }) => from !== usual.from || to !== usual.to || shifts !== usual.shifts);
  const isPast = calendar.ago > 0;
  const from = Math.min(usual.from, ...others.map((each) => each.from));
  if (others.length === 0) {
    const [start, end] = [draft.at(usual.from), draft.at(usual.to)];
    return {
      joined: together,
      inside: `e.happened_at >= ${start}${isPast ? ` and e.happened_at < ${end}` : ''}`,
      later: isPast ? `e.happened_at >= ${end}` : null,
      from,
      of: 'everybody',
      changesAt: draft.at(usual.shifts),
    };
  }
  const iso = (at: Instant): string => new Date(at).toISOString();
  const column = (key: 'from' | 'to' | 'shifts'): string =>
    draft.bind(
      others.map((each) => iso(each[key])),
      'timestamptz[]',
    );
  const sql = ` join person q on q.person_id = e.person_id left join unnest(${draft.bind(
    others.map((each) => each.zone),
    'text[]',
  )}, ${column('from')}, ${column('to')}, ${column('shifts')}) as z (zone, starts, ends, shifts) on z.zone = q.zone`;
  const [start, end] = [`coalesce(z.starts, ${draft.at(usual.from)})`, `coalesce(z.ends, ${draft.at(usual.to)})`];
  return {
    joined: { key: `calendar ${calendar.unit} ${calendar.ago}`, sql },
    inside: `e.happened_at >= ${start}${isPast ? ` and e.happened_at < ${end}` : ''}`,
    later: isPast ? `e.happened_at >= ${end}` : null,
    from,
    of: 'everybody',
    changesAt: `coalesce(z.shifts, ${draft.at(usual.shifts)})`,
  };
}
