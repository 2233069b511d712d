import { createContext, useContext } from 'react';
import type { SeenEvents } from '#contract/routes/rules.ts';
import type { StarterAnswers } from '#contract/starter.ts';
import type { Here, Questions, Starter } from '#engine/journey/starter.ts';

/** What every question of the wizard knows. */
export interface Asking {
  starter: Starter;
  questions: Questions;
  here: Here;
  /** kind/key of what is only a draft. */
  drafts: ReadonlySet<string>;
  /** Null until it is known. */
  seen: SeenEvents | null;
  answers: StarterAnswers;
  change: (by: (now: StarterAnswers) => StarterAnswers) => void;
}
export const AskingContext = createContext<Asking | null>(null);
export function useAsking(): Asking {
  const asking = useContext(AskingContext);
  if (asking === null) throw new Error('outside of the wizard');
  return asking;
}
