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
  /** The same where an id may come more than once. */
  loose: string;
  others: boolean;
}

const sure = (select: string, others: boolean): Group => ({ select, loose: select, others });
const union = (groups: Group[]): string =>
  groups.length === 1 ? groups[0]!.select : groups.map(({ loose }) => `(${loose})`).join(' union ');
const either = (groups: Group[]): string =>
  groups.length === 1 ? groups[0]!.loose : groups.map(({ loose }) => `(${loose})`).join(' union all ');

/** Conditions that somebody belongs to all of these groups. */
const belongs = (person: string, groups: Group[]): string[] =>
  groups.map(({ loose, others }) =>
    others ? `not exists (select 1 from (${loose}) o where o.person_id = ${person})` : `${person} in (${loose})`,
  );

function groupOf(formula: Formula): Group {
  if (formula.is === 'among') {
    const { rows } = formula;
    const where = formula.where();
    const select = `select person_id from ${rows.name}${where === 'true' ? '' : ` where ${where}`}`;
    return { select, loose: where === 'true' && rows.loose ? rows.loose() : select, others: !formula.holds };
  }
  if (formula.is === 'all') return intersection(formula.parts);
  if (formula.is !== 'any') throw new Error(`a formula about ${formula.is} is no group of people`);
  const groups = oneForEachRows(formula.parts, 'or').map(groupOf);
  if (groups.every((group) => !group.others)) return { select: union(groups), loose: either(groups), others: false };
  const neither = intersection(formula.parts.map(not));
  return { ...neither, others: !neither.others };
}

function intersection(parts: Formula[]): Group {
  const groups = oneForEachRows(parts, 'and').map(groupOf);
  const outsiders = groups.filter((group) => group.others);
  // Those that must be counted anyway come first; the others need only be looked up.
  const [first, ...rest] = groups
    .filter((group) => !group.others)
    .sort((a, b) => Number(a.select !== a.loose) - Number(b.select !== b.loose));
  if (first === undefined) return { select: union(outsiders), loose: either(outsiders), others: true };
  if (groups.length === 1) return first;
  return sure(`select g.person_id from (${first.select}) g where ${belongs('g.person_id', [...rest, ...outsiders]).join(' and ')}`, false);
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
  const groups = parts.filter(needsNoPerson);
  const rest = parts.filter((part) => !needsNoPerson(part) && part.is !== 'constant');
  if (rest.length === 0 && groups.length > 0) {
    const group = groupOf(combine('all', groups));
    if (!group.others)
      return `select s.person_id from (${group.select}) s where not exists (select 1 from person gone where gone.workspace_id = ${draft.workspace} and gone.person_id = s.person_id and (gone.merged_into is not null or gone.erased_at is not null))`;
  }
  const joins: string[] = [];
  const where = [
    alive(draft, 'p'),
    ...rest.map((part) => expression(part, joins)),
    ...belongs('p.person_id', oneForEachRows(groups, 'and').map(groupOf)),
  ];
  return `select p.person_id from person p${joins.join('')} where ${where.join(' and ')}`;
}
