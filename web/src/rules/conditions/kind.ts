import type { ReactNode } from 'react';
import type { ConditionKind } from '#contract/rule.ts';
import type { Vocabulary } from '#contract/routes/rules.ts';
import type { DraftTest } from '../draft.ts';
import type { Change } from '../event-chips.tsx';

/** A kind of condition, as the editor knows it. */
export interface KindEditor<K extends ConditionKind> {
  /** As it stands among what can be added. */
  name: string;
  group: 'What they did' | 'Who they are' | 'Where they stand' | 'How to reach them' | 'Chance and time';
  /** What a new one begins with. */
  blank: (vocabulary: Vocabulary) => DraftTest<K>;
  /** The word in front of it, and in front of its opposite. */
  lead: readonly [holds: string, opposite: string];
  /** A few words for undo and for menus: "Page Viewed". */
  title: (test: DraftTest<K>, vocabulary: Vocabulary) => string;
  Chips: (props: { test: DraftTest<K>; onChange: Change<DraftTest<K>> }) => ReactNode;
}
