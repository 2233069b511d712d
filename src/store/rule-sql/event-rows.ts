import type { Instant } from '#contract/instant.ts';
import { eventsInWindowMax } from '#contract/rule/window.ts';
import { storedSince } from '../events.ts';
import { type Draft, isStorable, type Rows } from './draft.ts';

/** The calls that rules see; consents, edits and the like are kept as events too. */
const calls = "('track', 'page', 'screen', 'group')";

/** Which of the events of a name a condition takes. */
export interface Taken {
  /** Conditions on the event `e`, "" for every one. */
  match: string;
  /** Conditions on its instant, and on what the rows are joined with. */
  window: string;
  /** Nothing before it is needed. */
  from: Instant;
}

const both = (...conditions: string[]): string => conditions.filter(Boolean).join(' and ');

/**
 * What people did under one name, a row for each who did it, read in one pass however many conditions ask. Conditions add what they want to know; where all
 * of them take the same events, only those are read.
 */
class EventRows implements Rows {
  #columns = new Map<string, { name: string; aggregate: string; filter: string; used: boolean }>();
  #from = Number.POSITIVE_INFINITY;
  #isCorrelated = false;

  readonly name: string;
  #draft: Draft;
  #event: string;
  #joined: string;

  constructor(draft: Draft, name: string, event: string, joined: string) {
    this.#draft = draft;
    this.name = name;
    this.#event = event;
    this.#joined = joined;
  }

  /** A column with an aggregate over the events that are taken; `read` is how it is written where the rows are asked. */
  column(aggregate: string, taken: Taken): { read: () => string; isEveryRow: () => boolean } {
    this.#from = Math.min(this.#from, taken.from);
    const filter = both(taken.match, taken.window);
    const key = JSON.stringify([aggregate, filter]);
    let column = this.#columns.get(key);
    if (!column) {
      column = { name: `c${this.#columns.size + 1}`, aggregate, filter, used: false };
      this.#columns.set(key, column);
    }
    return {
      read: () => {
        column.used = true;
        return `${this.name}.${column.name}`;
      },
      // When all columns take the same events, whoever has a row did at least one of them.
      isEveryRow: () => this.#isUniform(),
    };
  }

  #isUniform(): boolean {
    return new Set([...this.#columns.values()].map(({ filter }) => filter)).size === 1;
  }

  /** The same aggregate for the person of a row, over no more than the latest events that match. For the few who did something very often. */
  overLatest(aggregate: string, taken: Taken): string {
    const draft = this.#draft;
    return `(select ${aggregate} from (
      select e.person_id, e.happened_at, e.body from event e where e.workspace_id = ${draft.workspace} and e.lane = get_byte(uuid_send(${this.name}.person_id), 15) and e.person_id = ${this.name}.person_id
      and ${both(this.#named(), taken.match)} and e.happened_at <= ${draft.asOf} order by e.happened_at desc limit ${eventsInWindowMax}) e${this.#joined}${taken.window === '' ? '' : ` where ${taken.window}`})`;
  }

  #named(): string {
    return namedEvents(this.#draft, [this.#event]);
  }

  #source(): string {
    const uniform = this.#isUniform() ? [...this.#columns.values()][0]!.filter : '';
    return `from event e${this.#joined} where ${both(pastEvents(this.#draft, [this.#event], this.#from), uniform)}`;
  }

  loose(): string {
    return `select e.person_id ${this.#source()}`;
  }

  render(): string {
    const uniform = this.#isUniform();
    const selected = [...this.#columns.values()]
      .filter(({ used }) => used)
      .map(({ name, aggregate, filter }) => `, ${aggregate}${uniform || filter === '' ? '' : ` filter (where ${filter})`} as ${name}`);
    // What asks for the latest of a person cannot be shared by several processes; so it is kept apart from the pass over everybody's events, which can.
    return `select e.person_id${selected.join('')} ${this.#source()} group by e.person_id${this.#isCorrelated ? ' offset 0' : ''}`;
  }
}

/** Conditions that an event `e` has one of these names and is such a one as rules see. */
function namedEvents(draft: Draft, names: readonly string[]): string {
  const known = [...new Set(names.filter(isStorable))];
  const named = known.length === 1 ? `= ${draft.bind(known[0]!, 'text')}` : `= any(${draft.bind(known, 'text[]')})`;
  return `e.name ${named} and e.call in ${calls}`;
}

/** Conditions that an event `e` has one of these names and happened not before an instant, nor after now. */
export function pastEvents(draft: Draft, names: readonly string[], from: Instant): string {
  return both(
    `e.workspace_id = ${draft.workspace} and ${namedEvents(draft, names)}${draft.inLanes('e')}`,
    from === Number.NEGATIVE_INFINITY ? '' : `e.happened_at >= ${draft.at(from)}`,
    from === Number.NEGATIVE_INFINITY || !draft.context.realTime ? '' : `e.stored_at >= ${draft.at(storedSince(from))}`,
    `e.happened_at <= ${draft.asOf}`,
  );
}

/** Conditions that an event `e` has one of these names and is yet to happen: the clock was put back since. */
export const comingEvents = (draft: Draft, names: readonly string[]): string =>
  `e.workspace_id = ${draft.workspace} and ${namedEvents(draft, names)}${draft.inLanes('e')} and e.happened_at > ${draft.asOf}`;

/** The rows of the events of a name; conditions whose windows join the same share them. */
export const eventRows = (draft: Draft, event: string, joined: { key: string; sql: string }): EventRows =>
  draft.shared(JSON.stringify(['events', event, joined.key]), 'events', (name) => new EventRows(draft, name, event, joined.sql));
