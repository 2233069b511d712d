import { Radio, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Score } from '#contract/definition-bodies.ts';
import { keyOf } from '../definitions/key-of.ts';
import { useGo } from '../parts/address.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useChange } from '../query.ts';
import { newScore } from './score-body.ts';
import css from './new-score.module.css';

/** Names a score and says what it is about; what it counts is written on its page. */
export function NewScore({ taken, onClose }: { taken: ReadonlySet<string>; onClose: () => void }) {
  const [name, setName] = useState('');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const [about, setAbout] = useState<Score['about']>('engagement');
  const put = useChange('putDefinition', ['listDefinitions']);
  const go = useGo();
  const key = ownKey ?? keyOf(name);
  const used = taken.has(key);
  const save = async (): Promise<void> => {
    await put.mutateAsync({ params: { kind: 'score', key }, body: { body: newScore(name.trim(), about) } });
    go(`scores/${key}`, { tab: 'edit' });
  };
  return (
    <FormDialog
      onClose={onClose}
      title="New score"
      problem={put.error}
      action="Start the draft"
      ready={name.trim() !== '' && key !== '' && !used}
      busy={put.isPending}
      onSave={save}
    >
      <p className="quiet">It begins as a draft. Nothing changes for anybody before you publish it.</p>
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
        error={used ? 'This key is taken. Open that score, or choose another key.' : null}
      />
      <Radio.Group label="What it is about" value={about} onChange={(next) => setAbout(next as Score['about'])}>
        <div className={css.choices}>
          <Radio value="engagement" label="What they do" description="Visits, replies, bookings: it fades" />
          <Radio value="fit" label="Who somebody is" description="Industry, size, role: it stays" />
        </div>
      </Radio.Group>
    </FormDialog>
  );
}
