import { Button, Progress } from '@mantine/core';
import { useState } from 'react';
import { useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { sayNumber, sayPercent } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useList } from '../query.ts';
import { useWorkspace } from '../session/workspace.tsx';
import { RehearseDialog } from './rehearse-dialog.tsx';
import css from './rehearsals.module.css';
import { type RehearsalRow, sayKinds, sayOver, sayRange, sayShare, sayWhat, stateTones, stateWords } from './words.ts';

const idOf = (row: RehearsalRow): string => row.id;
/** While one runs, the list is asked again so often [ms], beside what the live stream says. */
const askedEveryMs = 1_000;

const columns: Column<RehearsalRow>[] = [
  {
    key: 'what',
    title: 'Rehearsed',
    width: 'minmax(150px, 3fr)',
    cell: (row) => (
      <span className={css.what}>
        <span className="clip">{sayWhat(row.definitions)}</span>
        <span className={`${css.kinds} clip quiet`}>
          {sayKinds(row.definitions)}
          {row.share < 1 && `, ${sayShare(row.share)}`}
        </span>
      </span>
    ),
  },
  {
    key: 'over',
    title: 'Over',
    width: 'minmax(150px, 1.4fr)',
    from: 620,
    cell: (row) => (
      <span className={css.what}>
        <span className="clip">{sayOver(row.over)}</span>
        <Range over={row.over} />
      </span>
    ),
  },
  { key: 'state', title: 'State', width: '132px', cell: (row) => <State row={row} /> },
  { key: 'by', title: 'Asked by', width: 'minmax(90px, 1fr)', from: 880, cell: (row) => <span className="clip quiet">{row.askedBy}</span> },
  {
    key: 'people',
    title: 'People',
    width: '72px',
    align: 'right',
    from: 760,
    tip: 'How many were looked at',
    cell: (row) => sayNumber(row.looked),
  },
  {
    key: 'when',
    title: 'When',
    width: '84px',
    align: 'right',
    from: 420,
    cell: (row) => (
      <span className="quiet">
        <Time at={row.askedAt} />
      </span>
    ),
  },
];

function Range({ over }: { over: RehearsalRow['over'] }) {
  const { language, zone } = useWorkspace();
  return <span className="clip quiet">{sayRange(over, language, zone)}</span>;
}

const State = ({ row }: { row: RehearsalRow }) =>
  row.state === 'running' ? (
    <span className={css.runs}>
      <Progress
        value={row.people === 0 ? 0 : (100 * row.looked) / row.people}
        size={6}
        aria-label={`How many people have been looked at for ${sayWhat(row.definitions)}`}
      />
      <span className="faint">{sayPercent(row.looked, row.people)}</span>
    </span>
  ) : (
    <Chip tone={stateTones[row.state]} {...(row.reason === null ? {} : { tip: row.reason })}>
      {stateWords[row.state]}
    </Chip>
  );

/** Every rehearsal of the last thirty days: of what, over what, and how far it is. */
export function Rehearsals() {
  const go = useGo();
  const [asks, setAsks] = useState(false);
  const [runs, setRuns] = useState(false);
  const list = useList('listRehearsals', { query: { limit: 50 } }, { refetchInterval: runs ? askedEveryMs : false });
  const running = list.rows.some(({ state }) => state === 'running');
  if (running !== runs) setRuns(running);
  const start = () => <Button onClick={() => setAsks(true)}>Rehearse</Button>;
  return (
    <Page
      fit="fill"
      title="Rehearsals"
      purpose="What would come of a change before it is made: over the past as it really was, or over days to come. Nothing is written and nothing is sent."
      actions={start()}
    >
      <List
        tall
        label="Rehearsals"
        columns={columns}
        idOf={idOf}
        list={list}
        below={{
          until: 620,
          cell: ({ over, definitions }) => <span className="quiet">{`${sayOver(over)}, ${sayKinds(definitions).toLowerCase()}`}</span>,
        }}
        onOpen={(row) => go(`rehearsals/${row.id}`)}
        empty={
          <Empty title="Nothing has been rehearsed yet" action={start()}>
            Change a journey, a segment, a score or a cap, and keep it as a draft. A rehearsal lives everybody’s last weeks again with the
            drafts in place of what is in force: who would have entered, which way they would have gone, how many messages a day, and what
            would have held them.
          </Empty>
        }
      />
      {asks && <RehearseDialog onClose={() => setAsks(false)} />}
    </Page>
  );
}
