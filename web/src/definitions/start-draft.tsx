import { TextInput } from '@mantine/core';
import { kindNames } from 'contract:words';
import { type ReactNode, useState } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import { type Search, useGo } from '../parts/address.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useChange } from '../query.ts';
import { keyOf } from './key-of.ts';
import { listsOfDrafts } from './save-draft.ts';

interface StartDraftProps {
  kind: DefinitionKind;
  title: string;
  /** What a draft of this kind does not do yet. */
  promise: string;
  /** Whether a key is taken: an existing one is not touched. */
  isTaken: (key: string) => boolean;
  /** The key, where a workspace has only one. */
  only?: string | undefined;
  /** What the draft begins with. */
  bodyOf: (name: string) => unknown;
  /** Its page. */
  page: (key: string) => { to: string; search?: Search };
  /** What is asked before the name. */
  before?: ReactNode;
  /** What is asked after it. */
  children?: ReactNode;
  onClose: () => void;
}

/** Names something, starts its draft, and goes to its page. */
export function StartDraft({ kind, title, promise, isTaken, only, bodyOf, page, before, children, onClose }: StartDraftProps) {
  const [name, setName] = useState('');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const put = useChange('putDefinition', listsOfDrafts);
  const go = useGo();
  const key = only ?? ownKey ?? keyOf(name);
  const used = isTaken(key);
  const save = async (): Promise<void> => {
    await put.mutateAsync({ params: { kind, key }, body: { body: bodyOf(name.trim()) } });
    const { to, search } = page(key);
    go(to, search);
  };
  return (
    <FormDialog
      onClose={onClose}
      title={title}
      problem={put.error}
      action="Start the draft"
      ready={name.trim() !== '' && key !== '' && !used}
      busy={put.isPending}
      onSave={save}
    >
      <p className="quiet">It begins as a draft. {promise}</p>
      {before}
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
        disabled={only !== undefined}
        autoComplete="off"
        spellCheck={false}
        error={used ? `This key is taken. Open that ${kindNames[kind].name.toLowerCase()}, or choose another key.` : null}
      />
      {children}
    </FormDialog>
  );
}
