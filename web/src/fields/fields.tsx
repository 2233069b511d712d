import { Button } from '@mantine/core';
import type { FieldRow } from '#contract/routes/fields.ts';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { Pills } from '../parts/pills.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { Chip } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import { FieldPanel } from './field-panel.tsx';
import css from './fields.module.css';
import { classTones, sayCounts, saySources, sayType } from './words.ts';

const columns: Column<FieldRow>[] = [
  {
    key: 'name',
    title: 'Field',
    width: 'minmax(120px, 1.3fr)',
    cell: (row) => (
      <span className={css.name}>
        <span className="clip">{row.name}</span>
        {row.key === null && <Chip tone={row.notDefined ? 'bad' : 'warn'}>Not defined</Chip>}
      </span>
    ),
  },
  { key: 'path', title: 'Path', width: 'minmax(100px, 1fr)', from: 1180, cell: (row) => <span className="mono faint">{row.path}</span> },
  { key: 'type', title: 'Holds', width: '100px', from: 900, cell: (row) => <span className="quiet">{sayType(row)}</span> },
  {
    key: 'class',
    title: 'Class',
    width: '92px',
    from: 760,
    cell: (row) =>
      row.class === null ? <span className="faint">–</span> : <Chip tone={classTones[row.class].tone}>{classTones[row.class].word}</Chip>,
  },
  {
    key: 'owner',
    title: 'Owner',
    width: 'minmax(90px, 150px)',
    from: 1060,
    cell: (row) => (row.owner ? <span className="quiet">{row.owner}</span> : <span className="faint">Nobody</span>),
  },
  {
    key: 'from',
    title: 'Comes from',
    width: 'minmax(100px, 1fr)',
    from: 620,
    cell: (row) => <span className="quiet">{saySources(row) || <span className="faint">Nowhere lately</span>}</span>,
  },
  {
    key: 'to',
    title: 'Used by',
    width: 'minmax(100px, 1fr)',
    from: 620,
    cell: (row) =>
      row.used.length > 0 ? (
        <span className="quiet">{sayCounts(row.used)}</span>
      ) : row.ownUse ? (
        <span className="faint">The system itself</span>
      ) : (
        <span className="faint">Nothing</span>
      ),
  },
  {
    key: 'people',
    title: 'Known for',
    width: '84px',
    align: 'right',
    cell: (row) =>
      row.people > 0 ? (
        <To
          to="people"
          search={{ trait: row.path }}
          className="text-link"
          aria-label={`${plural(row.people, 'person', 'people')} with ${row.name}`}
        >
          {sayNumber(row.people)}
        </To>
      ) : (
        <span className="faint">0</span>
      ),
  },
  {
    key: 'refused',
    title: 'Not taken',
    width: '72px',
    align: 'right',
    from: 340,
    cell: (row) => (row.refused > 0 ? <span className={css.refused}>{sayRefused(row.refused)}</span> : <span className="faint">0</span>),
  },
];
/** What a phone has no columns for: what it holds, where it comes from, where it goes. */
const sayEnds = (row: FieldRow): string =>
  [
    ...(row.type === null ? [] : [sayType(row)]),
    saySources(row) ? `from ${saySources(row)}` : 'from nowhere lately',
    row.used.length > 0 ? `used by ${sayCounts(row.used)}` : row.ownUse ? 'used by the system itself' : 'used by nothing',
  ].join(', ');

const sayRefused = (count: number): string => (count >= 10_000 ? '10,000+' : sayNumber(count));
const idOf = (row: FieldRow): string => row.path;

const filters: Record<string, { label: string; fits: (row: FieldRow) => boolean; tone: 'warn' | 'bad' | 'calm' }> = {
  refused: { label: 'Values not taken', fits: (row) => row.refused > 0, tone: 'bad' },
  undefined: { label: 'Used, not defined', fits: (row) => row.notDefined, tone: 'bad' },
  unused: { label: 'Never used', fits: (row) => row.neverUsed, tone: 'warn' },
  twice: { label: 'Asked twice', fits: (row) => row.askedTwice.length > 0, tone: 'warn' },
  loose: { label: 'No field', fits: (row) => row.key === null && !row.notDefined, tone: 'calm' },
};

/** What is known about people: each field with where it comes from, where it goes, and what it did not take. */
export function Fields() {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const fields = useRoute('listFields', undefined);
  const all = fields.data?.items ?? [];
  const search = (address.search ?? '').toLowerCase();
  const filter = address.show === undefined ? undefined : filters[address.show];
  const rows = all.filter((row) => (filter?.fits(row) ?? true) && `${row.name} ${row.path} ${row.meaning}`.toLowerCase().includes(search));
  return (
    <Page
      fit="fill"
      title="Fields"
      purpose="What is known about people: who may write it, where it comes from, where it is used."
      actions={
        <Button component={To} to="definitions" search={{ kind: 'field', new: '1' }}>
          New field
        </Button>
      }
      bar={
        <>
          <SearchBox
            value={address.search ?? ''}
            onChange={(next) => setAddress({ search: next || undefined })}
            placeholder="Name or path"
            width={200}
          />
          <Pills
            label="Show"
            value={address.show}
            onChange={(show) => setAddress({ show, peek: undefined })}
            choices={Object.entries(filters)
              .map(([value, { label, fits, tone }]) => ({ value, label, tone, count: all.filter(fits).length }))
              .filter((choice) => choice.count > 0 || choice.value === address.show)}
          />
        </>
      }
    >
      <List
        label="Fields"
        columns={columns}
        idOf={idOf}
        list={{ rows, loaded: fields.data !== undefined, problem: fields.error, again: () => void fields.refetch() }}
        below={{ until: 620, cell: sayEnds }}
        peek={address.peek || null}
        onPeek={(path) => setAddress({ peek: path ?? undefined })}
        onOpen={(row) => row.key !== null && go(`definitions/field/${row.key}`)}
        panelTitle={(path, row) => row?.name ?? path}
        panel={(path) => <FieldPanel path={path} row={all.find((each) => each.path === path)} />}
        empty={
          search !== '' || filter ? (
            <Empty
              title="No field fits"
              action={
                <Button variant="default" onClick={() => setAddress({ search: undefined, show: undefined })}>
                  Show all fields
                </Button>
              }
            >
              Change the search, or take the filter away.
            </Empty>
          ) : (
            <Empty
              title="Nothing is known about anybody yet"
              action={
                <Button component={To} to="import">
                  Import a list
                </Button>
              }
            >
              Fields appear here when one is published, or when a form, a file, your site or your server says something about a person.
            </Empty>
          )
        }
      />
    </Page>
  );
}
