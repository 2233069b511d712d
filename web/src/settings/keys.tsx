import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { useAddress } from '../parts/address.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Empty } from '../parts/empty.tsx';
import { said } from '../parts/notify.ts';
import { Card, Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useChange, useRoute } from '../query.ts';
import { NewKey } from './new-key.tsx';
import css from './settings.module.css';

type Key = Reply<'listKeys'>['items'][number];
export const keyKinds = { write: 'Write key', api: 'API key' } as const;

/** Write keys and API keys: made, shown once, revoked. */
export function Keys() {
  const keys = useRoute('listKeys', undefined);
  const revoke = useChange('revokeKey', ['listKeys', 'listAudit']);
  const [address, setAddress] = useAddress();
  const [asked, setAsked] = useState<Key | null>(null);
  const items = keys.data?.items ?? [];
  const live = items.filter((key) => key.revokedAt === null);
  const gone = items.filter((key) => key.revokedAt !== null);
  return (
    <>
      <Section
        title="In use"
        action={
          <Button leftSection={<IconPlus size={16} />} onClick={() => setAddress({ new: '1' })}>
            Create a key
          </Button>
        }
      >
        {keys.error ? (
          <ProblemView problem={keys.error} again={() => void keys.refetch()} />
        ) : !keys.data ? (
          <Bones lines={4} />
        ) : live.length === 0 ? (
          <Empty small title="No key is in use">
            Create a write key to send events, or an API key for the command line and your own programs.
          </Empty>
        ) : (
          <Card flush>
            <ul>
              {live.map((key) => (
                <Row key={key.id} row={key} onRevoke={() => setAsked(key)} />
              ))}
            </ul>
          </Card>
        )}
      </Section>
      {gone.length > 0 && (
        <Section title="Revoked">
          <Card flush>
            <ul>
              {gone.map((key) => (
                <Row key={key.id} row={key} />
              ))}
            </ul>
          </Card>
        </Section>
      )}
      <NewKey open={address.new === '1'} onClose={() => setAddress({ new: undefined })} />
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        danger
        title={`Revoke ${asked?.name ?? ''}`}
        action="Revoke"
        onConfirm={async () => {
          if (!asked) return;
          await revoke.mutateAsync({ params: { id: asked.id } });
          said(`${asked.name} is revoked.`);
        }}
      >
        {asked?.kind === 'write'
          ? 'What still sends with it is refused from now on, and the refusals stand under Live events.'
          : 'What still uses it is refused from now on.'}{' '}
        A revoked key cannot be brought back.
      </Confirm>
    </>
  );
}

function Row({ row, onRevoke }: { row: Key; onRevoke?: () => void }) {
  return (
    <li className={css.key} data-gone={row.revokedAt !== null || undefined}>
      <div className={css.keyWords}>
        <span className={css.keyName}>
          <span>{row.name}</span> <Chip tone={row.kind === 'api' ? 'accent' : 'calm'}>{keyKinds[row.kind]}</Chip>
        </span>
        <span className="quiet">
          <code>{row.prefix}…</code>
        </span>
        <span className="faint">
          {row.revokedAt === null ? (
            <>
              Made <Time at={row.createdAt} as="date" />,{' '}
              {row.lastUsedAt === null ? (
                'never used'
              ) : (
                <>
                  last used <Time at={row.lastUsedAt} />
                </>
              )}
            </>
          ) : (
            <>
              Revoked <Time at={row.revokedAt} />
            </>
          )}
        </span>
      </div>
      {onRevoke && (
        <Button size="xs" variant="default" onClick={onRevoke} aria-label={`Revoke ${row.name}`}>
          Revoke
        </Button>
      )}
    </li>
  );
}
