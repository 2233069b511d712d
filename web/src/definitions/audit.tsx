import type { Reply } from '../api.ts';
import { useAddress } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { JsonView } from '../parts/json-view.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Fact, Facts, Page, Section } from '../parts/page.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { Time } from '../parts/time.tsx';
import { upper } from '../parts/upper.ts';
import { useList } from '../query.ts';

type Row = Reply<'listAudit'>['items'][number];

const columns: Column<Row>[] = [
  { key: 'what', title: 'What', width: 'minmax(160px, 2fr)', cell: (row) => upper(row.what) },
  { key: 'actor', title: 'Who', width: 'minmax(110px, 220px)', from: 460, cell: (row) => <span className="quiet">{row.actor}</span> },
  timeColumn({ key: 'at', title: 'When', width: '84px', at: (row) => row.at }),
];
const idOf = (row: Row): string => row.id;

/** Who changed what. */
export function Audit() {
  const [address, setAddress] = useAddress();
  const list = useList('listAudit', { query: { limit: 100 } });
  return (
    <Page fit="fill" title="Audit" purpose="Who changed what, newest first. It can be read and not changed.">
      <List
        label="Changes"
        columns={columns}
        idOf={idOf}
        list={list}
        peek={address.peek || null}
        onPeek={(id) => setAddress({ peek: id ?? undefined })}
        panelTitle={(_, row) => (row ? upper(row.what) : 'Change')}
        panel={(_, row) =>
          row ? (
            <>
              <Facts>
                <Fact name="What">{upper(row.what)}</Fact>
                <Fact name="Who">{row.actor}</Fact>
                <Fact name="When">
                  <Time at={row.at} as="exact" />
                </Fact>
              </Facts>
              {row.details !== null && row.details !== undefined && (
                <Section title="Details">
                  <JsonView value={row.details} label="Details of the change" />
                </Section>
              )}
            </>
          ) : (
            <Empty small title="This change is further down">
              Scroll the list until it is loaded.
            </Empty>
          )
        }
        empty={
          <Empty title="Nothing has been changed yet">
            Publishing, settings, keys, stops and moves by hand are written down here with who did them.
          </Empty>
        }
      />
    </Page>
  );
}
