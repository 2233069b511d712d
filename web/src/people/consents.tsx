import { Button, Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ConsentState } from '#contract/consent.ts';
import type { PersonDetail } from '#contract/routes/people.ts';
import { said } from '../parts/notify.ts';
import { Section } from '../parts/page.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useChange } from '../query.ts';
import css from './person-context.module.css';

const tones = { granted: 'good', denied: 'calm', withdrawn: 'bad' } as const;
const words = { granted: 'Yes', denied: 'No', withdrawn: 'Withdrawn' } as const;

/** What the person agreed to, in which words, by what act; and the way to record what they said elsewhere. */
export function Consents({ person }: { person: PersonDetail }) {
  const [open, setOpen] = useState(false);
  return (
    <Section
      title="Consent"
      action={
        <Button size="xs" variant="subtle" color="gray" onClick={() => setOpen(true)}>
          Record
        </Button>
      }
    >
      {person.consents.length === 0 ? (
        <p className="faint">Nothing on record, so no marketing is sent.</p>
      ) : (
        <ul className={css.rows}>
          {person.consents.map((row) => (
            <li key={row.purpose + row.channel}>
              <span className={css.line}>
                <Chip tone={tones[row.state]}>{words[row.state]}</Chip>
                <span>
                  {row.purpose}
                  {row.channel !== '*' && `, ${row.channel}`}
                </span>
                <span className={css.end}>
                  <Time at={row.at} as="date" />
                </span>
              </span>
              <span className={css.note}>
                by {row.method}
                {row.wording && `: “${row.wording}”`}
              </span>
            </li>
          ))}
        </ul>
      )}
      <RecordConsent id={person.id} open={open} onClose={() => setOpen(false)} />
    </Section>
  );
}

function RecordConsent({ id, open, onClose }: { id: string; open: boolean; onClose: () => void }) {
  const [state, setState] = useState<ConsentState>('granted');
  const [channel, setChannel] = useState('*');
  const [wording, setWording] = useState('');
  const record = useChange('recordConsent', ['getPerson', 'personTimeline']);
  const save = async (): Promise<void> => {
    await record.mutateAsync({ params: { id }, body: { purpose: 'marketing', channel, state, wording: wording.trim() || null } });
    said('The consent is on record.');
    onClose();
  };
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title="Record a consent"
      problem={record.error}
      action="Record"
      busy={record.isPending}
      onSave={save}
    >
      <p className="quiet">Record what the person said to you. A withdrawal can only be lifted by the person, through a form of theirs.</p>
      <Select
        label="They said"
        data={[
          { value: 'granted', label: 'Yes to marketing' },
          { value: 'denied', label: 'No to marketing' },
          { value: 'withdrawn', label: 'Stop: withdraws an earlier yes' },
        ]}
        value={state}
        onChange={(next) => setState((next ?? 'granted') as ConsentState)}
        allowDeselect={false}
      />
      <Select
        label="Channel"
        data={[
          { value: '*', label: 'All channels' },
          { value: 'email', label: 'E-mail' },
        ]}
        value={channel}
        onChange={(next) => setChannel(next ?? '*')}
        allowDeselect={false}
      />
      <Textarea
        label="In which words"
        description="As they said it, for the record"
        value={wording}
        onChange={(event) => setWording(event.currentTarget.value)}
        autosize
        minRows={2}
      />
    </FormDialog>
  );
}
