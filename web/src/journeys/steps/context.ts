import { createContext, useContext } from 'react';
import type { Vocabulary } from '#contract/routes/rules.ts';
import type { Journey } from '#contract/journey.ts';
import { nothingKnown } from '../../rules/vocabulary.ts';
import type { Usual } from '../edit/choices.ts';

/** What the fields of a step know about the journey around it. */
export interface AroundStep {
  journeyKey: string;
  journey: Journey;
  vocabulary: Vocabulary;
  usual: Usual;
  /** What is wrong with a field, by its path in the step; `inside` looks at what is in it too (true). */
  wrongAt: (path: string, inside?: boolean) => string | undefined;
  /** Another path of a branch or a split comes, or one goes. */
  addPath: () => void;
  removePath: (index: number) => void;
}
export const AroundContext = createContext<AroundStep>({
  journeyKey: '',
  journey: { steps: [] } as unknown as Journey,
  vocabulary: nothingKnown,
  usual: { event: '', topic: '', score: '', stage: '', journey: '', owner: '', date: null },
  wrongAt: () => undefined,
  addPath: () => undefined,
  removePath: () => undefined,
});
export const useAround = (): AroundStep => useContext(AroundContext);
