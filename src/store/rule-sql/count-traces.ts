import { day } from '#contract/instant.ts';
import type { EventMatch } from '#contract/rule/event-match.ts';
import { eventsInWindowMax } from '#contract/rule/window.ts';
import type { RuleSqlContext } from './context.ts';
import { Draft } from './draft.ts';
import { pastEvents } from './event-rows.ts';
import { matchSql } from './match.ts';
import type { Statement } from './rule-sql.ts';

/** A memory that counts, as the engine keeps it: so many of the latest instants, of those what lies so shortly before the latest, and the number of all if wanted. */
export interface Counted {
  id: string;
  of: EventMatch;
  keep: { most: number; horizon: number; total: boolean };
}

/**
 * Selects `person_id`, `id` and `trace` of everybody who has anything to remember that still matters: what lies before every window of now is left out. It is the
 * engine's fold for everybody at once; null when nothing is counted.
 */
export function selectCountTraces(counted: readonly Counted[], context: RuleSqlContext): Statement | null {
  if (counted.length === 0) return null;
  // Clocks of several machines differ a little, and what is passed over here is never looked at again.
  const draft = new Draft({ ...context, now: context.now + day });
  const millisecond = '(extract(epoch from e.happened_at) * 1000)::bigint';
  const selects = counted.map(({ id, of, keep }) => {
    const from = keep.total ? Number.NEGATIVE_INFINITY : context.now - keep.horizon;
    const match = matchSql(of, draft, from);
    const most = Math.min(keep.most, eventsInWindowMax);
    const latest =
      most === 1 ? `array[max(${millisecond})]` : `(array_agg(${millisecond} order by e.happened_at desc))[1:${draft.bind(most, 'int')}]`;
    const within = Number.isFinite(keep.horizon) ? ` where at > c.latest[1] - ${draft.ms(keep.horizon)}` : '';
    const instants = most === 1 ? 'to_jsonb(c.latest)' : `(select jsonb_agg(at order by at) from unnest(c.latest) as at${within})`;
    return `select c.person_id, ${draft.bind(id, 'text')} as id, jsonb_build_object('n', c.n, 't', ${instants}) as trace
      from (select e.person_id, ${keep.total ? 'count(*)' : '0'} as n, ${latest} as latest from event e where ${pastEvents(draft, [of.event], from)}${match === '' ? '' : ` and ${match}`} group by e.person_id) c`;
  });
  return draft.statement(selects.map((select) => `(${select})`).join(' union all '));
}
