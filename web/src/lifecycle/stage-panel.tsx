import { Button } from '@mantine/core';
import { sayDuration } from '#contract/instant.ts';
import { To } from '../parts/address.tsx';
import { sayNumber, sayShort } from '../parts/number.ts';
import { Fact, Facts, Section } from '../parts/page.tsx';
import { callPerson, Face } from '../parts/person-name.tsx';
import { saySpan } from '../parts/say-time.ts';
import { Bones } from '../parts/skeleton.tsx';
import { hue, type Stage, StageBadge } from '../parts/stage-badge.tsx';
import { Time } from '../parts/time.tsx';
import { useList } from '../query.ts';
import css from './stage-panel.module.css';

const ages = [
  ['day', '1 day'],
  ['week', '7 days'],
  ['month', '30 days'],
  ['older', 'longer'],
] as const;

/** How long people have been here: four rows in the stage's hue, deeper where they are fresh. */
export function AgeRows({ stage }: { stage: Stage }) {
  const most = Math.max(1, ...ages.map(([key]) => stage.ages[key]));
  return (
    <span className={css.ages} style={hue(stage.hue)}>
      {ages.map(([key, label], index) => (
        <span key={key} className={css.age}>
          <span className={css.label}>{label}</span>
          <span className={css.track} aria-hidden="true">
            <i data-age={index} style={{ width: `${(stage.ages[key] / most) * 100}%` }} />
          </span>
          <span className={css.number}>{sayShort(stage.ages[key])}</span>
        </span>
      ))}
    </span>
  );
}

/** When somebody has stalled here, and how many did lately, by where they were recycled to and why. */
function Standing({ stage: { stall, recycles } }: { stage: Stage }) {
  return (
    <>
      <p className="quiet">
        {stall ? (
          <>
            Whoever has been here for {sayDuration(stall.after)} is recycled to <StageBadge stage={stall.to} />
            {stall.unless && <>, unless {stall.unless}</>}.
          </>
        ) : (
          'Nobody is recycled from here, however long they stay.'
        )}
      </p>
      {recycles.length > 0 ? (
        <table className={css.recycles}>
          <thead>
            <tr>
              <th>Recycled because</th>
              <th>30 days</th>
              <th>90 days</th>
            </tr>
          </thead>
          <tbody>
            {recycles.map(({ to, reason, days30, days90 }) => (
              <tr key={`${to} ${reason}`}>
                <td>{reason}</td>
                <td>{sayNumber(days30)}</td>
                <td>{sayNumber(days90)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        stall && <p className="faint">Nobody was recycled in the last 90 days.</p>
      )}
    </>
  );
}

/** A stage in the side panel: what it means, what goes wrong without it, its ages, its newest people. */
export function StagePanel({ stage }: { stage: Stage }) {
  const people = useList('listPeople', { query: { stage: stage.key, limit: 8 } });
  return (
    <>
      <div>
        <p>{stage.meaning}</p>
        {stage.objective && (
          <p className="quiet" style={{ marginTop: 4, fontSize: 'var(--text-13)' }}>
            Aim: {stage.objective}
          </p>
        )}
      </div>
      <Facts>
        <Fact name="Owner">{stage.owner ?? <span style={{ color: 'var(--warn)' }}>Nobody answers for this stage</span>}</Fact>
        {stage.risk && <Fact name="At risk">{stage.risk}</Fact>}
        <Fact name="7 days">
          {sayNumber(stage.entered7d)} entered, {sayNumber(stage.left7d)} left, {sayNumber(stage.overrides7d)} by hand
        </Fact>
        <Fact name="Median stay">{stage.medianAgeMs === null ? '–' : saySpan(stage.medianAgeMs)}</Fact>
      </Facts>
      <Section title="Time in stage">
        <AgeRows stage={stage} />
      </Section>
      <Section
        title="Standing still"
        action={
          <Button
            size="xs"
            variant="default"
            component={To}
            to="definitions/lifecycle/main"
            search={{ tab: 'stalls', peek: stage.key }}
            aria-label={`Change who is recycled from ${stage.name}`}
          >
            Change
          </Button>
        }
      >
        <Standing stage={stage} />
      </Section>
      <Section
        title="People here"
        action={
          <Button size="xs" variant="default" component={To} to="people" search={{ stage: stage.key }}>
            All {sayNumber(stage.count)}
          </Button>
        }
      >
        {!people.loaded ? (
          <Bones lines={4} />
        ) : (
          <ul className={css.people}>
            {people.rows.slice(0, 8).map((person) => (
              <li key={person.id}>
                <To to={`people/${person.id}`}>
                  <Face person={person} />
                  <span className="clip">{callPerson(person)}</span>
                  <span className="faint">
                    <Time at={person.lastSeenAt} />
                  </span>
                </To>
              </li>
            ))}
            {people.rows.length === 0 && <li className="faint">Nobody is here now.</li>}
          </ul>
        )}
      </Section>
    </>
  );
}
