import { Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { PersonDetail, PersonRow } from '#contract/routes/people.ts';
import { useGo } from '../parts/address.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { said } from '../parts/notify.ts';
import { callPerson, PersonName } from '../parts/person-name.tsx';
import { Time } from '../parts/time.tsx';
import { useChange, useTrial } from '../query.ts';
import css from './join-person.module.css';

/** Joins a person with another one: a search, whom to join, and why. */
export function JoinPerson({ person, onClose }: { person: PersonDetail; onClose: () => void }) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search.trim(), 220);
  const [other, setOther] = useState<PersonRow | null>(null);
  const [reason, setReason] = useState('');
  const found = useTrial('listPeople', asked === '' ? null : { query: { search: asked, limit: 8 } });
  const join = useChange('mergePeople', ['getPerson', 'personTimeline', 'listMerges', 'listPeople', 'countPeople']);
  const go = useGo();
  const rows = asked === '' ? [] : (found.data?.items ?? []).filter((row) => row.id !== person.id);
  const why = (join.error?.details as { why?: string } | null)?.why;
  const save = async (): Promise<void> => {
    if (!other) return;
    const { id } = await join.mutateAsync({ params: { id: person.id }, body: { person: other.id, reason: reason.trim() } });
    said(`${callPerson(person)} and ${callPerson(other)} are one person now.`);
    onClose();
    if (id !== person.id) go(`people/${id}`);
  };
  return (
    <FormDialog
      onClose={onClose}
      title="Join with another person"
      size={480}
      problem={join.error}
      remedy={why && <p className="quiet">{why}</p>}
      action="Join"
      ready={other !== null && reason.trim().length >= 3}
      busy={join.isPending}
      onSave={save}
    >
      <p className="quiet">
        Both become one person with one history. What the one of them with a user id says counts first, the stricter consent counts, and no
        journey begins. It can be undone.
      </p>
      <TextInput
        label="With whom"
        placeholder="Name, address or user id"
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          setOther(null);
        }}
        leftSection={<IconSearch size={15} />}
        autoComplete="off"
        data-autofocus
      />
      {asked !== '' && (
        <div className={css.found} role="radiogroup" aria-label="People who were found">
          {rows.map((row) => (
            <label key={row.id} className={css.row} data-on={other?.id === row.id || undefined}>
              <input type="radio" name="other" checked={other?.id === row.id} onChange={() => setOther(row)} />
              <PersonName person={row} />
              <span className={css.note}>
                {row.name !== null && row.email !== null ? row.email : row.stage}
                <Time at={row.lastSeenAt ?? row.createdAt} />
              </span>
            </label>
          ))}
          {found.data && rows.length === 0 && <p className="faint">Nobody else was found.</p>}
        </div>
      )}
      <Textarea
        label="Why"
        placeholder="She called and said that both are hers"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        autosize
        minRows={2}
        maxLength={500}
      />
    </FormDialog>
  );
}
