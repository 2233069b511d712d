import { useState } from 'react';
import { StartDraft } from '../definitions/start-draft.tsx';
import { RadioChoices } from '../parts/radio-choices.tsx';

const ways = [
  { value: 'rule', label: 'Whoever a rule holds for', description: 'People enter and leave by themselves, to the second' },
  { value: 'hand', label: 'Whoever is put on the list', description: 'Kept by hand: add and remove people yourself' },
] as const;

/** Names a segment and says how people come to belong; the rule is written on its page. */
export function NewSegment({ taken, onClose }: { taken: ReadonlySet<string>; onClose: () => void }) {
  const [by, setBy] = useState<(typeof ways)[number]['value']>('rule');
  return (
    <StartDraft
      kind="segment"
      title="New segment"
      promise="Nobody belongs before you publish it."
      isTaken={(key) => taken.has(key)}
      bodyOf={(name) => ({ name, meaning: '', ...(by === 'hand' ? { rule: null } : {}) })}
      page={(key) => ({ to: `segments/${key}`, search: { tab: 'edit' } })}
      onClose={onClose}
    >
      <RadioChoices label="Who belongs" value={by} choices={ways} onChange={setBy} />
    </StartDraft>
  );
}
