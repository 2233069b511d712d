import type { EventTest } from '#contract/rule/conditions.ts';
import { eventsInWindowMax } from '#contract/rule/window.ts';
import type { Draft } from './draft.ts';
import { eventRows, pastEvents } from './event-rows.ts';
import { all, among, type Formula, no, not, ofPerson } from './formula.ts';
import type { Change, SqlKind } from './kind.ts';
import { matchSql } from './match.ts';
import { type SqlWindow, windowSql } from './window.ts';

export const event: SqlKind<'event'> = {
  formula(test, draft) {
    const window = windowSql(test, draft);
    if (window.of === 'nobody') return no;
    const [least, most] = [test.atLeast ?? (test.atMost === undefined ? 1 : 0), test.atMost];
    const rows = eventRows(draft, test.name, window.joined);
    const taken = { match: matchSql(test, draft, window.from), window: window.inside, from: window.from };
    const inside = rows.column('count(*)', taken);
    const later = window.later === null ? null : rows.column('count(*)', { ...taken, window: window.later });
    // Of the latest so many, those that came after the stretch take their places first.
    const count = (): string => (later ? `least(${inside.read()}, greatest(${eventsInWindowMax} - ${later.read()}, 0))` : inside.read());
    const moreThan = (limit: number): string => (limit === 0 && inside.isEveryRow() ? 'true' : `${count()} > ${draft.bind(limit, 'int')}`);
    if (least === 0) return withWindow(window, not(among(rows, () => moreThan(most!))));
    return among(rows, () =>
      most === undefined ? moreThan(least - 1) : `${moreThan(least - 1)} and ${count()} <= ${draft.bind(most, 'int')}`,
    );
  },
  changes(test, draft) {
    const least = test.atLeast ?? (test.atMost === undefined ? 1 : 0);
    // As time goes by a window only loses events: whoever has too few of them already will not have enough, whoever does not have too many will not have more.
    return windowChanges(test, draft, least > 0 ? least : test.atMost! + 1);
  },
};

/** What holds for people without rows too holds only for those who have such a window. */
export const withWindow = (window: SqlWindow, formula: Formula): Formula =>
  window.of === 'those with a stage' ? all(ofPerson('p.stage_since is not null'), formula) : formula;

/** When events leave a window, or the window leaves them, for whom it makes a difference: those with at least so many in it. */
export function windowChanges(
  test: Pick<EventTest, 'name' | 'where' | 'weekdays' | 'hours' | 'within' | 'since' | 'calendar'>,
  draft: Draft,
  least = 1,
): Change[] {
  const window = windowSql(test, draft);
  if (window.changesAt === null) return [];
  const match = matchSql(test, draft, window.from);
  const { changesAt } = window;
  // A stretch of the past moves on to events that came after it.
  if (window.later !== null)
    return [
      {
        rows: () =>
          `select e.person_id, min(${changesAt}) as at from event e${window.joined.sql} where ${pastEvents(draft, [test.name], window.from)}${match === '' ? '' : ` and ${match}`} group by e.person_id`,
      },
    ];
  const rows = eventRows(draft, test.name, window.joined);
  const taken = { match, window: window.inside, from: window.from };
  const [at, count] = [rows.column(`min(${changesAt})`, taken), rows.column('count(*)', taken)];
  return [
    {
      rows: () =>
        `select person_id, ${at.read()} as at from ${rows.name}${least > 1 ? ` where ${count.read()} >= ${draft.bind(least, 'int')}` : ''}`,
    },
  ];
}
