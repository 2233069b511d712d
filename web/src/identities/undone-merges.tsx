import type { ReactNode } from 'react';
import type { Reply } from '../api.ts';
import { To, useAddress } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Fact, Facts, Page } from '../parts/page.tsx';
import { callPerson, PersonName } from '../parts/person-name.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { Time } from '../parts/time.tsx';
import { useList } from '../query.ts';

type Row = Reply<'listUndoneMerges'>['items'][number];

const columns: Column<Row>[] = [
  { key: 'one', title: 'Person', width: 'minmax(96px, 1fr)', cell: (row) => <PersonName person={row.people[0]!} /> },
  { key: 'other', title: 'Set apart from', width: 'minmax(96px, 1fr)', cell: (row) => <PersonName person={row.people[1]!} /> },
  { key: 'reason', title: 'Why', width: 'minmax(140px, 1.6fr)', from: 760, cell: (row) => <span className="clip">{row.reason}</span> },
  { key: 'by', title: 'Who', width: 'minmax(80px, 150px)', from: 900, cell: (row) => <span className="quiet clip">{row.by}</span> },
  timeColumn({ key: 'at', title: 'When', width: '84px', at: (row) => row.undoneAt }),
];
const idOf = (row: Row): string => row.people.map((person) => person.id).join(' ') + row.undoneAt;

/** Merges that were undone: the two are kept apart. */
export function UndoneMerges({ bar }: { bar: ReactNode }) {
  const [address, setAddress] = useAddress();
  const list = useList('listUndoneMerges', { query: { limit: 100 } });
  return (
    <Page
      fit="fill"
      title="Identities"
      purpose="Merges that were undone. The two are kept apart, until a trusted source says anew that they are one."
      bar={bar}
    >
      <List
        label="Undone merges"
        columns={columns}
        idOf={idOf}
        list={list}
        below={{ until: 760, cell: (row) => row.reason }}
        peek={address.peek || null}
        onPeek={(id) => setAddress({ peek: id ?? undefined })}
        panelTitle={() => 'Undone merge'}
        panel={(_, row) =>
          row ? (
            <>
              <p className="quiet">{row.reason}</p>
              <Facts>
                {row.people.map((person) => (
                  <Fact key={person.id} name="Person">
                    <To to={`people/${person.id}`} className="text-link">
                      {callPerson(person)}
                    </To>
                  </Fact>
                ))}
                <Fact name="Joined">
                  <Time at={row.mergedAt} as="exact" />
                </Fact>
                <Fact name="Undone">
                  <Time at={row.undoneAt} as="exact" />
                </Fact>
                <Fact name="By">{row.by}</Fact>
              </Facts>
            </>
          ) : (
            <Empty small title="This merge is further down">
              Scroll the list until it is loaded.
            </Empty>
          )
        }
        empty={
          <Empty title="No merge has been undone">
            When two people turn out not to be one, open the profile and choose Undo beside who was joined. Each gets their own facts back.
          </Empty>
        }
      />
    </Page>
  );
}
