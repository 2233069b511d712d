import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Reply } from '../api.ts';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { said } from '../parts/notify.ts';
import { plural, sayNumber } from '../parts/number.ts';
import { Fact, Facts, Page, Section } from '../parts/page.tsx';
import { callPerson, PersonName } from '../parts/person-name.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { Time } from '../parts/time.tsx';
import { type useList, useChange } from '../query.ts';
import css from './held.module.css';
import { sayKind } from './words.ts';

type Row = Reply<'listReview'>['items'][number];

const sayKinds = (row: Row): string =>
  row.kinds.map((each) => `${sayNumber(each.identities)} × ${sayKind(each.kind).toLowerCase()}`).join(', ');
const columns: Column<Row>[] = [
  { key: 'person', title: 'Person', width: 'minmax(140px, 1.4fr)', cell: (row) => <PersonName person={row.person} /> },
  { key: 'kinds', title: 'Attracted', width: 'minmax(110px, 1fr)', from: 460, cell: (row) => sayKinds(row) },
  { key: 'waiting', title: 'Wait', width: '64px', align: 'right', cell: (row) => sayNumber(row.waiting.length) },
  timeColumn({ key: 'since', title: 'Held', width: '84px', at: (row) => row.since }),
];
const idOf = (row: Row): string => row.person.id;

/** People who attracted too many identities in a short time: joined when a colleague says so, kept apart otherwise. */
export function Held({ bar, list }: { bar: ReactNode; list: ReturnType<typeof useList<'listReview'>> }) {
  const [address, setAddress] = useAddress();
  const [asked, setAsked] = useState<{ row: Row; as: 'allow' | 'apart' } | null>(null);
  const settle = useChange('settleReview', ['listReview', 'getPerson', 'listMerges', 'personTimeline', 'listPeople']);
  const go = useGo();
  return (
    <Page
      fit="fill"
      title="Identities"
      purpose="People who attracted more names in a short time than one person has. Nobody is joined with them until you have looked."
      bar={bar}
    >
      <List
        label="People held for review"
        columns={columns}
        idOf={idOf}
        list={list}
        below={{ until: 460, cell: (row) => `Attracted ${sayKinds(row)}` }}
        peek={address.peek || null}
        onPeek={(id) => setAddress({ peek: id ?? undefined })}
        onOpen={(row) => go(`people/${row.person.id}`)}
        panelTitle={(_, row) => (row ? callPerson(row.person) : 'Held for review')}
        panel={(_, row) =>
          row ? (
            <>
              <Facts>
                <Fact name="Held since">
                  <Time at={row.since} as="exact" />
                </Fact>
                <Fact name="Attracted">{sayKinds(row)}</Fact>
              </Facts>
              <Section title={row.waiting.length === 0 ? 'Nobody waits' : 'Would be joined'}>
                {row.waiting.length === 0 ? (
                  <p className="faint">Names that came since were not taken. They stand among the refused ones.</p>
                ) : (
                  <ul className={css.waiting}>
                    {row.waiting.map((join) => (
                      <li key={join.person.id}>
                        <To to={`people/${join.person.id}`} className="text-link clip">
                          {callPerson(join.person)}
                        </To>
                        <span className={css.note}>
                          {join.by === null ? join.actor : `same ${sayKind(join.by).toLowerCase()}`}, <Time at={join.at} />
                        </span>
                      </li>
                    ))}
                  </ul>
                )}
              </Section>
              <div className={css.buttons}>
                <Button onClick={() => setAsked({ row, as: 'allow' })}>Allow</Button>
                <Button variant="default" onClick={() => setAsked({ row, as: 'apart' })}>
                  Keep apart
                </Button>
                <Button component={To} to={`people/${row.person.id}`} variant="subtle" color="gray">
                  Open profile
                </Button>
              </div>
            </>
          ) : (
            <Empty small title="No longer held">
              Somebody has settled this meanwhile.
            </Empty>
          )
        }
        empty={
          <Empty title="Nobody is held">
            Somebody who attracts more than ten addresses or fifty devices in a day is more likely a shared computer or a mistake than one
            person. They are held here, and the identity policy says from how many on.
          </Empty>
        }
      />
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={asked?.as === 'allow' ? 'Allow these names' : 'Keep apart'}
        action={asked?.as === 'allow' ? 'Allow' : 'Keep apart'}
        reason="Why"
        onConfirm={async (reason) => {
          const { row, as } = asked!;
          await settle.mutateAsync({ params: { id: row.person.id }, body: { as, reason } });
          said(as === 'allow' ? `${callPerson(row.person)} may be joined again.` : 'They are kept apart.');
          setAddress({ peek: undefined });
        }}
      >
        {asked?.as === 'allow'
          ? `${plural(asked.row.waiting.length, 'person', 'people')} who wait are joined now, each of which can be undone, and as many names again may come before anybody asks you.`
          : `${plural(asked?.row.waiting.length ?? 0, 'person', 'people')} who wait stay people of their own, until a trusted source says anew that they are one.`}
      </Confirm>
    </Page>
  );
}
