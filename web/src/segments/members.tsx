import { ActionIcon, Button, Textarea } from '@mantine/core';
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
import { useChange, useList } from '../query.ts';
import css from './members.module.css';
import { PersonSearch } from './person-search.tsx';

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

/** The addresses in a text: one a line, or parted by commas, semicolons or blanks. */
const addressesIn = (text: string): string[] => [...new Set(text.split(/[\s,;<>"]+/).filter((each) => each.includes('@')))];

/** Puts people on a list that is kept by hand: found one by one, or pasted. */
export function AddMembers({ of, name, onClose }: { of: string; name: string; onClose: () => void }) {
  const [people, setPeople] = useState<Person[]>([]);
  const [text, setText] = useState('');
  const [unknown, setUnknown] = useState<string[]>([]);
  const add = useChange('addToSegment', [...touches]);
  const emails = addressesIn(text);
  const count = people.length + emails.length;
  const save = async (): Promise<void> => {
    const reply = await add.mutateAsync({ params: { key: of }, body: { people: people.map(idOf), emails } });
    said(`${plural(reply.added, 'person was', 'people were')} put on the list.`);
    if (reply.unknown.length === 0) return onClose();
    setUnknown(reply.unknown);
    setPeople([]);
    setText(reply.unknown.join('\n'));
  };
  return (
    <FormDialog
      onClose={onClose}
      title={`Add people to ${name}`}
      problem={add.error}
      action={count === 0 ? 'Add people' : `Add ${plural(count, 'person', 'people')}`}
      ready={count > 0 && count <= 500}
      busy={add.isPending}
      onSave={save}
    >
      <div className={css.search}>
        <span>Search</span>
        <PersonSearch
          label="Search people to add"
          clear
          onPick={(person) => setPeople([...people.filter((each) => each.id !== person.id), person])}
        />
      </div>
      {people.length > 0 && (
        <ul className={css.people}>
          {people.map((person) => (
            <li key={person.id}>
              <span className="clip">{callPerson(person)}</span>
              <ActionIcon
                size={22}
                aria-label={`Leave out ${callPerson(person)}`}
                onClick={() => setPeople(people.filter((each) => each !== person))}
              >
                <IconX size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <Textarea
        label="Or paste addresses"
        description="Of people who are known, at most 500 at a time"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setUnknown([]);
        }}
        error={
          unknown.length > 0
            ? `${plural(unknown.length, 'address belongs', 'addresses belong')} to nobody who is known; they stay here.`
            : null
        }
        autosize
        minRows={3}
        maxRows={10}
        spellCheck={false}
      />
    </FormDialog>
  );
}
