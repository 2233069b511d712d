import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { CodeBlock } from '../parts/code-block.tsx';
import { To } from '../parts/address.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Chip } from '../parts/tone.tsx';
import { useChange, useRoute } from '../query.ts';
import css from './install.module.css';

/** The write key that the snippets carry: a new one, or one that is at hand. A key is shown only once, so it cannot be looked up. */
export function WriteKey({ value, onChange }: { value: string; onChange: (key: string) => void }) {
  const keys = useRoute('listKeys', undefined);
  const create = useChange('createKey', ['listKeys']);
  const [made, setMade] = useState<string | null>(null);
  if (keys.error) return <ProblemView problem={keys.error} again={() => void keys.refetch()} />;
  if (!keys.data) return <Bones lines={2} />;
  const live = keys.data.items.filter((key) => key.kind === 'write' && key.revokedAt === null);
  const known = value === '' ? undefined : live.find((key) => value.startsWith(key.prefix));
  const make = async (): Promise<void> => {
    const { key } = await create.mutateAsync({ body: { kind: 'write', name: `Site ${live.length + 1}` } });
    setMade(key);
    onChange(key);
  };
  if (made !== null && value === made) {
    return (
      <div className={css.key}>
        <CodeBlock text={made} what="write key" wrap />
        <p className="faint">
          It is in the snippets below. Keep it: it is shown only now. You can make another or revoke this one in{' '}
          <To to="settings" search={{ tab: 'keys' }} className="text-link">
            Settings, Keys
          </To>
          .
        </p>
      </div>
    );
  }
  return (
    <div className={css.key}>
      <div className={css.keyRow}>
        <Button onClick={() => void make().catch(() => undefined)} loading={create.isPending}>
          Create a write key
        </Button>
        <span className="faint">or</span>
        <TextInput
          className={css.keyInput ?? ''}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value.trim())}
          placeholder="Paste one that you have"
          aria-label="Write key"
          autoComplete="off"
          spellCheck={false}
        />
        {known && <Chip tone="good">{known.name}</Chip>}
        {value !== '' && !known && <Chip tone="warn">Not a key of this workspace</Chip>}
      </div>
      {create.error && <ProblemView problem={create.error} />}
      {live.length > 0 && <p className="faint">In use: {live.map((key) => `${key.name} (${key.prefix}…)`).join(', ')}.</p>}
    </div>
  );
}
