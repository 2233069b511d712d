import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { Reply } from '../api.ts';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { Chip } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import css from './journeys.module.css';
import { NewJourney } from './new-journey.tsx';
import { sayShare } from './say-share.ts';

type JourneyRow = Reply<'listJourneys'>['items'][number];

export function JourneyStatus({ row }: { row: Pick<JourneyRow, 'stopped' | 'version' | 'hasDraft'> }) {
  if (row.stopped)
    return (
      <Chip tone="bad" tip="Its messages wait until somebody lets it go on">
        Stopped
      </Chip>
    );
  if (row.version === null) return <Chip tip="Nobody enters before it is published">Draft</Chip>;
  return (
    <Chip tone="good" tip={row.hasDraft ? 'Live; a draft of the next version waits' : 'Live'}>
      Live
    </Chip>
  );
}

const columns: Column<JourneyRow>[] = [
  {
    key: 'name',
    title: 'Journey',
    width: 'minmax(150px, 3fr)',
    cell: (row) => (
      <span className={css.name}>
        <span className="clip">
          <strong>{row.name}</strong>
          {row.version !== null && <span className="faint"> v{row.version}</span>}
          {row.hasDraft && row.version !== null && <span className="faint">, draft waits</span>}
        </span>
        <span className="clip quiet">{row.intent}</span>
      </span>
    ),
  },
  { key: 'status', title: 'Status', width: '76px', cell: (row) => <JourneyStatus row={row} /> },
  {
    key: 'live',
    title: 'In it now',
    width: '72px',
    align: 'right',
    cell: (row) =>
      row.live === 0 ? (
        <span className="faint">0</span>
      ) : (
        <To
          to="people"
          search={{ journey: row.key }}
          className="text-link"
          aria-label={`${plural(row.live, 'person', 'people')} in ${row.name}`}
        >
          {sayNumber(row.live)}
        </To>
      ),
  },
  { key: 'entered', title: 'Entered', width: '72px', align: 'right', from: 640, cell: (row) => sayNumber(row.entered) },
  {
    key: 'week',
    title: 'In 7 days',
    width: '72px',
    align: 'right',
    from: 900,
    cell: (row) => <span className="quiet">{sayNumber(row.entered7d)}</span>,
  },
  {
    key: 'goal',
    title: 'Reached the goal',
    width: '116px',
    align: 'right',
    from: 740,
    cell: (row) => (
      <>
        {sayNumber(row.goalMet)} <span className="faint">{sayShare(row.goalMet, row.entered)}</span>
      </>
    ),
  },
  timeColumn({ key: 'last', title: 'Last entry', width: '84px', from: 820, at: (row) => row.lastEntryAt }),
];
const idOf = (row: JourneyRow): string => row.key;

/** The journeys with how many are in them, came in and reached the goal. */
export function Journeys() {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const journeys = useRoute('listJourneys', undefined);
  const wanted = (address.search ?? '').toLowerCase();
  const all = journeys.data?.items ?? [];
  const rows = all.filter((row) => `${row.name} ${row.key} ${row.intent}`.toLowerCase().includes(wanted));
  return (
    <Page
      fit="fill"
      title="Journeys"
      purpose="Plans for people: where they enter, what happens, when it is over."
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAddress({ new: '1' })}>
          New journey
        </Button>
      }
      bar={
        all.length > 4 ? (
          <SearchBox
            value={address.search ?? ''}
            onChange={(next) => setAddress({ search: next || undefined })}
            placeholder="Search journeys"
          />
        ) : undefined
      }
    >
      <List
        tall
        label="Journeys"
        columns={columns}
        idOf={idOf}
        list={{ rows, loaded: journeys.data !== undefined, problem: journeys.error, again: () => void journeys.refetch() }}
        onOpen={(row) => go(`journeys/${row.key}`)}
        empty={
          wanted ? (
            <Empty title="No journey fits">Change the search, or take it away.</Empty>
          ) : (
            <Empty title="No journey yet" action={<Button onClick={() => setAddress({ new: '1' })}>New journey</Button>}>
              A journey says when people enter, what they get and when it is over. Publish one of the starter drafts, or write your own.
            </Empty>
          )
        }
      />
      {address.new === '1' && journeys.data && (
        <NewJourney taken={new Set(all.map((row) => row.key))} onClose={() => setAddress({ new: undefined })} />
      )}
    </Page>
  );
}
