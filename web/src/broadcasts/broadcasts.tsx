import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { BroadcastState } from '#contract/broadcast.ts';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { failed } from '../parts/notify.ts';
import { sayNumber, sayPercent } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useChange, useList } from '../query.ts';
import css from './broadcasts.module.css';
import { type BroadcastRow, handed, stateTones, stateWords, without } from './words.ts';

const idOf = (row: BroadcastRow): string => row.id;
const begun = (row: BroadcastRow): boolean => !['draft', 'scheduled'].includes(row.state);

/** A number that leads to the messages behind it. */
function Count({ row, count, search }: { row: BroadcastRow; count: number; search: Record<string, string> }) {
  if (!begun(row)) return <span className="faint">–</span>;
  return count === 0 ? (
    <span className="faint">0</span>
  ) : (
    <To to="messages" search={{ broadcast: row.id, ...search }} className={css.count}>
      {sayNumber(count)}
    </To>
  );
}

const columns: Column<BroadcastRow>[] = [
  {
    key: 'name',
    title: 'Broadcast',
    width: 'minmax(150px, 3fr)',
    cell: (row) => (
      <span className={css.what}>
        <span className="clip">{row.name}</span>
        <span className="clip quiet">{row.purpose || <span className="faint">No purpose is given</span>}</span>
      </span>
    ),
  },
  { key: 'state', title: 'State', width: '92px', cell: (row) => <Chip tone={stateTones[row.state]}>{stateWords[row.state]}</Chip> },
  {
    key: 'audience',
    title: 'People',
    width: '72px',
    align: 'right',
    from: 460,
    tip: 'In the audience when it was frozen',
    cell: (row) => (row.audience === null ? <span className="faint">–</span> : sayNumber(row.audience)),
  },
  {
    key: 'sent',
    title: 'Sent',
    width: '72px',
    align: 'right',
    from: 560,
    cell: (row) => <Count row={row} count={handed(row.figures)} search={{ status: 'sent' }} />,
  },
  {
    key: 'held',
    title: 'Held',
    width: '64px',
    align: 'right',
    from: 760,
    cell: (row) => <Count row={row} count={row.figures.held} search={{ status: 'held' }} />,
  },
  {
    key: 'not',
    title: 'Not sent',
    width: '72px',
    align: 'right',
    from: 660,
    cell: (row) => <Count row={row} count={without(row.figures)} search={{ status: 'skipped' }} />,
  },
  {
    key: 'opened',
    title: 'Opened',
    width: '68px',
    align: 'right',
    from: 900,
    tip: 'Of those to whom it was sent',
    cell: (row) => <Share part={row.figures.opened} whole={handed(row.figures)} />,
  },
  {
    key: 'clicked',
    title: 'Clicked',
    width: '68px',
    align: 'right',
    from: 980,
    tip: 'Of those to whom it was sent',
    cell: (row) => <Share part={row.figures.clicked} whole={handed(row.figures)} />,
  },
  {
    key: 'when',
    title: 'When',
    width: '92px',
    align: 'right',
    from: 380,
    cell: (row) => (
      <span className="quiet">
        {row.state === 'scheduled' ? <Time at={row.startsAt} as="until" /> : <Time at={row.startsAt ?? row.updatedAt} />}
      </span>
    ),
  },
];

const Share = ({ part, whole }: { part: number; whole: number }) =>
  whole === 0 ? <span className="faint">–</span> : <span className={part === 0 ? 'faint' : undefined}>{sayPercent(part, whole)}</span>;

/** What the columns that have no room would tell. */
const Below = ({ row }: { row: BroadcastRow }) =>
  begun(row) ? (
    <span className={css.below}>
      <span>
        {sayNumber(handed(row.figures))} of {sayNumber(row.audience ?? 0)} sent
      </span>
      {row.figures.held > 0 && <span>{sayNumber(row.figures.held)} held</span>}
      {without(row.figures) > 0 && <span>{sayNumber(without(row.figures))} not sent</span>}
    </span>
  ) : (
    <span className="faint">Nothing has been sent</span>
  );

const choices = [
  { value: 'all', label: 'All' },
  ...(['draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled'] as const).map((value) => ({
    value,
    label: stateWords[value],
  })),
];

/** Every broadcast: in which state it is, and what became of it. */
export function Broadcasts() {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const state = choices.some(({ value }) => value === address.state) ? (address.state as BroadcastState) : undefined;
  const list = useList('listBroadcasts', { query: { state, limit: 100 } });
  const create = useChange('createBroadcast', ['listBroadcasts']);
  const start = (): void =>
    create.mutate({ body: { name: 'A new broadcast' } }, { onSuccess: ({ id }) => go(`broadcasts/${id}`), onError: failed });
  const action = (
    <Button leftSection={<IconPlus size={16} />} onClick={start} loading={create.isPending}>
      New broadcast
    </Button>
  );
  return (
    <Page
      fit="fill"
      title="Broadcasts"
      purpose="One message to everybody in some segments, once. Who gets it is written down when it starts."
      actions={action}
      bar={
        (list.rows.length > 0 || state !== undefined) && (
          <Segmented
            label="By state"
            value={state ?? 'all'}
            choices={choices}
            onChange={(next) => setAddress({ state: next === 'all' ? undefined : next })}
          />
        )
      }
    >
      <List
        tall
        label="Broadcasts"
        columns={columns}
        idOf={idOf}
        list={list}
        below={{ until: 560, cell: (row) => <Below row={row} /> }}
        onOpen={(row) => go(`broadcasts/${row.id}`)}
        empty={
          state === undefined ? (
            <Empty title="No broadcast yet" action={<Button onClick={start}>New broadcast</Button>}>
              News, an offer, a change of hours: what everybody is told at once. Before it goes out you see who gets it, when, and who does
              not and why; while it goes out you can pause it.
            </Empty>
          ) : (
            <Empty
              title={`No broadcast is ${stateWords[state].toLowerCase()}`}
              action={
                <Button variant="default" onClick={() => setAddress({ state: undefined })}>
                  Show all broadcasts
                </Button>
              }
            />
          )
        }
      />
    </Page>
  );
}
