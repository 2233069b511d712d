/** Whether two objects hold the same values under the same names. */
export const alike = (a: object, b: object): boolean => {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.is((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]))
  );
};

/** The new list with the old objects where nothing has changed, so that only what did change is drawn anew. */
export function keepSame<T extends { id: string }>(
  before: readonly T[],
  after: readonly T[],
  isSame: (a: T, b: T) => boolean = alike,
): T[] {
  const old = new Map(before.map((each) => [each.id, each]));
  return after.map((each) => {
    const was = old.get(each.id);
    return was && isSame(was, each) ? was : each;
  });
}
