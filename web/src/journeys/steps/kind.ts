import type { ReactNode } from 'react';
import type { StepKind, StepOf } from '#contract/steps/index.ts';

interface FieldsProps<K extends StepKind> {
  step: StepOf<K>;
  /** Changes some of the step; a name without a value takes it away. `what` is what was changed, for undo: "how long". */
  onChange: (part: { [P in keyof StepOf<K>]?: StepOf<K>[P] | undefined }, what: string) => void;
}

/** What can be said about a kind of step in the side panel. Where its ways lead stands below, the same for all. */
export type Fields<K extends StepKind> = (props: FieldsProps<K>) => ReactNode;
