import { Select, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Journey } from '#contract/journey.ts';
import type { Moment } from '#contract/trial.ts';
import { samplePropertiesOf } from '#engine/journey/sample-event.ts';
import { sayTrigger } from '#engine/journey/trigger.ts';
import { To, useAddress } from '../../parts/address.tsx';
import { callPerson } from '../../parts/person-name.tsx';
import { ProblemView } from '../../parts/problem.tsx';
import { Segmented } from '../../parts/segmented.tsx';
import { Bones } from '../../parts/skeleton.tsx';
import { useStages } from '../../parts/stage-badge.tsx';
import { instantOnWall, wallTime } from '../../parts/zone-time.ts';
import { useRoute } from '../../query.ts';
import { PersonSearch } from '../../segments/person-search.tsx';
import { useNow, useWorkspace } from '../../session/workspace.tsx';
import type { Names } from '../named.ts';
import { Invent } from './invent.tsx';
import { PathList } from './path-list.tsx';
import { Suppose } from './suppose.tsx';
import type { Trying } from './use-try.ts';
import { ValueRows } from './value-rows.tsx';
import css from './way.module.css';

interface TryPanelProps {
  trying: Trying;
  journey: Journey;
  names: Names;
  chosen: string | undefined;
  onChoose: (step: string) => void;
  /** Opens the step itself. */
  onOpenStep: (step: string) => void;
  openStep: string;
}

/** Kinds of steps at which a run may stand. */
const holding = new Set(['wait', 'approve', 'webhook', 'hand-over', 'nurture', 'entry']);

/** A journey tried with one person: who it is, when they come in, and the way that they would take. Nothing is written, and nothing is sent. */
export function TryPanel({ trying, journey, names, chosen, onChoose, onOpenStep, openStep }: TryPanelProps) {
  const { whom, setup, change, tried, isOld, problem, again } = trying;
  const steps = new Map(journey.steps.map((step) => [step.key, step]));
  const shown = new Set(tried?.moments.flatMap(({ supposed }) => supposed.map(({ index }) => index)));
  const missed = setup.assumptions.flatMap((each, index) => (tried && !isOld && !shown.has(index) ? [{ each, index }] : []));
  const forget = (index: number): void => change({ assumptions: setup.assumptions.toSpliced(index, 1) });
  const below = (moment: Moment, isLast: boolean) => {
    const step = steps.get(moment.step);
    const held = step && holding.has(step.kind) && (moment.left !== moment.at || isLast);
    return (
      <>
        {held && (
          <Suppose
            moment={moment}
            step={step}
            journey={journey}
            onSuppose={(assumption) => change({ assumptions: [...setup.assumptions, assumption] })}
          />
        )}
        {moment.step === chosen && (
          <button type="button" className="plain-button text-link" onClick={() => onOpenStep(moment.step)}>
            {openStep}
          </button>
        )}
      </>
    );
  };
  return (
    <div className={css.try} data-try>
      <Who trying={trying} />
      {whom !== 'nobody' && <Beginning trying={trying} journey={journey} />}
      {whom === 'nobody' ? (
        <p className="faint">
          Choose a person, or invent one, to see the way that they would take. Nothing is written, and nothing is sent.
        </p>
      ) : problem ? (
        <ProblemView problem={problem} again={again} />
      ) : !tried ? (
        <Bones lines={8} />
      ) : (
        <div className={css.answer} data-old={isOld || undefined} role="region" aria-label="The way they would take">
          <p className="faint">
            Nothing is written, and nothing is sent. What others would have to do does not happen unless you suppose it. Times are theirs:{' '}
            {tried.zone}.
          </p>
          {tried.enters.answer && (
            <p className={css.notice} role="status">
              {tried.enters.answer} {!tried.enters.answer.includes('supposes') && 'What is shown supposes that nothing stood against it.'}
            </p>
          )}
          <PathList
            moments={tried.moments}
            end={tried.end}
            zone={tried.zone}
            steps={steps}
            names={names}
            chosen={chosen}
            onChoose={onChoose}
            below={below}
            onForget={forget}
          />
          {missed.map(({ each, index }) => (
            <p key={index} className={css.notice}>
              Something is supposed at {each.step}, to which this way does not come.{' '}
              <button type="button" className="plain-button text-link" onClick={() => forget(index)}>
                Take back
              </button>
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

function Who({ trying: { whom, setup, change } }: { trying: Trying }) {
  const [, setAddress] = useAddress();
  const box = useRef<HTMLDivElement>(null);
  const person = useRoute(
    'getPerson',
    { params: { id: typeof whom === 'object' ? whom.id : '' } },
    { enabled: typeof whom === 'object' },
  ).data;
  const isSearching = whom === 'nobody';
  useEffect(() => {
    if (isSearching) box.current?.querySelector('input')?.focus();
  }, [isSearching]);
  return (
    <>
      <Segmented
        label="With whom"
        value={whom === 'invented' ? 'invented' : 'known'}
        choices={[
          { value: 'known', label: 'Somebody known' },
          { value: 'invented', label: 'Somebody invented' },
        ]}
        onChange={(next) => setAddress({ try: next === 'invented' ? 'invented' : '1' })}
      />
      {whom === 'invented' ? (
        <Invented value={setup.invented} onChange={(invented) => change({ invented })} />
      ) : (
        <div ref={box}>
          <PersonSearch label="Try with somebody" onPick={(next) => setAddress({ try: next.id })} />
          {person && typeof whom === 'object' && (
            <p className={css.who}>
              With{' '}
              <To to={`people/${person.id}`} className="text-link">
                {callPerson(person)}
              </To>
            </p>
          )}
        </div>
      )}
    </>
  );
}

/** Who is invented, in a sentence, until somebody wants them otherwise. */
function Invented({ value, onChange }: Parameters<typeof Invent>[0]) {
  const [open, setOpen] = useState(false);
  const stages = useStages();
  if (open) return <Invent value={value} onChange={onChange} />;
  const { email, consent, stage, zone, traits } = value;
  const says = [
    email ?? 'without an address',
    consent ? 'has agreed to marketing' : 'has not agreed to marketing',
    stage === null ? 'in no stage' : `in ${stages.find(({ key }) => key === stage)?.name ?? stage}`,
    ...(zone === null ? [] : [zone]),
    ...Object.entries(traits).map(([name, text]) => `${name} ${typeof text === 'string' ? text : JSON.stringify(text)}`),
  ];
  return (
    <p className={css.said}>
      <span>Somebody who does not exist: {says.join(', ')}.</span>
      <button type="button" className="plain-button text-link" onClick={() => setOpen(true)}>
        Change who it is
      </button>
    </p>
  );
}

/** By which entry they come, with what, and when. */
function Beginning({ trying: { setup, change }, journey }: { trying: Trying; journey: Journey }) {
  const { zone } = useWorkspace();
  const now = useNow();
  const [open, setOpen] = useState(false);
  const entries = journey.steps.filter((step) => step.kind === 'entry');
  const entry = entries.find(({ key }) => key === setup.entry) ?? entries[0];
  return (
    <>
      {entries.length > 1 && entry && (
        <Select
          label="Comes in"
          data={entries.map(({ key, on }) => ({ value: key, label: sayTrigger(on) }))}
          value={entry.key}
          allowDeselect={false}
          onChange={(next) => change({ entry: next, properties: null })}
        />
      )}
      {open ? (
        <>
          <TextInput
            type="datetime-local"
            label="Comes in at"
            description={`By the clock of the workspace, ${zone}; now while it is empty`}
            min={wallTime(now, zone)}
            value={setup.at === null ? '' : wallTime(Date.parse(setup.at), zone)}
            onChange={(event) => {
              const at = instantOnWall(event.currentTarget.value, zone);
              change({ at: at === null ? null : new Date(at).toISOString() });
            }}
          />
          {entry && 'event' in entry.on && (
            <ValueRows
              key={entry.key}
              label={`Properties of ${entry.on.event}`}
              of="a property"
              first={setup.properties ?? samplePropertiesOf(entry.on)}
              onChange={(properties) => change({ properties })}
            />
          )}
        </>
      ) : (
        <p className={css.said}>
          <span>{entry ? `Comes in now, ${sayTrigger(entry.on)}.` : 'Comes in now.'}</span>
          <button type="button" className="plain-button text-link" onClick={() => setOpen(true)}>
            Change when{entry && 'event' in entry.on ? ' and with what' : ''}
          </button>
        </p>
      )}
    </>
  );
}
