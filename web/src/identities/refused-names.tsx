import type { ReactNode } from 'react';
import type { Reply } from '../api.ts';
import { To, useAddress } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { sayNumber } from '../parts/number.ts';
import { Fact, Facts, Page } from '../parts/page.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { Time } from '../parts/time.tsx';
import { upper } from '../parts/upper.ts';
import { useList } from '../query.ts';
import { isId, sayKind } from './words.ts';

type Row = Reply<'listRefusedNames'>['items'][number];

const columns: Column<Row>[] = [
  {
    key: 'value',
    title: 'Value',
    width: 'minmax(120px, 1.4fr)',
    cell: (row) => <span className={isId(row.kind) ? 'mono clip' : 'clip'}>{row.value}</span>,
  },
  { key: 'kind', title: 'Given as', width: '92px', from: 460, cell: (row) => <span className="quiet">{sayKind(row.kind)}</span> },
  { key: 'because', title: 'Why it names nobody', width: 'minmax(140px, 2fr)', from: 620, cell: (row) => upper(row.because) },
  { key: 'times', title: 'Times', width: '64px', align: 'right', cell: (row) => sayNumber(row.times) },
  timeColumn({ key: 'last', title: 'Last', width: '84px', at: (row) => row.lastAt }),
];
const idOf = (row: Row): string => `${row.kind} ${row.value}`;

/** Values that came as a name and join nobody. */
export function RefusedNames({ bar }: { bar: ReactNode }) {
  const [address, setAddress] = useAddress();
  const list = useList('listRefusedNames', { query: { limit: 100 } });
  return (
    <Page
      fit="fill"
      title="Identities"
      purpose="Values that came as a name and were joined to nobody. Their calls were kept, under whom else they named."
      bar={bar}
    >
      <List
        label="Refused names"
        columns={columns}
        idOf={idOf}
        list={list}
        below={{ until: 620, cell: (row) => `${upper(row.because)}, given as ${sayKind(row.kind).toLowerCase()}` }}
        peek={address.peek || null}
        onPeek={(id) => setAddress({ peek: id ?? undefined })}
        panelTitle={(_, row) => row?.value ?? 'Refused name'}
        panel={(_, row) =>
          row ? (
            <>
              <p className="quiet">{upper(row.because)}.</p>
              <Facts>
                <Fact name="Given as">{sayKind(row.kind)}</Fact>
                <Fact name="Times">{sayNumber(row.times)}</Fact>
                <Fact name="First">
                  <Time at={row.firstAt} as="exact" />
                </Fact>
                <Fact name="Last">
                  <Time at={row.lastAt} as="exact" />
                </Fact>
                <Fact name="The last call">
                  <To to={`people/${row.person}`} className="text-link">
                    is kept under this person
                  </To>
                </Fact>
              </Facts>
              <p className="faint">
                Which values are refused is said by the{' '}
                <To to="definitions/identity-policy/main" className="text-link">
                  identity policy
                </To>
                .
              </p>
            </>
          ) : (
            <Empty small title="This value is further down">
              Scroll the list until it is loaded.
            </Empty>
          )
        }
        empty={
          <Empty title="Nothing has been refused">
            Values such as “null”, “undefined” or test@…, and ids that come with many people, join nobody. They stand here with how often
            they came.
          </Empty>
        }
      />
    </Page>
  );
}
