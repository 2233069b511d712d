import { Button } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { PersonRow } from '#contract/routes/people.ts';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { callPerson, PersonName } from '../parts/person-name.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { StageBadge } from '../parts/stage-badge.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { useList, useRoute } from '../query.ts';
import { AddPerson } from './add-person.tsx';
import { ChosenBar } from './chosen-bar.tsx';
import { PeopleFilter } from './people-filter.tsx';
import { PersonPeek } from './person-peek.tsx';

/** How a person stands in a list. */
export const peopleColumns: Column<PersonRow>[] = [
  { key: 'name', title: 'Person', width: 'minmax(150px, 1.5fr)', cell: (row) => <PersonName person={row} /> },
  {
    key: 'email',
    title: 'Address',
    width: 'minmax(140px, 1.4fr)',
    from: 760,
    cell: (row) => <span className="quiet">{row.email ?? '–'}</span>,
  },
  { key: 'stage', title: 'Stage', width: 'minmax(96px, 150px)', cell: (row) => <StageBadge stage={row.stage} /> },
  {
    key: 'owner',
    title: 'Owner',
    width: 'minmax(90px, 150px)',
    from: 900,
    cell: (row) => (row.owner ? <span className="quiet">{row.owner}</span> : <span className="faint">Nobody</span>),
  },
  {
    key: 'score',
    title: 'Score',
    width: '56px',
    align: 'right',
    from: 620,
    cell: (row) => (row.score === null ? <span className="faint">–</span> : sayNumber(row.score)),
  },
  timeColumn({ key: 'seen', title: 'Last seen', width: '84px', from: 420, at: (row) => row.lastSeenAt }),
  timeColumn({ key: 'created', title: 'Since', width: '92px', from: 1040, at: (row) => row.createdAt, as: 'date' }),
];
const idOf = (row: PersonRow): string => row.id;

/** Everybody who is known, newest first. */
export function PeopleList() {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const { search, stage, journey, segment, trait } = address;
  const step = journey ? address.step : undefined;
  const run = journey ? (['week', 'goal', 'any'] as const).find((each) => each === address.run) : undefined;
  const filtered = Boolean(search || stage || journey || segment || trait);
  const list = useList('listPeople', { query: { search, stage, journey, run, step, segment, trait, limit: 100 } });
  const count = useRoute('countPeople', undefined);

  return (
    <Page
      fit="fill"
      title="People"
      purpose="Everybody who is known, by name, address or only by what they did."
      actions={
        <>
          <Button component={To} to="import" variant="default">
            Import
          </Button>
          <Button leftSection={<IconUserPlus size={16} />} onClick={() => setAddress({ add: '1' })}>
            Add person
          </Button>
        </>
      }
      bar={
        <>
          <SearchBox
            value={search ?? ''}
            onChange={(next) => setAddress({ search: next || undefined, peek: undefined })}
            placeholder="Name, address or id"
          />
          <PeopleFilter address={address} onChange={setAddress} />
          <span style={{ flex: 1 }} />
          {count.data && (
            <span className="faint" style={{ whiteSpace: 'nowrap', fontSize: 'var(--text-13)' }}>
              {filtered
                ? `${sayNumber(list.rows.length)}${list.more ? ' or more' : ''} of ${sayNumber(count.data.total)}`
                : plural(count.data.total, 'person', 'people')}
            </span>
          )}
        </>
      }
    >
      <List
        label="People"
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
          filtered ? (
            <Empty
              title="Nobody fits"
              action={
                <Button
                  variant="default"
                  onClick={() =>
                    setAddress({
                      search: undefined,
                      stage: undefined,
                      journey: undefined,
                      step: undefined,
                      run: undefined,
                      segment: undefined,
                      trait: undefined,
                    })
                  }
                >
                  Show everybody
                </Button>
              }
            >
              Change the search, or take a filter away.
            </Empty>
          ) : (
            <Empty title="Nobody is known yet" action={<Button onClick={() => go('install')}>Send the first event</Button>}>
              People appear when your site or server sends an event about them, or when you add one by hand.
            </Empty>
          )
        }
      />
      <ChosenBar rows={list.rows.filter((row) => chosen.has(row.id))} onClear={() => setChosen(new Set())} />
      <AddPerson open={address.add === '1'} onClose={() => setAddress({ add: undefined })} />
    </Page>
  );
}
