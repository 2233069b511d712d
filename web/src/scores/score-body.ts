import type { Score, Signal } from '#contract/definition-bodies.ts';
import { isObject } from '#contract/json.ts';
import type { Rule } from '#contract/rule.ts';
import { lackOf } from '../rules/lacks.ts';
import { keyOf } from '../definitions/key-of.ts';

/**
 * A score that is being written, and its edits. Each edit takes a score and gives another; nothing is changed in place, so undoing is going back to the
 * one before.
 */
export type PointsLine = Omit<Score['points'][number], 'rule'> & { rule: Rule | null };
export type Draft = Omit<Score, 'points'> & { points: PointsLine[] };
export type Group = Score['groups'][number];
export type Threshold = Score['thresholds'][number];

export const newScore = (name: string, about: Score['about']): Draft => ({
  name,
  meaning: '',
  about,
  points: [],
  signals: [],
  groups: [],
  thresholds: [],
  min: 0,
  max: 100,
});

/** A body as it is kept, which may lack what has a default. */
export function readScore(body: unknown, key: string): Draft {
  const given = (isObject(body) ? body : {}) as Partial<Draft>;
  return { ...newScore(key, 'engagement'), ...given };
}

/** A body as text that is the same whatever order its words are kept in. */
export const textOf = (body: Draft): string =>
  JSON.stringify(body, (_, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value,
  );

export const newPoints = (): PointsLine => ({ because: '', points: 10, rule: null });
export const newSignal = (about: Score['about']): Signal => ({
  because: '',
  points: 10,
  on: { event: '' },
  ...(about === 'engagement' ? { halfLife: 'P14D' } : {}),
});

type Lists = { [K in keyof Draft as Draft[K] extends unknown[] ? K : never]: Draft[K] extends (infer T)[] ? T : never };
export type ListName = keyof Lists;

const withList = <K extends ListName>(body: Draft, list: K, rows: Lists[K][]): Draft => ({ ...body, [list]: rows });
const rowsOf = <K extends ListName>(body: Draft, list: K): Lists[K][] => body[list] as Lists[K][];

export const add = <K extends ListName>(body: Draft, list: K, row: Lists[K]): Draft => withList(body, list, [...rowsOf(body, list), row]);
export const change = <K extends ListName>(body: Draft, list: K, index: number, to: Partial<Lists[K]>): Draft =>
  withList(
    body,
    list,
    rowsOf(body, list).map((row, at) => (at === index ? withoutNothing({ ...row, ...to }) : row)),
  );
export function remove(body: Draft, list: ListName, index: number): Draft {
  const less = withList(body, list, (body[list] as never[]).toSpliced(index, 1));
  return list === 'groups' ? withoutGroup(less, body.groups[index]!.key) : less;
}
export const copy = <K extends ListName>(body: Draft, list: K, index: number): Draft =>
  withList(body, list, rowsOf(body, list).toSpliced(index + 1, 0, structuredClone(rowsOf(body, list)[index]!)));

/** A name of its own: hot, hot-2. */
export function freshKey(name: string, taken: readonly string[]): string {
  const wanted = keyOf(name) || 'one';
  let key = wanted;
  for (let count = 2; taken.includes(key); count++) key = `${wanted}-${count}`;
  return key;
}

/** A line that counts in a group that is gone counts by itself. */
function withoutGroup(body: Draft, key: string): Draft {
  const free = <T extends { group?: string | undefined }>(line: T): T =>
    line.group === key ? withoutNothing({ ...line, group: undefined }) : line;
  return { ...body, points: body.points.map(free), signals: body.signals.map(free) };
}
/** What is undefined is not there: a body is compared and sent as JSON. */
export const withoutNothing = <T extends object>(row: T): T =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as T;

export interface Mistake {
  path: string;
  message: string;
}

/** What has not been filled in yet, before anybody is asked. */
export function lacks(body: Draft): Mistake[] {
  const found: Mistake[] = [];
  const wrong = (path: string, message: string): void => void found.push({ path, message });
  if (body.name.trim() === '') wrong('name', 'Give it a name.');
  if (body.min >= body.max) wrong('min', 'Must be less than the most.');
  body.points.forEach((line, index) => {
    if (line.because.trim() === '') wrong(`points.${index}.because`, 'Say what it tells about somebody.');
    if (line.rule === null) wrong(`points.${index}.rule`, 'Finish the rule: it says when the line counts.');
  });
  body.signals.forEach((line, index) => {
    if (line.because.trim() === '') wrong(`signals.${index}.because`, 'Say what it tells about somebody.');
    const lack = lackOf({ event: { ...line.on, name: line.on.event } });
    if (lack) wrong(`signals.${index}.on`, lack);
  });
  body.groups.forEach((group, index) => {
    if (group.name.trim() === '') wrong(`groups.${index}.name`, 'Give the group a name.');
  });
  body.thresholds.forEach((threshold, index) => {
    if (threshold.name.trim() === '') wrong(`thresholds.${index}.name`, 'Give the threshold a name.');
  });
  return found;
}

/** The part of a draft that can be counted already, and where its lines stand in the draft. Null when there is none. */
export function countable(body: Draft): { body: Score; places: { points: number[]; signals: number[] } } | null {
  const missing = lacks(body).map((mistake) => mistake.path);
  const whole = (list: ListName): number[] =>
    (body[list] as unknown[]).flatMap((_, index) => (missing.some((path) => path.startsWith(`${list}.${index}.`)) ? [] : [index]));
  const places = { points: whole('points'), signals: whole('signals') };
  if (places.points.length + places.signals.length === 0 || body.min >= body.max) return null;
  const pick = <T>(rows: readonly T[], at: readonly number[]): T[] => at.map((index) => rows[index]!);
  return {
    body: {
      ...body,
      name: body.name.trim() || 'Score',
      points: pick(body.points, places.points) as Score['points'],
      signals: pick(body.signals, places.signals),
      groups: pick(body.groups, whole('groups')),
      thresholds: pick(body.thresholds, whole('thresholds')),
    },
    places,
  };
}

/** A mistake of what was counted, at its place in the draft: the API says body.signals.0 of the first that was sent. */
export function atItsPlace({ path, message }: Mistake, places: { points: number[]; signals: number[] }): Mistake {
  const own = path.replace(/^body\./, '');
  return {
    path: own.replace(
      /^(points|signals)\.(\d+)/,
      (_, list: 'points' | 'signals', index: string) => `${list}.${places[list][Number(index)] ?? index}`,
    ),
    message,
  };
}
