import type { TaskRow } from '#contract/routes/people.ts';
import { TemplatePreview } from '../journeys/template-preview.tsx';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { FilterWord } from '../parts/filter-word.tsx';
import { type Column, List } from '../parts/list.tsx';
import { NameOf } from '../parts/names.tsx';
import { sayNumber } from '../parts/number.ts';
import { Fact, Facts, Page } from '../parts/page.tsx';
import { callPerson } from '../parts/person-name.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useList, useRoute } from '../query.ts';
import { useNow } from '../session/workspace.tsx';
import { TaskButtons } from './decide-task.tsx';
import css from './tasks.module.css';

/** Who closes a task that nobody did. */
const doneBecause: Record<string, string> = { 'run-ended': 'because the run ended', 'moved-on': 'because the journey went on' };
const idOf = (row: TaskRow): string => row.id;

function When({ row }: { row: TaskRow }) {
  const now = useNow();
  if (row.doneAt)
    return (
      <span className="quiet">
        <Time at={row.doneAt} />
      </span>
    );
  return (
    <span className={Date.parse(row.dueAt) < now ? css.late : 'quiet'}>
      <Time at={row.dueAt} as="until" />
    </span>
  );
}

const Asks = ({ row }: { row: TaskRow }) =>
  row.asks === null ? null : row.asks === 'approval' ? (
    <Chip tone="accent" tip="A journey waits for a yes or a no">
      Asks
    </Chip>
  ) : (
    <Chip tone="warn" tip="The automation of this person rests until it is done">
      Handed over
    </Chip>
  );

const columns: Column<TaskRow>[] = [
  {
    key: 'what',
    title: 'Task',
    width: 'minmax(150px, 3fr)',
    cell: (row) => (
      <span className={css.what}>
        <span className="clip">
          <strong>{row.title}</strong>
        </span>
        <span className="clip quiet">
          {callPerson(row.person)}
          {row.journey && <span className="faint">, asked by {row.journey.name}</span>}
        </span>
      </span>
    ),
  },
  { key: 'asks', title: '', width: '92px', from: 620, cell: (row) => <Asks row={row} /> },
  {
    key: 'owner',
    title: 'Owner',
    width: 'minmax(72px, 150px)',
    from: 760,
    cell: (row) => (row.owner ? <span className="quiet">{row.owner}</span> : <span className="faint">Nobody</span>),
  },
  { key: 'when', title: 'When', width: '84px', cell: (row) => <When row={row} /> },
  {
    key: 'do',
    title: '',
    width: '108px',
    from: 460,
    cell: (row) => (row.doneAt ? <span className="faint">{row.doneBy}</span> : <TaskButtons task={row} who={callPerson(row.person)} />),
  },
];

/** One task: about whom, asked by what, and the message that waits for a yes. */
function TaskPanel({ row }: { row: TaskRow }) {
  return (
    <div className={css.panel}>
      <p>{row.title}</p>
      {row.doneAt === null && <TaskButtons task={row} />}
      <Facts>
        <Fact name="About">
          <To to={`people/${row.person.id}`} className="text-link">
            {callPerson(row.person)}
          </To>
        </Fact>
        <Fact name="Owner">{row.owner ?? <span className="faint">Nobody</span>}</Fact>
        <Fact name="Due">
          <Time at={row.dueAt} as="exact" />
        </Fact>
        <Fact name="Asked">
          <Time at={row.createdAt} as="exact" />
        </Fact>
        {row.journey && (
          <Fact name="By">
            <To to={`journeys/${row.journey.key}`} search={{ step: row.step ?? undefined }} className="text-link">
              {row.journey.name}
            </To>
          </Fact>
        )}
        {row.doneAt && (
          <Fact name="Done">
            <Time at={row.doneAt} as="exact" /> {doneBecause[row.doneBy ?? ''] ?? `by ${row.doneBy}`}
          </Fact>
        )}
        {row.waits && (
          <Fact name="After a yes">
            {row.waits.template === null ? (
              row.waits.says
            ) : (
              <>
                Send “<NameOf kind="template" of={row.waits.template} />”
              </>
            )}
          </Fact>
        )}
      </Facts>
      {row.waits?.template && <TemplatePreview template={row.waits.template} />}
    </div>
  );
}

/** What people have to do: what journeys ask of them, by when, and for whom. */
export function TasksPage() {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const counts = useRoute('countTasks', undefined);
  const journeys = useRoute('listJourneys', undefined, { staleTime: 60_000 });
  const state = address.state === 'done' ? 'done' : 'open';
  const asks = (['approval', 'release'] as const).find((each) => each === address.asks);
  const late = address.late === 'yes' && state === 'open' ? 'yes' : undefined;
  const { owner, journey } = address;
  const list = useList('listTasks', { query: { state, asks, owner, journey, late, limit: 100 } });
  const filtered = asks !== undefined || owner !== undefined || journey !== undefined || late !== undefined;
  const set = (key: string) => (value: string | undefined) => setAddress({ [key]: value, peek: undefined });
  return (
    <Page
      fit="fill"
      title="Tasks"
      purpose="What journeys ask of people, the most urgent first."
      bar={
        <>
          <Segmented
            label="Which tasks"
            value={state}
            choices={[
              { value: 'open', label: counts.data ? `Open ${sayNumber(counts.data.open)}` : 'Open' },
              { value: 'done', label: 'Done' },
            ]}
            onChange={(next) => setAddress({ state: next === 'done' ? 'done' : undefined, peek: undefined })}
          />
          <FilterWord
            lead="that ask for"
            anything="anything"
            value={asks}
            onChange={set('asks')}
            choices={[
              { value: 'approval', label: 'a yes or a no' },
              { value: 'release', label: 'somebody to be given back' },
            ]}
          />
          <FilterWord
            lead="of"
            anything="anybody"
            value={owner}
            onChange={set('owner')}
            choices={[...(counts.data?.owners ?? []).map((each) => ({ value: each, label: each })), { value: 'none', label: 'nobody' }]}
          />
          <FilterWord
            lead="asked by"
            anything="any journey"
            value={journey}
            onChange={set('journey')}
            choices={(journeys.data?.items ?? []).map((row) => ({ value: row.key, label: row.name }))}
          />
          {state === 'open' && (
            <FilterWord
              lead="due"
              anything="at any time"
              value={late}
              onChange={set('late')}
              choices={[{ value: 'yes', label: 'before now' }]}
            />
          )}
        </>
      }
    >
      <List
        tall
        label="Tasks"
        columns={columns}
        idOf={idOf}
        list={list}
        peek={address.peek ?? null}
        onPeek={(id) => setAddress({ peek: id ?? undefined })}
        onOpen={(row) => go(`people/${row.person.id}`)}
        panelTitle={() => 'Task'}
        panel={(_, row) => row && <TaskPanel row={row} />}
        empty={
          filtered ? (
            <Empty title="No task fits">Take a word of the filter away.</Empty>
          ) : state === 'done' ? (
            <Empty title="Nothing was done yet">Tasks that are done stand here, the last one first.</Empty>
          ) : (
            <Empty title="Nothing to do">
              Tasks appear when a journey makes one, asks for a yes or a no, or hands somebody over to a colleague.
            </Empty>
          )
        }
      />
    </Page>
  );
}
