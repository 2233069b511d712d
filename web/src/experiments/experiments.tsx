import type { ExperimentView } from '#contract/experiment.ts';
import { Button } from '@mantine/core';
import { To, useAddress } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { sayNumber } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import { ExperimentResult, stateTone, stateWords } from './experiment-result.tsx';
import css from './experiment-result.module.css';

const idOf = (row: ExperimentView): string => row.id;

const columns: Column<ExperimentView>[] = [
  {
    key: 'name',
    title: 'Experiment',
    width: 'minmax(150px, 2fr)',
    cell: (row) => (
      <span className={css.what}>
        <span className="clip">{row.plan.name}</span>
        <span className={`clip quiet ${css.where}`}>{row.place.in === 'broadcast' ? 'Broadcast' : row.where}</span>
      </span>
    ),
  },
  {
    key: 'state',
    title: 'State',
    width: '92px',
    cell: (row) =>
      row.result.split.isBroken ? <Chip tone="bad">Split broken</Chip> : <Chip tone={stateTone(row)}>{stateWords[row.state]}</Chip>,
  },
  {
    key: 'says',
    title: 'What it has shown',
    width: 'minmax(180px, 4fr)',
    from: 640,
    cell: (row) => <span className="clip">{row.result.says}</span>,
  },
  { key: 'people', title: 'People', width: '80px', align: 'right', from: 460, cell: (row) => sayNumber(row.result.people) },
  {
    key: 'began',
    title: 'Began',
    width: '92px',
    align: 'right',
    from: 380,
    cell: (row) => (
      <span className="quiet">
        <Time at={row.beganAt} />
      </span>
    ),
  },
];

/** Every experiment in journeys and broadcasts, and what it has shown by now. */
export function Experiments() {
  const [address, setAddress] = useAddress();
  const query = useRoute('listExperiments', undefined, { refetchInterval: 30_000 });
  const rows = query.data?.items ?? [];
  return (
    <Page
      fit="fill"
      title="Experiments"
      purpose="Which way does more of what is wanted. Look as often as you like: what is said here stays true."
    >
      <List
        tall
        wide
        label="Experiments"
        columns={columns}
        idOf={idOf}
        list={{ rows, loaded: query.data !== undefined, problem: query.error, again: () => void query.refetch() }}
        below={{ until: 640, cell: (row) => <span className="clip">{row.result.says}</span> }}
        peek={typeof address.show === 'string' ? address.show : null}
        onPeek={(id) => setAddress({ show: id ?? undefined })}
        panelTitle={(_, row) => row?.plan.name ?? 'Experiment'}
        panel={(_, row) => row && <Panel experiment={row} />}
        empty={
          <Empty
            title="No experiment yet"
            action={
              <Button component={To} to="journeys">
                Open the journeys
              </Button>
            }
          >
            Put the step “Experiment” into a journey: people are divided by chance, and it shows which way does more of what is wanted. It
            begins when enough people do that already to see a difference.
          </Empty>
        }
      />
    </Page>
  );
}

function Panel({ experiment }: { experiment: ExperimentView }) {
  const { place, where } = experiment;
  return (
    <>
      <p>
        {place.in === 'journey' && 'In the journey '}
        <To to={place.in === 'journey' ? `journeys/${place.key}` : `broadcasts/${place.id}`} className="text-link">
          {place.in === 'journey' ? where : 'Open the broadcast'}
        </To>
      </p>
      <ExperimentResult experiment={experiment} />
    </>
  );
}
