import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { keyOf } from '../definitions/key-of.ts';
import { To, useGo } from '../parts/address.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useChange } from '../query.ts';

/** Names a journey and says what it is for; what happens in it is drawn on its page. */
export function NewJourney({ taken, onClose }: { taken: ReadonlySet<string>; onClose: () => void }) {
  const [name, setName] = useState('');
  const [intent, setIntent] = useState('');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const put = useChange('putDefinition', ['listDefinitions', 'listJourneys']);
  const go = useGo();
  const key = ownKey ?? keyOf(name);
  const used = taken.has(key);
  const save = async (): Promise<void> => {
    const body = {
      name: name.trim(),
      intent: intent.trim(),
      steps: [{ key: 'start', kind: 'entry', on: { event: 'Signed Up' }, next: null }],
    };
    await put.mutateAsync({ params: { kind: 'journey', key }, body: { body } });
    go(`journeys/${key}`, { edit: '1', step: 'start' });
  };
  return (
    <FormDialog
      onClose={onClose}
      title="New journey"
      problem={put.error}
      action="Start the draft"
      ready={name.trim() !== '' && intent.trim() !== '' && key !== '' && !used}
      busy={put.isPending}
      onSave={save}
    >
      <p className="quiet">
        It begins as a draft. Nobody enters before you publish it. You can also{' '}
        <To to="starters" className="text-link">
          begin from a starter or a copy
        </To>
        .
      </p>
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
        autoComplete="off"
        maxLength={200}
      />
      <Textarea
        label="What it is for"
        placeholder="Help whoever took the guide to book a first conversation"
        value={intent}
        onChange={(event) => setIntent(event.currentTarget.value)}
        maxLength={500}
        autosize
        minRows={2}
      />
      <TextInput
        label="Key"
        description="How files and other journeys call it; it stays"
        value={key}
        onChange={(event) => setOwnKey(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
        error={used ? 'This key is taken. Open that journey, or choose another key.' : null}
      />
    </FormDialog>
  );
}
