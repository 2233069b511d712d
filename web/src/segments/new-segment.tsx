import { Radio, TextInput } from '@mantine/core';
import { useState } from 'react';
import { keyOf } from '../definitions/key-of.ts';
import { useGo } from '../parts/address.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useChange } from '../query.ts';
import css from './segments.module.css';

/** Names a segment and says how people come to belong; the rule is written on its page. */
export function NewSegment({ taken, onClose }: { taken: ReadonlySet<string>; onClose: () => void }) {
  const [name, setName] = useState('');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const [by, setBy] = useState('rule');
  const put = useChange('putDefinition', ['listDefinitions']);
  const go = useGo();
  const key = ownKey ?? keyOf(name);
  const used = taken.has(key);
  const save = async (): Promise<void> => {
    const body = { name: name.trim(), meaning: '', ...(by === 'hand' ? { rule: null } : {}) };
    await put.mutateAsync({ params: { kind: 'segment', key }, body: { body } });
    go(`segments/${key}`, { tab: 'edit' });
  };
  return (
    <FormDialog
      onClose={onClose}
      title="New segment"
      problem={put.error}
      action="Start the draft"
      ready={name.trim() !== '' && key !== '' && !used}
      busy={put.isPending}
      onSave={save}
    >
      <p className="quiet">It begins as a draft. Nobody belongs before you publish it.</p>
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
        autoComplete="off"
        maxLength={200}
      />
      <TextInput
        label="Key"
        description="How rules and files call it; it stays"
        value={key}
        onChange={(event) => setOwnKey(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
        error={used ? 'This key is taken. Open that segment, or choose another key.' : null}
      />
      <Radio.Group label="Who belongs" value={by} onChange={setBy}>
        <div className={css.choices}>
          <Radio value="rule" label="Whoever a rule holds for" description="People enter and leave by themselves, to the second" />
          <Radio value="hand" label="Whoever is put on the list" description="Kept by hand: add and remove people yourself" />
        </div>
      </Radio.Group>
    </FormDialog>
  );
}
