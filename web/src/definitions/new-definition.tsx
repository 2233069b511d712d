import { Select, TextInput } from '@mantine/core';
import { kindNames } from 'contract:words';
import { useState } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import { useGo } from '../parts/address.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useChange } from '../query.ts';
import { keyOf } from './key-of.ts';
import { single, starters } from './starters.ts';

const kinds = Object.keys(kindNames) as DefinitionKind[];

/** Starts a draft of a kind under a key; an existing key is not touched. */
export function NewDefinition({
  open,
  kind: given,
  taken,
  onClose,
}: {
  open: boolean;
  kind: DefinitionKind | undefined;
  taken: ReadonlySet<string>;
  onClose: () => void;
}) {
  const [chosen, setChosen] = useState<DefinitionKind | null>(null);
  const [name, setName] = useState('');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const put = useChange('putDefinition', ['listDefinitions', 'listJourneys']);
  const go = useGo();
  const kind = chosen ?? given ?? 'journey';
  const only = single.includes(kind);
  const key = only ? 'main' : (ownKey ?? keyOf(name));
  const used = taken.has(`${kind}/${key}`);
  const close = (): void => {
    setChosen(null);
    setName('');
    setOwnKey(null);
    put.reset();
    onClose();
  };
  const save = async (): Promise<void> => {
    await put.mutateAsync({ params: { kind, key }, body: { body: starters[kind](name.trim()) } });
    close();
    go(`definitions/${kind}/${key}`);
  };
  return (
    <FormDialog
      open={open}
      onClose={close}
      title="New definition"
      problem={put.error}
      action="Start the draft"
      ready={name.trim() !== '' && key !== '' && !used}
      busy={put.isPending}
      onSave={save}
    >
      <p className="quiet">It begins as a draft. Nothing changes for anybody before you publish it.</p>
      <Select
        label="Kind"
        data={kinds.map((value) => ({ value, label: kindNames[value].name }))}
        value={kind}
        onChange={(next) => setChosen(next as DefinitionKind)}
        allowDeselect={false}
      />
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
        description={only ? 'A workspace has one, with this key' : 'How other definitions and files call it; it stays'}
        value={key}
        onChange={(event) => setOwnKey(event.currentTarget.value)}
        disabled={only}
        autoComplete="off"
        spellCheck={false}
        error={used ? 'This key is taken. Open that definition, or choose another key.' : null}
      />
    </FormDialog>
  );
}
