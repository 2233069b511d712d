import { type Instant, toIso } from '#contract/instant.ts';
import { type Condition, type ConditionKind, conditionOf, conditionsOf, type Rule } from '#contract/rule.ts';
import type { Bindable, Queryable } from '../database.ts';
import type { RuleSqlContext } from './context.ts';
import { Draft } from './draft.ts';
import { event } from './event.ts';
import { comingEvents } from './event-rows.ts';
import { all, any, type Formula, not, selectHolding } from './formula.ts';
import type { SqlKind } from './kind.ts';
import { measure } from './measure.ts';
import { bucket, consent, grade, moment, reachable, score, segment, stage } from './person.ts';
import { profile } from './profile.ts';
import { sequence } from './sequence.ts';
import { trait } from './trait.ts';
import { trend } from './trend.ts';

/** The rule language for everybody at once: a rule becomes one statement. docs/rules.md says what it means; the engine reads it for one person. */

const kinds = {
  trait,
  profile,
  event,
  measure,
  sequence,
  trend,
  stage,
  segment,
  score,
  grade,
  consent,
  reachable,
  bucket,
  moment,
} satisfies { [K in ConditionKind]: SqlKind<K> };

function formulaOf(rule: Rule, draft: Draft): Formula {
  if ('all' in rule) return all(...rule.all.map((part) => formulaOf(part, draft)));
  if ('any' in rule) return any(...rule.any.map((part) => formulaOf(part, draft)));
  if ('not' in rule) return not(formulaOf(rule.not, draft));
  const { kind, test } = conditionOf(rule);
  return (kinds[kind] as SqlKind<ConditionKind>).formula(test as never, draft);
}

export interface Statement {
  sql: string;
  values: Bindable[];
}

function compile(rule: Rule, context: RuleSqlContext, wrap: (select: string, draft: Draft) => string): Statement {
  const draft = new Draft(context);
  return draft.statement(wrap(selectHolding(formulaOf(rule, draft), draft), draft));
}

/**
 * Selects `person_id`, `holds` and `changes_at`, the next instant at which time alone may change the answer, of everybody for whom the rule holds or there is such
 * an instant; of those who are alive: neither merged into somebody nor erased. The instant may be early, never late; ask again then.
 */
export function selectAnswers(rule: Rule, context: RuleSqlContext): Statement {
  const draft = new Draft(context);
  const formula = formulaOf(rule, draft);
  const changes = conditionsOf(rule).flatMap((condition) => {
    const { kind, test } = conditionOf(condition);
    return (kinds[kind] as SqlKind<ConditionKind>).changes?.(test as never, draft) ?? [];
  });
  const selects = changes.flatMap((change) => ('rows' in change ? [change.rows()] : []));
  const ofPerson = changes.flatMap((change) => ('ofPerson' in change ? [change.ofPerson] : []));
  if (ofPerson.length > 0)
    selects.push(
      `select p.person_id, least(${ofPerson.join(', ')}) as at from person p where p.workspace_id = ${draft.workspace}${draft.inLanes('p')}`,
    );
  const holding = selectHolding(formula, draft);
  if (selects.length === 0)
    return draft.statement(`select h.person_id, true as holds, null::timestamptz as changes_at from (${holding}) h`);
  return draft.statement(
    `select coalesce(h.person_id, n.person_id) as person_id, h.person_id is not null as holds, n.changes_at from (${holding}) h full join (
       select c.person_id, min(c.at) as changes_at from (${selects.map((select) => `(${select})`).join(' union all ')}) c
       where c.at > ${draft.asOf} and c.at < timestamptz '9999-12-31 00:00:00+00' and not exists (select 1 from person gone where gone.workspace_id = ${draft.workspace} and gone.person_id = c.person_id and (gone.merged_into is not null or gone.erased_at is not null))
       group by c.person_id) n on n.person_id = h.person_id`,
  );
}

/** Who did something that a rule asks for at an instant that is yet to come, because the clock was put back since; and when, the earliest. */
export async function comingFor(tx: Queryable, rule: Rule, context: RuleSqlContext): Promise<{ person: string; at: Instant }[]> {
  const names = conditionsOf(rule).flatMap(namesIn);
  if (names.length === 0) return [];
  const draft = new Draft(context);
  const { sql, values } = draft.statement(
    `select e.person_id, min(e.happened_at) as at from event e where ${comingEvents(draft, names)} group by e.person_id`,
  );
  const rows = await tx.query(sql, values);
  return rows.map((row) => ({ person: row.person_id, at: row.at }));
}

/** The names of the events that a condition asks for. */
function namesIn(condition: Condition): string[] {
  if ('sequence' in condition) return [condition.sequence.first.event, condition.sequence.then.event];
  if ('event' in condition) return [condition.event.name];
  if ('measure' in condition) return [condition.measure.name];
  return 'trend' in condition ? [condition.trend.name] : [];
}

const ofEvents: ReadonlySet<ConditionKind> = new Set(['event', 'measure', 'sequence', 'trend', 'segment']);

/** Whether a rule is answered without people's own rows, so that asking about some of the lanes takes as long as asking about all. */
export const asksEventsAlone = (rule: Rule): boolean => conditionsOf(rule).every((condition) => ofEvents.has(conditionOf(condition).kind));

/** How many people a rule holds for now. */
export async function countHolding(tx: Queryable, rule: Rule, context: RuleSqlContext): Promise<number> {
  const { sql, values } = compile(rule, context, (select) => `select count(*) as n from (${select}) h`);
  await settle(tx);
  const [row] = await tx.query<{ n: number }>(sql, values);
  return row!.n;
}

/** The people for whom a rule holds now, by their ids; `cursor` is the last one of the page before. */
export async function holdingPeople(
  tx: Queryable,
  rule: Rule,
  context: RuleSqlContext,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<string[]> {
  const { sql, values } = compile(
    rule,
    context,
    (select, draft) =>
      `select h.person_id from (${select}) h${cursor === undefined ? '' : ` where h.person_id > ${draft.bind(cursor, 'uuid')}`} order by h.person_id limit ${draft.bind(limit, 'int')}`,
  );
  await settle(tx);
  const rows = await tx.query<{ person_id: string }>(sql, values);
  return rows.map((row) => row.person_id);
}

/**
 * Until the transaction ends, statements are planned for their values: a plan for any window whatsoever would read all of the past. And they are not
 * compiled first, which took 230 of 750 ms, and may sort and hash in more memory than the 4 MB that are usual.
 */
async function settle(tx: Queryable): Promise<void> {
  await tx.query(
    "select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true), set_config('work_mem', '32MB', true)",
  );
}

/** The time zones that people of a workspace have. Each is looked up in an index once, however many people have it. */
export async function distinctZones(tx: Queryable, workspace: number): Promise<string[]> {
  const rows = await tx.query<{ zone: string }>(
    `with recursive zones (zone) as (
       (select zone from person where workspace_id = $1 and zone is not null and merged_into is null and erased_at is null order by zone limit 1)
       union all
       select (select p.zone from person p where p.workspace_id = $1 and p.zone > z.zone and p.merged_into is null and p.erased_at is null order by p.zone limit 1) from zones z where z.zone is not null)
     select zone from zones where zone is not null`,
    [workspace],
  );
  return rows.map((row) => row.zone);
}

/**
 * Of those for whom a rule held then, and of all others who were there, how many have done something between then and now. Columns of people are read
 * as they are now.
 */
export async function liftOf(
  tx: Queryable,
  rule: Rule,
  then: RuleSqlContext,
  event: string,
  now: Instant,
): Promise<{ withIt: number; ofThem: number; without: number; ofOthers: number }> {
  const { sql, values } = compile(rule, then, (select, draft) => {
    const [name, from, to] = [draft.bind(event, 'text'), draft.bind(toIso(then.now), 'timestamptz'), draft.bind(toIso(now), 'timestamptz')];
    return `select count(*) filter (where h.person_id is not null) as with_it, count(*) filter (where h.person_id is not null and c.person_id is not null) as of_them,
       count(*) filter (where h.person_id is null) as without, count(*) filter (where h.person_id is null and c.person_id is not null) as of_others
     from person p left join (${select}) h on h.person_id = p.person_id
     left join (select distinct person_id from event where workspace_id = ${draft.workspace} and name = ${name} and happened_at > ${from} and happened_at <= ${to} and call in ('track', 'page', 'screen', 'group')) c on c.person_id = p.person_id
     where p.workspace_id = ${draft.workspace} and p.merged_into is null and p.erased_at is null and p.created_at <= ${from}`;
  });
  await settle(tx);
  const [row] = await tx.query(sql, values);
  return { withIt: row!.with_it, ofThem: row!.of_them, without: row!.without, ofOthers: row!.of_others };
}
