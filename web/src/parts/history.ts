/** Undoing is a stack of values. Each says by which words it came to be: "points of Signed up". */
export interface History<T> {
  past: readonly Step<T>[];
  now: T;
  future: readonly Step<T>[];
}
interface Step<T> {
  value: T;
  did: string;
  /** When it came to be, in milliseconds, so that one word typed is one step. */
  at: number;
}
const stepsMax = 200;
/** [ms] What is done to the same thing within so long is one step. */
const together = 1_200;

export const begin = <T>(now: T): History<T> => ({ past: [], now, future: [] });

export function push<T>({ past, now }: History<T>, value: T, did: string, at: number): History<T> {
  const last = past.at(-1);
  const goesOn = last?.did === did && at - last.at < together;
  return {
    past: goesOn ? [...past.slice(0, -1), { ...last, at }] : [...past.slice(-stepsMax), { value: now, did, at }],
    now: value,
    future: [],
  };
}

export function undo<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (!last) return history;
  return { past: history.past.slice(0, -1), now: last.value, future: [{ ...last, value: history.now, at: 0 }, ...history.future] };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...rest] = history.future;
  return next ? { past: [...history.past, { ...next, value: history.now, at: 0 }], now: next.value, future: rest } : history;
}
