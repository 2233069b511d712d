import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { List } from '../parts/list.tsx';
import { failed, said } from '../parts/notify.ts';
import { plural } from '../parts/number.ts';
import { callPerson } from '../parts/person-name.tsx';
import bar from '../people/chosen-bar.module.css';
import { ChosenBar } from '../people/chosen-bar.tsx';
import { peopleColumns } from '../people/people-list.tsx';
import { PersonPeek } from '../people/person-peek.tsx';
import { PickPeople, usePicked } from '../people/pick-people.tsx';
import { useChange, useList } from '../query.ts';

type Person = Reply<'listPeople'>['items'][number];
const idOf = (row: Person): string => row.id;
const touches = ['listPeople', 'getSegment', 'listSegments', 'segmentLog', 'getPerson'] as const;

/** Who belongs now. People of a list that is kept by hand can be taken off it. */
export function Members({ of, name, byHand, onAdd }: { of: string; name: string; byHand: boolean; onAdd: () => void }) {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const list = useList('listPeople', { query: { search: address.search, segment: of, limit: 100 } });
  const remove = useChange('removeFromSegment', [...touches]);
  const rows = list.rows.filter((row) => chosen.has(row.id));
  const takeOff = async (): Promise<void> => {
    try {
      const { removed } = await remove.mutateAsync({ params: { key: of }, body: { people: rows.map(idOf) } });
      said(`${plural(removed, 'person was', 'people were')} taken off the list.`);
      setChosen(new Set());
    } catch (error) {
      failed(error);
    }
  };
  return (
    <>
      <List
        label={`People in ${name}`}
        columns={peopleColumns}
        idOf={idOf}
        list={list}
        chosen={chosen}
        onChosen={setChosen}
        peek={address.peek ?? null}
        onPeek={(id) => setAddress({ peek: id ?? undefined })}
        onOpen={(row) => go(`people/${row.id}`)}
        panelTitle={(_, row) => (row ? callPerson(row) : 'Person')}
        panel={(id) => <PersonPeek id={id} />}
        empty={
          address.search ? (
            <Empty title="Nobody fits">Change the search.</Empty>
          ) : byHand ? (
            <Empty title="Nobody is on the list yet" action={<Button onClick={onAdd}>Add people</Button>}>
              Search them, or paste their addresses.
            </Empty>
          ) : (
            <Empty title="Nobody belongs now">They appear here as soon as the rule holds for somebody.</Empty>
          )
        }
      />
      {byHand && rows.length > 0 ? (
        <div className={bar.bar} role="toolbar" aria-label="Chosen people">
          <span>{plural(rows.length, 'person', 'people')} chosen</span>
          <Button size="xs" variant="default" loading={remove.isPending} onClick={() => void takeOff()}>
            Take off the list
          </Button>
          <ActionIcon size={24} onClick={() => setChosen(new Set())} aria-label="Choose nobody">
            <IconX size={15} />
          </ActionIcon>
        </div>
      ) : (
        <ChosenBar rows={rows} onClear={() => setChosen(new Set())} />
      )}
    </>
  );
}

/** Puts people on a list that is kept by hand: found one by one, or pasted. */
export function AddMembers({ of, name, onClose }: { of: string; name: string; onClose: () => void }) {
  const picked = usePicked();
  const add = useChange('addToSegment', [...touches]);
  const save = async (): Promise<void> => {
    const reply = await add.mutateAsync({ params: { key: of }, body: picked.whom });
    said(`${plural(reply.added, 'person was', 'people were')} put on the list.`);
    if (picked.keep(reply.unknown)) onClose();
  };
  return (
    <FormDialog
      onClose={onClose}
      title={`Add people to ${name}`}
      problem={add.error}
      action={picked.count === 0 ? 'Add people' : `Add ${plural(picked.count, 'person', 'people')}`}
      ready={picked.fits}
      busy={add.isPending}
      onSave={save}
    >
      <PickPeople picked={picked} label="Search people to add" />
    </FormDialog>
  );
}
