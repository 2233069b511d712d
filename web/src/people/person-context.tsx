import { Button } from '@mantine/core';
import { useState } from 'react';
import { sayDuration } from '#contract/instant.ts';
import type { PersonDetail } from '#contract/routes/people.ts';
import { To } from '../parts/address.tsx';
import { plural } from '../parts/number.ts';
import { Fact, Facts, Section } from '../parts/page.tsx';
import { StageBadge, useStages } from '../parts/stage-badge.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { Why } from '../parts/why.tsx';
import { Consents } from './consents.tsx';
import { KnownAs } from './known-as.tsx';
import css from './person-context.module.css';
import { Tasks } from './tasks.tsx';
import { Traits } from './traits.tsx';

const channelNames: Record<string, string> = { '*': 'on all channels', email: 'by e-mail', webhook: 'by webhook' };

/** How often they stalled and were recycled, and when and why the last time. */
function Recycles({ of: [last, ...earlier] }: { of: PersonDetail['recycles'] }) {
  if (!last) return null;
  return (
    <div className="faint">
      Recycled {earlier.length === 0 ? 'once' : `${earlier.length + 1} times, last`} <Time at={last.at} /> from <StageName of={last.from} />
      : {last.reason}
    </div>
  );
}
const StageName = ({ of }: { of: string }) => useStages().find(({ key }) => key === of)?.name ?? of;

/** Where the person stands, who looks after them, how they score, whether they can be reached. */
function Now({ person }: { person: PersonDetail }) {
  const { id } = person;
  return (
    <Facts>
      <Fact name="Stage">
        <span className={css.line}>
          <StageBadge stage={person.stage} /> <Why person={id} about="stage" of="stage" />
        </span>
        {person.stageSince && (
          <div className="faint">
            since <Time at={person.stageSince} />
            <Evidence of={person.stageEvidence} />
          </div>
        )}
        <Recycles of={person.recycles} />
      </Fact>
      <Fact name="Owner">
        {person.owner ?? <span className="faint">Nobody</span>} <Why person={id} about="owner" of="owner" />
      </Fact>
      {person.scores.map((score) => (
        <Fact key={score.key} name={score.name}>
          <span className={css.line}>
            <span className={css.meter} aria-hidden="true">
              <span style={{ width: `${Math.min(100, Math.max(0, score.value))}%` }} />
            </span>
            <To
              to={`people/${id}`}
              search={{ score: score.key }}
              className="text-link"
              data-tip="What it is made of"
              aria-label={`${score.name} ${score.value}: what it is made of`}
            >
              {score.value}
            </To>{' '}
            <Why person={id} about={`score:${score.key}`} of={score.name} />
          </span>
        </Fact>
      ))}
      <Fact name="Reach">
        <span className={css.wrap}>
          {person.reachability.map((row) => (
            <Chip key={row.channel} tone={row.reachable ? 'good' : 'calm'} tip={row.why}>
              {row.reachable ? row.channel : `no ${row.channel}`}
            </Chip>
          ))}
        </span>
      </Fact>
      {person.capsLeft.length > 0 && (
        <Fact name="Caps left">
          <ul className={css.caps}>
            {person.capsLeft.map((cap) => (
              <li key={cap.of + (cap.within ?? cap.per)}>
                <span className={css.line}>
                  <span className={css.pips} aria-hidden="true">
                    {Array.from({ length: Math.min(cap.max, 10) }, (_, index) => (
                      <i key={index} data-left={index < cap.left || undefined} />
                    ))}
                  </span>
                  {cap.left} of {cap.max}
                </span>
                <div className="faint">
                  {cap.of === cap.channel ? channelNames[cap.channel] : cap.of} in{' '}
                  {cap.within === null ? `a calendar ${cap.per}` : sayDuration(cap.within)}
                  {cap.left === 0 && cap.frees && (
                    <>
                      , free again <Time at={cap.frees} as="until" />
                    </>
                  )}
                </div>
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </Facts>
  );
}

/** By what they came into their stage; nothing where it was no event. */
function Evidence({ of }: { of: PersonDetail['stageEvidence'] }) {
  if (of === null) return null;
  if (of.at === null) return <>, by an event that is no longer kept</>;
  return (
    <>
      , by <span className={css.evidence}>{of.what}</span>
    </>
  );
}

function Runs({ person }: { person: PersonDetail }) {
  const [all, setAll] = useState(false);
  const live = person.runs.filter((run) => run.status === 'live');
  const ended = person.runs.filter((run) => run.status === 'ended');
  return (
    <ul className={css.rows}>
      {live.length === 0 && <li className="faint">On no journey now.</li>}
      {[...live, ...(all ? ended : [])].map((run) => (
        <li key={run.id}>
          <span className={css.line}>
            <To to={`journeys/${run.journey}`} className="text-link clip" search={run.step ? { step: run.step } : {}}>
              {run.name}
            </To>
            <Why person={person.id} about={`journey:${run.journey}`} of={run.name} />
            <To
              to={`journeys/${run.journey}`}
              search={{ trace: person.id, run: run.id }}
              className={`text-link ${css.end}`}
              aria-label={`The way through ${run.name}`}
            >
              Way
            </To>
          </span>
          <span className={css.note}>
            {run.status === 'live' ? (
              <>
                at {run.step ?? 'the start'}, entered <Time at={run.enteredAt} />
                {run.wakesAt && (
                  <>
                    , goes on <Time at={run.wakesAt} as="until" />
                  </>
                )}
              </>
            ) : (
              <>
                ended <Time at={run.endedAt} />: {run.endReason}
              </>
            )}
          </span>
        </li>
      ))}
      {ended.length > 0 && (
        <li>
          <button type="button" className="plain-button text-link" onClick={() => setAll(!all)}>
            {all ? 'Hide earlier ones' : plural(ended.length, 'earlier journey')}
          </button>
        </li>
      )}
    </ul>
  );
}

/** Everything that is true of a person now. `short` is what a side panel shows. */
export function PersonContext({
  person,
  short = false,
  onEdit,
  onJoin,
}: {
  person: PersonDetail;
  short?: boolean;
  onEdit?: () => void;
  onJoin?: () => void;
}) {
  const open = person.tasks.filter((task) => task.doneAt === null);
  return (
    <>
      <Section title={short ? undefined : 'Now'}>
        <Now person={person} />
      </Section>
      {open.length > 0 && (
        <Section title="To do">
          <Tasks tasks={open} />
        </Section>
      )}
      <Section title="Journeys">
        <Runs person={person} />
      </Section>
      {!short && (
        <>
          <Section title="Segments">
            {person.segments.length === 0 ? (
              <p className="faint">In no segment.</p>
            ) : (
              <ul className={css.rows}>
                {person.segments.map((segment) => (
                  <li key={segment.key} className={css.line}>
                    <To to={`segments/${segment.key}`} className="text-link clip">
                      {segment.name}
                    </To>
                    <Why person={person.id} about={`segment:${segment.key}`} of={segment.name} />
                    <span className={css.end}>
                      <Time at={segment.since} />
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </Section>
          <Consents person={person} />
          <Section
            title="Traits"
            action={
              onEdit && (
                <Button size="xs" variant="subtle" color="gray" onClick={onEdit}>
                  Edit
                </Button>
              )
            }
          >
            <Traits traits={person.traits} />
          </Section>
          <KnownAs person={person} onJoin={onJoin} />
          <Section title="Came by">
            <Facts>
              <Fact name="Entry point">{person.entryPoint}</Fact>
              {person.firstSource?.source && (
                <Fact name="Source">
                  {[person.firstSource.source, person.firstSource.channel, person.firstSource.campaign].filter(Boolean).join(' · ')}
                </Fact>
              )}
              {person.firstSource?.page && <Fact name="First page">{person.firstSource.page}</Fact>}
              <Fact name="Known since">
                <Time at={person.createdAt} as="exact" />
              </Fact>
              <Fact name="Last seen">
                <Time at={person.lastSeenAt} />
              </Fact>
              <Fact name="Time zone">{person.zone ?? <span className="faint">Unknown: the workspace's zone counts</span>}</Fact>
            </Facts>
          </Section>
        </>
      )}
    </>
  );
}
