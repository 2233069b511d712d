import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { FormDialog } from '../parts/form-dialog.tsx';
import { failed, said } from '../parts/notify.ts';
import { useChange } from '../query.ts';
import css from './tasks.module.css';

const touches = ['listTasks', 'countTasks', 'getPerson', 'personTimeline', 'getHome', 'getJourneyCounts'] as const;
interface Asked {
  id: string;
  title: string;
  asks: 'approval' | 'release' | null;
}

/** What can be done about a task: done; yes or no to the run that waits for it; or the person given back. */
export function TaskButtons({ task, who }: { task: Asked; who?: string }) {
  const [answer, setAnswer] = useState<boolean | null>(null);
  const done = useChange('completeTask', [...touches]);
  const about = who === undefined ? task.title : `${task.title}, ${who}`;
  const complete = (): void =>
    done.mutate(
      { params: { id: task.id } },
      { onError: failed, onSuccess: () => said(task.asks === 'release' ? 'Given back to the automation.' : 'The task is done.') },
    );
  if (task.asks !== 'approval')
    return (
      <Button
        size="xs"
        variant="default"
        loading={done.isPending}
        onClick={complete}
        aria-label={`${task.asks === 'release' ? 'Give back' : 'Done'}: ${about}`}
      >
        {task.asks === 'release' ? 'Give back' : 'Done'}
      </Button>
    );
  return (
    <span className={css.answer}>
      <Button size="xs" variant="default" onClick={() => setAnswer(true)} aria-label={`Yes: ${about}`}>
        Yes
      </Button>
      <Button size="xs" variant="default" onClick={() => setAnswer(false)} aria-label={`No: ${about}`}>
        No
      </Button>
      {answer !== null && <Decide task={task} yes={answer} onClose={() => setAnswer(null)} />}
    </span>
  );
}

/** Says yes or no, with a reason that stands on the timeline of the person. */
function Decide({ task, yes, onClose }: { task: Asked; yes: boolean; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const decide = useChange('decideTask', [...touches]);
  const word = yes ? 'yes' : 'no';
  return (
    <FormDialog
      onClose={onClose}
      title={`Say ${word}`}
      problem={decide.error}
      action={`Say ${word}`}
      busy={decide.isPending}
      onSave={async () => {
        await decide.mutateAsync({ params: { id: task.id }, body: { yes, reason: reason.trim() } });
        said(`You said ${word}. The journey goes on.`);
        onClose();
      }}
    >
      <p>{task.title}</p>
      <Textarea
        label="Why"
        description="May be left out; stands on the timeline"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        autosize
        minRows={2}
        maxLength={500}
        data-autofocus
      />
    </FormDialog>
  );
}
