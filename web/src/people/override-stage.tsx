import { Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { PersonDetail } from '#contract/routes/people.ts';
import { said } from '../parts/notify.ts';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useStages } from '../parts/stage-badge.tsx';
import { useChange } from '../query.ts';

/** Moves a person by hand: an override, which needs a reason and is counted. */
export function OverrideStage({ person, onClose }: { person: PersonDetail; onClose: () => void }) {
  const stages = useStages();
  const [to, setTo] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const move = useChange('overrideStage', ['getPerson', 'personTimeline', 'listPeople', 'lifecycleBoard']);
  const save = async (): Promise<void> => {
    if (to === null) return;
    await move.mutateAsync({ params: { id: person.id }, body: { to, reason: reason.trim() } });
    said(`Moved to ${stages.find((stage) => stage.key === to)?.name ?? to}.`);
    onClose();
  };
  return (
    <FormDialog
      onClose={onClose}
      title="Move by hand"
      problem={move.error}
      action="Move"
      ready={to !== null && reason.trim() !== ''}
      busy={move.isPending}
      onSave={save}
    >
      <p className="quiet">
        Stages move by evidence. A move by hand sets the rules aside once, keeps your reason, and is counted on the board.
      </p>
      <Select
        label="To"
        data={stages.filter((stage) => stage.key !== person.stage).map((stage) => ({ value: stage.key, label: stage.name }))}
        value={to}
        onChange={setTo}
        placeholder="Choose a stage"
        data-autofocus
      />
      <Textarea
        label="Why"
        placeholder="She called and booked by phone"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        autosize
        minRows={2}
        maxLength={500}
      />
    </FormDialog>
  );
}
