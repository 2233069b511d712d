import { isObject } from './json.ts';

/** One place at which two values differ. Undefined means that there is nothing on that side. */
export interface DiffLine {
  /** Dotted: steps.two-days.for, caps.0.max. A list whose items have keys is followed by key, any other by index. */
  path: string;
  before: unknown;
  after: unknown;
}

/** Whether two JSON values say the same. The order of an object's keys says nothing; a key that is undefined is not there. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other) || (one === 0 && other === 0)) return true;
  if (Array.isArray(one))
    return Array.isArray(other) && one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  if (!isObject(one) || !isObject(other)) return false;
  return keysOf(one, other).every((key) => isSame(partOf(one, key), partOf(other, key)));
}

/** Every place at which `after` differs from `before`, in reading order; none when they say the same. What came or went whole is one line. */
export function diff(before: unknown, after: unknown, path = ''): DiffLine[] {
  if (isSame(before, after)) return [];
  if (isObject(before) && isObject(after))
    return keysOf(before, after).flatMap((key) => diff(partOf(before, key), partOf(after, key), under(path, key)));
  if (Array.isArray(before) && Array.isArray(after))
    return isKeyed(before) && isKeyed(after) ? diffByKey(before, after, path) : diffByPlace(before, after, path);
  return [{ path, before, after }];
}

const under = (path: string, part: string | number): string => (path === '' ? String(part) : `${path}.${part}`);

/** Own properties only, so that a key called "constructor" finds nothing that is not there. */
const partOf = (object: Record<string, unknown>, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

/** The keys of both, those of `after` in its order, then those that are gone. */
const keysOf = (before: Record<string, unknown>, after: Record<string, unknown>): string[] => [
  ...new Set([...Object.keys(after), ...Object.keys(before)]),
];

type Keyed = { key: string }[];

/** Whether every item has a key of its own, as steps and stages have. */
function isKeyed(list: unknown[]): list is Keyed {
  if (list.length === 0) return true;
  return (
    list.every((item) => isObject(item) && typeof item.key === 'string') &&
    new Set((list as Keyed).map((item) => item.key)).size === list.length
  );
}

function diffByKey(before: Keyed, after: Keyed, path: string): DiffLine[] {
  const [was, is] = [new Map(before.map((item) => [item.key, item])), new Map(after.map((item) => [item.key, item]))];
  const lines = [...new Set([...is.keys(), ...was.keys()])].flatMap((key) => diff(was.get(key), is.get(key), under(path, key)));
  const [wasOrder, isOrder] = [[...was.keys()].filter((key) => is.has(key)), [...is.keys()].filter((key) => was.has(key))];
  return isSame(wasOrder, isOrder) ? lines : [...lines, { path: under(path, '(order)'), before: wasOrder, after: isOrder }];
}

/** Items that stayed at the beginning and at the end are passed over, so that one item put in between is one line. */
function diffByPlace(before: unknown[], after: unknown[], path: string): DiffLine[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isSame(before[start], after[start])) start++;
  let end = 0;
  while (end < shorter - start && isSame(before[before.length - 1 - end], after[after.length - 1 - end])) end++;
  const [was, is] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  return Array.from({ length: Math.max(was.length, is.length) }, (_, index) =>
    diff(was[index], is[index], under(path, start + index)),
  ).flat();
}
