import { useEffect, useState } from 'react';

/** What is being edited, against what the server keeps. */
export interface Edits {
  /** There is something to lose. */
  dirty: boolean;
  /** The server keeps something else than what the edits began with. */
  moved: boolean;
  /** From here on there is nothing to lose, but what is edited after `text` (what is there now). */
  settle: (text?: string) => void;
  /** Goes on with what is edited, over what the server keeps. */
  keepMine: () => void;
}

/** Compares a draft that is being edited with the one that is kept, both as text; `onTake` takes over what is kept when there is nothing to lose. */
export function useEdits(kept: string, now: string, onTake: () => void): Edits {
  const [base, setBase] = useState(kept);
  const dirty = now !== base && now !== kept;
  const moved = kept !== base;
  // biome-ignore lint/correctness/useExhaustiveDependencies: taking over is not a reason to take over
  useEffect(() => {
    if (!moved || dirty) return;
    setBase(kept);
    if (now !== kept) onTake();
  }, [moved, dirty, kept]);
  return { dirty, moved, settle: (text = now) => setBase(text), keepMine: () => setBase(kept) };
}
