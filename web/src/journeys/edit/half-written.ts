import { useEffect, useId, useSyncExternalStore } from 'react';

/** Rules on the screen that are not finished: no draft has them yet, so none of them is saved. */
let half: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function change(id: string, isHalf: boolean): void {
  if (half.has(id) === isHalf) return;
  half = new Set(isHalf ? [...half, id] : [...half].filter((each) => each !== id));
  for (const listener of listeners) listener();
}

/** Says of one rule, as long as it is on the screen, whether it is half written. */
export function useHalfWritten(isHalf: boolean): void {
  const id = useId();
  useEffect(() => {
    change(id, isHalf);
    return () => change(id, false);
  }, [id, isHalf]);
}

/** How many rules on the screen are half written. */
export const useUnfinished = (): number =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => half.size,
  );
