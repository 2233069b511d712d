import { Button, Progress } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { kindNames } from 'contract:words';
import { To, useAddress } from '../parts/address.tsx';
import { useFocusBack } from '../parts/focus-back.ts';
import { useKeys } from '../parts/keys.ts';
import { failed } from '../parts/notify.ts';
import { plural, sayNumber } from '../parts/number.ts';
import { Card, Page } from '../parts/page.tsx';
import { Peek } from '../parts/peek.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { ScreenSkeleton } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useChange, useRoute } from '../query.ts';
import { useWorkspace } from '../session/workspace.tsx';
import { Bites } from './bites.tsx';
import { DayPanel, Days } from './days.tsx';
import { JourneysTab } from './journeys-tab.tsx';
import { RehearsedPath } from './rehearsed-people.tsx';
import css from './rehearsals.module.css';
import { Together } from './together.tsx';
import {
  type Rehearsal,
  type RehearsalRow,
  sayDay,
  sayOver,
  sayRange,
  sayShare,
  sayWhat,
  sentencesOf,
  stateTones,
  stateWords,
} from './words.ts';

/** While it runs, it is asked again so often [ms], beside what the live stream says. */
const askedEveryMs = 700;

const tabs = ['days', 'journeys', 'bites', 'together'] as const;
type Tab = (typeof tabs)[number];
const tabNames: Record<Tab, string> = { days: 'Days', journeys: 'Journeys', bites: 'What bites', together: 'Together' };

/** One rehearsal: how far it is, what came of it in a few sentences, and everything behind them. */
export function RehearsalPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const rehearsal = useRoute(
    'getRehearsal',
    { params: { id } },
    { refetchInterval: ({ state }) => (state.data?.state === 'running' ? askedEveryMs : false) },
  );
  if (rehearsal.error) return <ProblemView problem={rehearsal.error} again={() => void rehearsal.refetch()} page />;
  if (!rehearsal.data) return <ScreenSkeleton />;
  return <Loaded key={id} rehearsal={rehearsal.data} />;
}

function Loaded({ rehearsal }: { rehearsal: Rehearsal }) {
  const { id, state, definitions } = rehearsal;
  const [address, setAddress] = useAddress();
  const { language } = useWorkspace();
  const tab = tabs.find((each) => each === address.tab) ?? 'days';
  const day = tab === 'days' ? address.day : undefined;
  const run = tab === 'journeys' && address.journey !== undefined ? address.run : undefined;
  const close = (): void => setAddress({ day: undefined, run: undefined, step: undefined });
  useFocusBack(day !== undefined || run !== undefined);
  useKeys({ Escape: () => (day !== undefined || run !== undefined ? close() : false) });
  const stop = useChange('cancelRehearsal', ['getRehearsal', 'listRehearsals']);
  return (
    <Page
      fit="fill"
      tab={sayWhat(definitions)}
      title={
        <>
          {sayWhat(definitions)} <Chip tone={stateTones[state]}>{stateWords[state]}</Chip>
        </>
      }
      purpose={
        <>
          <To to="rehearsals" className="text-link">
            Rehearsals
          </To>{' '}
          <span className="faint">/</span> <Purpose row={rehearsal} />
        </>
      }
      actions={
        state === 'running' && (
          <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate({ params: { id } }, { onError: failed })}>
            Stop
          </Button>
        )
      }
      bar={
        <Segmented
          label="What to look at"
          value={tab}
          choices={tabs.map((value) => ({ value, label: tabNames[value] }))}
          onChange={(next) =>
            setAddress(
              {
                tab: next === 'days' ? undefined : next,
                journey: undefined,
                day: undefined,
                run: undefined,
                step: undefined,
                drawn: undefined,
              },
              { replace: false },
            )
          }
        />
      }
    >
      <div className={css.scroll} tabIndex={-1}>
        <div className={css.column}>
          <Summary rehearsal={rehearsal} />
          {tab === 'days' && <Days rehearsal={rehearsal} />}
          {tab === 'journeys' && <JourneysTab rehearsal={rehearsal} />}
          {tab === 'bites' && <Bites rehearsal={rehearsal} />}
          {tab === 'together' && <Together rehearsal={rehearsal} />}
        </div>
      </div>
      {day !== undefined && (
        <Peek title={sayDay(day, language, true)} onClose={close}>
          <DayPanel rehearsal={rehearsal} day={day} />
        </Peek>
      )}
      {run !== undefined && (
        <Peek title={rehearsal.over.kind === 'past' ? 'The way they would have gone' : 'The way they would go'} onClose={close}>
          <RehearsedPath rehearsal={rehearsal} journeyKey={address.journey!} wanted={run} />
        </Peek>
      )}
    </Page>
  );
}

function Purpose({ row }: { row: RehearsalRow }) {
  const { language, zone } = useWorkspace();
  return (
    <>
      {sayOver(row.over)}, {sayRange(row.over, language, zone)}, {sayShare(row.share)}
      {row.over.seed !== null && `, seed ${row.over.seed}`}. Asked by {row.askedBy} <Time at={row.askedAt} />.
    </>
  );
}

/** Where a draft is written. */
const draftOf = ({ kind, key }: Pick<RehearsalRow['definitions'][number], 'kind' | 'key'>): string =>
  kind === 'journey'
    ? `journeys/${key}?edit=1`
    : kind === 'segment' || kind === 'score'
      ? `${kind}s/${key}?tab=edit`
      : `definitions/${kind}/${key}`;

/** How far it is, and what came of it in a few sentences. */
function Summary({ rehearsal }: { rehearsal: Rehearsal }) {
  const { state, looked, people, reason, faults, definitions, changed, standing, over } = rehearsal;
  const { language } = useWorkspace();
  return (
    <Card>
      <div className={css.summary}>
        {state === 'running' && (
          <>
            <p role="status">
              {sayNumber(looked)} of {plural(people, 'person', 'people')} looked at
              {looked > 0 ? '; what stands here is of those alone.' : '. Nothing is written and nothing is sent.'}
            </p>
            <Progress value={people === 0 ? 0 : (100 * looked) / people} size={6} aria-label="How many have been looked at" />
          </>
        )}
        {state === 'failed' && <p className={css.failed}>{reason}</p>}
        {state === 'cancelled' && (
          <p className="quiet">
            {reason}, after {sayNumber(looked)} of {plural(people, 'person', 'people')}. What stands here is of those alone.
          </p>
        )}
        {(looked > 0 || state === 'done') && (
          <ul className={css.sentences} aria-label="What would come of it">
            {sentencesOf(rehearsal, language).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
        {rehearsal.windows === 0 && (
          <p className="quiet">
            Nobody does anything by themselves in these days: the workspace is younger than the time that is simulated, so there is no past
            to draw it from.
          </p>
        )}
        {definitions.length > 0 && (
          <p className={css.rehearsed}>
            <span className="faint">Rehearsed:</span>
            {definitions.slice(0, 8).map(({ kind, key, name }) => (
              <To key={`${kind}/${key}`} to={draftOf({ kind, key })} className="text-link">
                {kindNames[kind].name} {name}
              </To>
            ))}
            {definitions.length > 8 && <span className="faint">and {sayNumber(definitions.length - 8)} more</span>}
          </p>
        )}
        {changed === null && <p className="faint">What is in force, as it stands: nothing is compared with it.</p>}
        {faults > 0 && (
          <p className={css.failed}>
            About {plural(faults, 'person', 'people')} nothing could be decided, by a fault of ours. The log says which.
          </p>
        )}
      </div>
    </Card>
  );
}
