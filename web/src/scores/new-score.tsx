import { useState } from 'react';
import type { Score } from '#contract/definition-bodies.ts';
import { StartDraft } from '../definitions/start-draft.tsx';
import { RadioChoices } from '../parts/radio-choices.tsx';
import { newScore } from './score-body.ts';

const abouts: { value: Score['about']; label: string; description: string }[] = [
  { value: 'engagement', label: 'What they do', description: 'Visits, replies, bookings: it fades' },
  { value: 'fit', label: 'Who somebody is', description: 'Industry, size, role: it stays' },
];

/** Names a score and says what it is about; what it counts is written on its page. */
export function NewScore({ taken, onClose }: { taken: ReadonlySet<string>; onClose: () => void }) {
  const [about, setAbout] = useState<Score['about']>('engagement');
  return (
    <StartDraft
      kind="score"
      title="New score"
      promise="Nothing changes for anybody before you publish it."
      isTaken={(key) => taken.has(key)}
      bodyOf={(name) => newScore(name, about)}
      page={(key) => ({ to: `scores/${key}`, search: { tab: 'edit' } })}
      onClose={onClose}
    >
      <RadioChoices label="What it is about" value={about} choices={abouts} onChange={setAbout} />
    </StartDraft>
  );
}
