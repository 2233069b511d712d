import { Button, Progress } from '@mantine/core';
import { useState } from 'react';
import { ProblemError, type Reply } from '../api.ts';
import { reasonWords } from '#contract/reason-words.ts';
import { To } from '../parts/address.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Card, Section } from '../parts/page.tsx';
import { callPerson } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Time } from '../parts/time.tsx';
import { Chip, type Tone } from '../parts/tone.tsx';
import { useChange, useRoute } from '../query.ts';
import css from './broadcasts.module.css';

type Estimate = NonNullable<Reply<'getEstimate'>['estimate']>;
type Group = Estimate['groups'][number];

const tones: Record<Group['gets'], Tone> = { 'at-once': 'good', later: 'warn', not: 'calm' };

/** Who would get it, who later and who not, and why: asked of everybody before anything is sent. */
export function EstimateSection({ id, flush, lacks }: { id: string; flush: () => Promise<void>; lacks: readonly string[] }) {
  const found = useRoute(
    'getEstimate',
    { params: { id } },
    { refetchInterval: ({ state }) => (state.data?.estimate?.state === 'running' ? 700 : false) },
  );
  const start = useChange('startEstimate', ['getEstimate']);
  const stop = useChange('cancelEstimate', ['getEstimate']);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const estimate = found.data?.estimate ?? null;
  const isRunning = estimate?.state === 'running';
  const ask = async (): Promise<void> => {
    setProblem(null);
    try {
      await flush();
      await start.mutateAsync({ params: { id } });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error);
    }
  };
  return (
    <Section
      title="What it would come to"
      hint="Everybody in the audience is asked about as they would be when it is sent. Nothing is sent by it."
      action={
        <span className={css.keep}>
          {isRunning ? (
            <Button size="xs" variant="default" onClick={() => stop.mutate({ params: { id } })}>
              Stop
            </Button>
          ) : (
            <Button
              size="xs"
              variant="default"
              onClick={() => void ask()}
              disabled={lacks.length > 0}
              loading={start.isPending}
              data-tip={lacks[0]}
            >
              {estimate === null ? 'Estimate' : 'Estimate again'}
            </Button>
          )}
        </span>
      }
    >
      {problem && <ProblemView problem={problem} />}
      {estimate === null ? (
        <p className="faint">{lacks[0] ? `${lacks[0]} first.` : 'Nobody has asked yet.'}</p>
      ) : (
        <Card>
          <div className={css.form}>
            <div role="status" className={css.estimated}>
              {isRunning ? (
                <>
                  {sayNumber(estimate.looked)} of {plural(estimate.of, 'person', 'people')} looked at
                </>
              ) : (
                <>
                  {plural(estimate.looked, 'person', 'people')} looked at <Time at={estimate.askedAt} />
                  {estimate.state === 'cancelled' && `, of ${sayNumber(estimate.of)}: it was stopped`}
                </>
              )}
              {!estimate.current && <Chip tone="warn">The plan has changed since</Chip>}
            </div>
            {isRunning && (
              <Progress
                value={estimate.of === 0 ? 100 : (100 * estimate.looked) / estimate.of}
                size={6}
                aria-label="How many have been looked at"
              />
            )}
            <ul className={css.groups}>
              {estimate.groups.map((group) => (
                <GroupLine key={`${group.gets} ${group.reason}`} group={group} />
              ))}
            </ul>
            <Hours hours={estimate.hours} />
          </div>
        </Card>
      )}
    </Section>
  );
}

const titles = (group: Group): string => {
  if (group.gets === 'at-once') return 'At once';
  if (group.reason === null) return 'At their time';
  return reasonWords[group.reason];
};

function GroupLine({ group }: { group: Group }) {
  return (
    <li className={css.group}>
      <span className={css.groupHead}>
        <strong>{sayNumber(group.people)}</strong>
        <Chip tone={group.gets === 'later' && group.reason === null ? 'accent' : tones[group.gets]}>
          {group.gets === 'at-once' ? 'Get it' : group.gets === 'later' ? 'Later' : 'Not'}
        </Chip>
        <span>{titles(group)}</span>
        {group.gets === 'later' && group.first !== null && (
          <span className="quiet">
            <Time at={group.first} as="exact" />
            {group.last !== group.first && (
              <>
                {' '}
                to <Time at={group.last} as="exact" />
              </>
            )}
          </span>
        )}
      </span>
      <span className={css.sample}>
        {group.sample.map((person) => (
          <To key={person.id} to={`people/${person.id}`} className="text-link">
            {callPerson(person)}
          </To>
        ))}
        {group.people > group.sample.length && <span className="faint">and {sayNumber(group.people - group.sample.length)} more</span>}
      </span>
    </li>
  );
}

/** In which hours they get it, when it is more than one. */
function Hours({ hours }: { hours: Estimate['hours'] }) {
  if (hours.length < 2) return null;
  const most = Math.max(...hours.map((each) => each.people));
  const shown = hours.slice(0, 24);
  return (
    <table className={css.hours}>
      <caption>By the hour</caption>
      <tbody>
        {shown.map((each) => (
          <tr key={each.at}>
            <th scope="row">
              <Time at={each.at} as="exact" />
            </th>
            <td>
              <span className={css.bar} style={{ width: `${Math.max(1, (100 * each.people) / most)}%` }} />
            </td>
            <td>{sayNumber(each.people)}</td>
          </tr>
        ))}
        {hours.length > shown.length && (
          <tr>
            <th scope="row">later</th>
            <td />
            <td>{sayNumber(hours.slice(24).reduce((sum, each) => sum + each.people, 0))}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
