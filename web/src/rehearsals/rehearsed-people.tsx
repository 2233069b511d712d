import { Button } from '@mantine/core';
import { useMemo } from 'react';
import type { RehearsedRun } from '#contract/rehearsal.ts';
import { readJourney } from '../journeys/read-journey.ts';
import { useNames } from '../journeys/use-names.ts';
import { PathList } from '../journeys/way/path-list.tsx';
import { To, useAddress } from '../parts/address.tsx';
import { useNameOf } from '../parts/names.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Card, Section } from '../parts/page.tsx';
import { callPerson, Face } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { Chip, type Tone } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import { useWorkspace } from '../session/workspace.tsx';
import css from './rehearsals.module.css';
import { pathOf } from './rehearsed-path.ts';
import { useRehearsedRuns } from './use-rehearsed-runs.ts';
import type { Rehearsal } from './words.ts';

const endWords: Record<RehearsedRun['how'], { words: string; tone: Tone }> = {
  goal: { words: 'Goal', tone: 'good' },
  end: { words: 'End', tone: 'calm' },
  left: { words: 'Left', tone: 'calm' },
  stands: { words: 'Under way', tone: 'accent' },
};

/** How somebody is called who may not exist: yet, or any more. */
const callRehearsed = ({ person }: RehearsedRun, { over }: Rehearsal): string =>
  person ? callPerson(person) : over.kind === 'future' ? 'Somebody who comes' : 'Somebody who is known no more';

/** Everybody who goes through a journey, in the order in which they enter. */
export function RehearsedPeople({ rehearsal, journeyKey }: { rehearsal: Rehearsal; journeyKey: string }) {
  const [address, setAddress] = useAddress();
  const { list, isKept } = useRehearsedRuns(rehearsal, journeyKey, undefined);
  const hint = rehearsal.changed ? 'With the change, in the order in which they enter.' : 'In the order in which they enter.';
  if (!isKept)
    return (
      <Section title="People">
        <p className="quiet">The ways of single people are kept of the journeys that are rehearsed, not of this one.</p>
      </Section>
    );
  return (
    <Section title="People" hint={hint}>
      {list.problem ? (
        <ProblemView problem={list.problem} again={list.again} />
      ) : !list.loaded ? (
        <Bones lines={5} />
      ) : list.rows.length === 0 ? (
        <p className="quiet">{rehearsal.over.kind === 'past' ? 'Nobody would have entered it.' : 'Nobody would enter it.'}</p>
      ) : (
        <Card flush>
          <ul className={css.people}>
            {list.rows.map((run) => (
              <li key={run.run}>
                <button
                  type="button"
                  aria-pressed={run.run === address.run}
                  onClick={() => setAddress({ run: run.run === address.run ? undefined : run.run })}
                >
                  <Face person={run.person ?? { id: run.run, email: null, name: null }} />
                  <span className="clip">{callRehearsed(run, rehearsal)}</span>
                  <span className="quiet">
                    <Time at={run.enteredAt} as="exact" />
                  </span>
                  <span className={css.mails}>{sayMails(run)}</span>
                  <Chip tone={endWords[run.how].tone}>{endWords[run.how].words}</Chip>
                </button>
              </li>
            ))}
          </ul>
          {list.more && (
            <div className={css.moreRows}>
              <Button size="xs" variant="default" onClick={list.loadMore} loading={list.loadingMore}>
                Show more
              </Button>
            </div>
          )}
        </Card>
      )}
    </Section>
  );
}

function sayMails({ messages }: RehearsedRun): string {
  const count = (status: RehearsedRun['messages'][number]['status']): number => messages.filter((each) => each.status === status).length;
  const [sent, waiting, skipped] = [count('sent'), count('waiting'), count('skipped')];
  return [
    plural(sent, 'message'),
    ...(waiting > 0 ? [`${sayNumber(waiting)} held`] : []),
    ...(skipped > 0 ? [`${sayNumber(skipped)} not sent`] : []),
  ].join(', ');
}

/** The whole way of one person: when they come to each step, what becomes of each message and why, and how it ends. */
export function RehearsedPath({ rehearsal, journeyKey, wanted }: { rehearsal: Rehearsal; journeyKey: string; wanted: string }) {
  const [address, setAddress] = useAddress();
  const { zone } = useWorkspace();
  const { list, run, looks } = useRehearsedRuns(rehearsal, journeyKey, wanted);
  const names = useNames();
  const nameOf = useNameOf();
  const own = rehearsal.given.find(({ key }) => key === journeyKey);
  const standing = useRoute('getDefinition', { params: { kind: 'journey', key: journeyKey } }, { enabled: own === undefined });
  const body = own ? own.body : standing.data?.published;
  const steps = useMemo(() => new Map(readJourney(body)?.steps.map((step) => [step.key, step])), [body]);
  if (list.problem) return <ProblemView problem={list.problem} />;
  if (!run) return list.loaded && !looks ? <p className="quiet">This way is not among those that were kept.</p> : <Bones lines={8} />;
  const { moments, end } = pathOf(run, (template) => nameOf('template', template));
  return (
    <div className={css.way}>
      <p>
        {run.person ? (
          <To to={`people/${run.person.id}`} className="text-link">
            {callPerson(run.person)}
          </To>
        ) : (
          <b>{callRehearsed(run, rehearsal)}</b>
        )}{' '}
        <span className="faint">
          {rehearsal.over.kind === 'past' ? 'would have gone this way.' : 'would go this way.'} Times are those of the workspace: {zone}.
        </span>
      </p>
      <PathList
        moments={moments}
        end={end}
        zone={zone}
        steps={steps}
        names={names}
        chosen={address.step}
        onChoose={(step) => setAddress({ step: step === address.step ? undefined : step })}
      />
    </div>
  );
}
