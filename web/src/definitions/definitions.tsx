import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { kindNames } from 'contract:words';
import type { DefinitionKind } from '#contract/definition.ts';
import type { Reply } from '../api.ts';
import { useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Pills } from '../parts/pills.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { Chip } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import { AsFiles } from './as-files.tsx';
import css from './definitions.module.css';
import { NewDefinition } from './new-definition.tsx';

type Row = Reply<'listDefinitions'>['items'][number];
const kinds = Object.keys(kindNames) as DefinitionKind[];

export function DefinitionStatus({ row }: { row: Pick<Row, 'version' | 'hasDraft' | 'retired' | 'archivedAt'> }) {
  if (row.archivedAt !== null) return <Chip tip="Put away: it decides nothing, and what it did is kept">Archived</Chip>;
  if (row.version === null) return <Chip tip="Never published">Draft</Chip>;
  if (row.retired) return <Chip tip="It was published, and is not in force any more">Retired</Chip>;
  return row.hasDraft ? (
    <Chip tone="warn" tip={`Version ${row.version} is live; the draft differs`}>
      Draft waits
    </Chip>
  ) : (
    <Chip tone="good">Live</Chip>
  );
}

const columns: Column<Row>[] = [
  { key: 'name', title: 'Name', width: 'minmax(140px, 2fr)', cell: (row) => <span className={css.name}>{row.name || row.key}</span> },
  { key: 'kind', title: 'Kind', width: '110px', from: 560, cell: (row) => <span className="quiet">{kindNames[row.kind].name}</span> },
  { key: 'key', title: 'Key', width: 'minmax(100px, 1fr)', from: 760, cell: (row) => <span className="mono faint">{row.key}</span> },
  {
    key: 'version',
    title: 'Version',
    width: '60px',
    align: 'right',
    from: 480,
    cell: (row) => row.version ?? <span className="faint">–</span>,
  },
  { key: 'status', title: 'Status', width: '92px', cell: (row) => <DefinitionStatus row={row} /> },
  {
    key: 'by',
    title: 'Changed by',
    width: 'minmax(100px, 180px)',
    from: 940,
    cell: (row) => <span className="quiet">{row.updatedBy}</span>,
  },
  timeColumn({ key: 'at', title: 'Changed', width: '80px', from: 400, at: (row) => row.updatedAt }),
];
const idOf = (row: Row): string => `${row.kind}/${row.key}`;

/** Everything that decides, by kind. */
export function Definitions() {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const definitions = useRoute('listDefinitions', undefined);
  const all = definitions.data?.items ?? [];
  const kind = kinds.find((one) => one === address.kind);
  const search = (address.search ?? '').toLowerCase();
  const state = address.draft === '1' ? 'draft' : address.archived === '1' ? 'archived' : undefined;
  const rows = all
    .filter(
      (row) =>
        (kind === undefined || row.kind === kind) &&
        (row.archivedAt !== null) === (state === 'archived') &&
        (state !== 'draft' || row.hasDraft || row.version === null) &&
        `${row.name} ${row.key}`.toLowerCase().includes(search),
    )
    .toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.name.localeCompare(b.name));
  const archived = all.filter((row) => row.archivedAt !== null).length;
  const drafts = all.filter((row) => row.archivedAt === null && (row.hasDraft || row.version === null)).length;
  const filtered = kind !== undefined || search !== '' || state !== undefined;
  return (
    <Page
      fit="fill"
      title="Definitions"
      purpose="Everything that decides: edited as a draft, checked, published as a version, rolled back."
      actions={
        <>
          <AsFiles />
          <Button leftSection={<IconPlus size={16} />} onClick={() => setAddress({ new: '1' })}>
            New
          </Button>
        </>
      }
      bar={
        <>
          <SearchBox
            value={address.search ?? ''}
            onChange={(next) => setAddress({ search: next || undefined })}
            placeholder="Search name or key"
            width={220}
          />
          <Pills
            label="Kind"
            value={kind}
            onChange={(next) => setAddress({ kind: next })}
            choices={kinds
              .map((value) => ({ value, label: kindNames[value].plural, count: all.filter((row) => row.kind === value).length }))
              .filter((choice) => choice.count > 0 || choice.value === kind)}
          />
          {(drafts > 0 || archived > 0 || state !== undefined) && (
            <Pills
              label="State"
              value={state}
              onChange={(next) =>
                setAddress({ draft: next === 'draft' ? '1' : undefined, archived: next === 'archived' ? '1' : undefined })
              }
              choices={[
                { value: 'draft', label: 'With a draft', count: drafts, tone: 'warn' as const },
                { value: 'archived', label: 'Archived', count: archived },
              ].filter((choice) => choice.count > 0 || choice.value === state)}
            />
          )}
        </>
      }
    >
      <List
        label="Definitions"
        columns={columns}
        idOf={idOf}
        list={{ rows, loaded: definitions.data !== undefined, problem: definitions.error, again: () => void definitions.refetch() }}
        onOpen={(row) => go(`definitions/${row.kind}/${row.key}`)}
        empty={
          filtered ? (
            <Empty
              title={kind && search === '' ? `No ${kindNames[kind].plural.toLowerCase()} yet` : 'Nothing fits'}
              action={
                <Button
                  variant="default"
                  onClick={() => setAddress({ kind: undefined, search: undefined, draft: undefined, archived: undefined })}
                >
                  Show all definitions
                </Button>
              }
            >
              Change the filter, or start a new one.
            </Empty>
          ) : (
            <Empty title="Nothing decides yet" action={<Button onClick={() => setAddress({ new: '1' })}>New definition</Button>}>
              Start one here, or apply a folder: npx throughline apply blueprints/service-business --publish
            </Empty>
          )
        }
      />
      {address.new === '1' && <NewDefinition kind={kind} taken={new Set(all.map(idOf))} onClose={() => setAddress({ new: undefined })} />}
    </Page>
  );
}
