import type { Draft, Rows } from './draft.ts';

/**
 * A rule on its way to SQL: what is asked of a person's row `p`, and what is asked of rows that few people have. A statement need not look at everybody when
 * it can begin with those who have rows.
 */
export type Formula =
  | { is: 'constant'; holds: boolean }
  | { is: 'all' | 'any'; parts: Formula[] }
  /** SQL over `p`; null is no. */
  | { is: 'person'; sql: () => string; holds: boolean }
  /** Holds for whoever has a row of which `where` is true, or (`holds: false`) for everybody else. */
  | { is: 'among'; rows: Rows; where: () => string; holds: boolean };

export const yes: Formula = { is: 'constant', holds: true };
export const no: Formula = { is: 'constant', holds: false };
export const ofPerson = (sql: string): Formula => ({ is: 'person', sql: () => sql, holds: true });
export const among = (rows: Rows, where: () => string): Formula => ({ is: 'among', rows, where, holds: true });
export const all = (...parts: Formula[]): Formula => combine('all', parts);
export const any = (...parts: Formula[]): Formula => combine('any', parts);

export function not(formula: Formula): Formula {
  if ('parts' in formula) return combine(formula.is === 'all' ? 'any' : 'all', formula.parts.map(not));
  return { ...formula, holds: !formula.holds } as Formula;
}

/** Without parts within parts of the same kind, and without constants. */
function combine(is: 'all' | 'any', parts: Formula[]): Formula {
  const flat = parts.flatMap((part) => (part.is === is ? part.parts : [part]));
  const deciding = is === 'any';
  if (flat.some((part) => part.is === 'constant' && part.holds === deciding)) return { is: 'constant', holds: deciding };
  const open = flat.filter((part) => part.is !== 'constant');
  if (open.length === 0) return { is: 'constant', holds: !deciding };
  return open.length === 1 ? open[0]! : { is, parts: open };
}

/** Whether it can be answered without a person's row. */
const needsNoPerson = (formula: Formula): boolean =>
  formula.is === 'among' || ((formula.is === 'all' || formula.is === 'any') && formula.parts.every(needsNoPerson));

/** Some people, as a select of their ids; or all but these. */
interface Group {
  select: string;
  others: boolean;
}

const union = (selects: string[]): string => (selects.length === 1 ? selects[0]! : selects.map((each) => `(${each})`).join(' union '));

function groupOf(formula: Formula): Group {
  if (formula.is === 'among') {
    const where = formula.where();
    return { select: `select person_id from ${formula.rows.name}${where === 'true' ? '' : ` where ${where}`}`, others: !formula.holds };
  }
  if (formula.is === 'all') return intersection(formula.parts);
  if (formula.is !== 'any') throw new Error(`a formula about ${formula.is} is no group of people`);
  const groups = oneForEachRows(formula.parts, 'or').map(groupOf);
  if (groups.every((group) => !group.others)) return { select: union(groups.map(({ select }) => select)), others: false };
  const neither = intersection(formula.parts.map(not));
  return { ...neither, others: !neither.others };
}

function intersection(parts: Formula[]): Group {
  const groups = oneForEachRows(parts, 'and').map(groupOf);
  const [members, outsiders] = [groups.filter((group) => !group.others), groups.filter((group) => group.others)];
  if (members.length === 0) return { select: union(outsiders.map(({ select }) => select)), others: true };
  const [first, ...rest] = members;
  if (rest.length === 0 && outsiders.length === 0) return first!;
  const joined = rest.map(({ select }, index) => ` join (${select}) g${index + 2} on g${index + 2}.person_id = g1.person_id`);
  const without = outsiders.map(({ select }) => `not exists (select 1 from (${select}) o where o.person_id = g1.person_id)`);
  return {
    select: `select g1.person_id from (${first!.select}) g1${joined.join('')}${without.length === 0 ? '' : ` where ${without.join(' and ')}`}`,
    others: false,
  };
}

/** What is asked of the same rows is asked at once. */
function oneForEachRows(parts: Formula[], word: 'and' | 'or'): Formula[] {
  const merged: Formula[] = parts.filter((part) => part.is !== 'among');
  const leaves = parts.filter((part) => part.is === 'among');
  for (const [rows, same] of Map.groupBy(leaves, (part) => part.rows)) {
    const members = same.filter((part) => part.holds);
    const outsiders = same.filter((part) => !part.holds);
    const joined = (each: typeof same, by: string): string => each.map((part) => `(${part.where()})`).join(` ${by} `);
    if (same.length === 1) merged.push(same[0]!);
    else if (word === 'and' && members.length > 0)
      merged.push(among(rows, () => `${joined(members, 'and')}${outsiders.map((part) => ` and (${part.where()}) is not true`).join('')}`));
    else if (word === 'or' && outsiders.length > 0)
      // Whoever is none of the outsiders, or is one of the members: everybody but those that all of this speaks against.
      merged.push(
        not(among(rows, () => `${joined(outsiders, 'and')}${members.map((part) => ` and (${part.where()}) is not true`).join('')}`)),
      );
    else if (word === 'or') merged.push(among(rows, () => joined(members, 'or')));
    else merged.push(not(among(rows, () => joined(outsiders, 'or'))));
  }
  return merged;
}

/** SQL over `p`, and the joins by which it knows who belongs to a group. */
function expression(formula: Formula, joins: string[]): string {
  if (formula.is === 'constant') return String(formula.holds);
  if (formula.is === 'person') return formula.holds ? `(${formula.sql()})` : `(${formula.sql()}) is not true`;
  if (needsNoPerson(formula)) {
    const group = groupOf(formula);
    const alias = `x${joins.length + 1}`;
    joins.push(` left join (${group.select}) ${alias} on ${alias}.person_id = p.person_id`);
    return `${alias}.person_id is ${group.others ? '' : 'not '}null`;
  }
  if (formula.is === 'among') throw new Error('a group needs no person');
  const [groups, others] = [formula.parts.filter(needsNoPerson), formula.parts.filter((part) => !needsNoPerson(part))];
  const parts = [
    ...others.map((part) => expression(part, joins)),
    ...(groups.length > 0 ? [expression(combine(formula.is, groups), joins)] : []),
  ];
  return `(${parts.join(formula.is === 'all' ? ' and ' : ' or ')})`;
}

const alive = (draft: Draft, alias: string): string =>
  `${alias}.workspace_id = ${draft.workspace} and ${alias}.merged_into is null and ${alias}.erased_at is null${draft.inLanes(alias)}`;

/** The ids of everybody who is alive and for whom it holds. */
export function selectHolding(formula: Formula, draft: Draft): string {
  if (formula.is === 'constant' && !formula.holds) return 'select null::uuid as person_id where false';
  const parts = formula.is === 'all' ? formula.parts : [formula];
  const outside = parts.filter(needsNoPerson);
  const group = outside.length > 0 ? groupOf(combine('all', outside)) : null;
  const rest = parts.filter((part) => !needsNoPerson(part) && part.is !== 'constant');
  if (group && !group.others && rest.length === 0)
    return `select s.person_id from (${group.select}) s where not exists (select 1 from person gone where gone.workspace_id = ${draft.workspace} and gone.person_id = s.person_id and (gone.merged_into is not null or gone.erased_at is not null))`;
  const joins: string[] = [];
  const where = [alive(draft, 'p'), ...rest.map((part) => expression(part, joins))];
  if (group?.others) where.push(`not exists (select 1 from (${group.select}) o where o.person_id = p.person_id)`);
  const driving = group && !group.others ? ` join (${group.select}) s on s.person_id = p.person_id` : '';
  return `select p.person_id from person p${driving}${joins.join('')} where ${where.join(' and ')}`;
}
