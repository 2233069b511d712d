import { Autocomplete, Button, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type BroadcastPlan, type BroadcastTrial, controlArm } from '#contract/broadcast.ts';
import { sayDuration } from '#contract/instant.ts';
import { ExperimentResult } from '../experiments/experiment-result.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Card, Section } from '../parts/page.tsx';
import { AddRow, RemoveRow } from '../parts/row-buttons.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Time } from '../parts/time.tsx';
import { upper } from '../parts/upper.ts';
import { useChange, useRoute } from '../query.ts';
import { DurationInput } from '../settings/duration-input.tsx';
import css from './broadcasts.module.css';
import type { Broadcast } from './words.ts';

const usual: BroadcastTrial = {
  share: 20,
  arms: [{ key: 'b', label: 'Other words', template: null }],
  goal: null,
  wait: 'P1D',
  lift: 20,
  decides: 'by-itself',
};

/** Trying other words out on a part of the audience first. */
export function Trial({
  plan,
  change,
  people,
  templates,
  locked,
}: {
  plan: BroadcastPlan;
  change: (part: Partial<BroadcastPlan>) => void;
  people: number | null;
  templates: { value: string; label: string }[];
  /** What keeps it from beginning; null when nothing does. */
  locked: string | null;
}) {
  const trial = plan.experiment ?? null;
  return (
    <Section title="Try it out">
      <Card>
        <div className={css.form}>
          <Switch
            label="Try other content on some first"
            description="The rest waits, and gets what did more"
            checked={trial !== null}
            onChange={(event) => change({ experiment: event.currentTarget.checked ? usual : null })}
          />
          {trial && (
            <TrialFields
              trial={trial}
              people={people}
              templates={templates}
              onChange={(part) => change({ experiment: { ...trial, ...part } })}
            />
          )}
          {locked !== null && <p className={css.locked}>{upper(locked)}.</p>}
        </div>
      </Card>
    </Section>
  );
}

function TrialFields({
  trial,
  people,
  templates,
  onChange,
}: {
  trial: BroadcastTrial;
  people: number | null;
  templates: { value: string; label: string }[];
  onChange: (part: Partial<BroadcastTrial>) => void;
}) {
  const { data: vocabulary } = useRoute('getVocabulary', undefined, { staleTime: 60_000 });
  const { arms, goal, share } = trial;
  const set = (index: number, part: Partial<BroadcastTrial['arms'][number]>): void =>
    onChange({ arms: arms.map((arm, at) => (at === index ? { ...arm, ...part } : arm)) });
  const add = (): void => {
    const key = [...'bcdefgh'].find((letter) => !arms.some((arm) => arm.key === letter))!;
    onChange({ arms: [...arms, { key, label: `Other words ${arms.length + 1}`, template: null }] });
  };
  return (
    <>
      <p className="faint">The control gets the content above. Each arm has as many people.</p>
      {arms.map((arm, index) => (
        <div key={arm.key} className={css.arm}>
          <TextInput
            label={`Arm ${index + 1}`}
            value={arm.label}
            maxLength={200}
            autoComplete="off"
            error={arm.label.trim() === '' ? 'Give it a name' : undefined}
            onChange={(event) => set(index, { label: event.currentTarget.value })}
          />
          <Select
            label={`What arm ${index + 1} gets`}
            placeholder="Choose a published template"
            data={templates}
            value={arm.template}
            searchable
            nothingFoundMessage="No published template is called that"
            onChange={(template) => set(index, { template })}
          />
          {arms.length > 1 && (
            <RemoveRow label={`Remove the arm ${arm.label}`} onClick={() => onChange({ arms: arms.toSpliced(index, 1) })} />
          )}
        </div>
      ))}
      <AddRow disabled={arms.length >= 7} onClick={add}>
        Add an arm
      </AddRow>
      <NumberInput
        label="Share of the audience that takes part"
        value={share}
        min={1}
        max={100}
        suffix=" %"
        allowDecimal={false}
        w={180}
        {...(people === null
          ? {}
          : { description: `About ${sayNumber(Math.round((people * share) / 100 / (arms.length + 1)))} people in each arm` })}
        onChange={(next) => typeof next === 'number' && next >= 1 && next <= 100 && onChange({ share: next })}
      />
      <Segmented
        label="What people are to do"
        value={goal === null ? 'click' : 'event'}
        choices={[
          { value: 'click', label: 'Follow a link of it' },
          { value: 'event', label: 'Something else' },
        ]}
        onChange={(which) => onChange({ goal: which === 'click' ? null : { event: vocabulary?.events[0]?.name ?? 'Order Completed' } })}
      />
      {goal !== null && (
        <Autocomplete
          label="They do this"
          data={(vocabulary?.events ?? []).map(({ name }) => name)}
          value={goal.event}
          maxLength={200}
          error={goal.event === '' ? 'Name the event' : undefined}
          onChange={(event) => onChange({ goal: { ...goal, event } })}
        />
      )}
      <div className={css.field}>
        <span>Decided after</span>
        <DurationInput label="Decided after" value={trial.wait} onChange={(wait) => onChange({ wait })} />
      </div>
      <NumberInput
        label="Smallest lift worth seeing"
        description="A smaller one needs more people"
        value={trial.lift}
        min={5}
        max={500}
        suffix=" %"
        w={180}
        onChange={(lift) => typeof lift === 'number' && lift >= 5 && lift <= 500 && onChange({ lift })}
      />
      <Select
        label="Then"
        data={[
          { value: 'by-itself', label: 'The rest gets the winner by itself, or what was planned when there is none' },
          { value: 'by-hand', label: 'The rest waits until somebody says' },
        ]}
        value={trial.decides}
        allowDeselect={false}
        onChange={(decides) => decides && onChange({ decides: decides as BroadcastTrial['decides'] })}
      />
    </>
  );
}

/** What is missing before the experiment can begin. */
export const trialLacks = ({ experiment }: BroadcastPlan): string[] =>
  (experiment?.arms ?? []).flatMap(({ label, template }) => [
    ...(label.trim() === '' ? ['Give each arm a name'] : []),
    ...(template === null ? [`Choose what “${label}” gets`] : []),
  ]);

/** How the experiment of a broadcast that is on its way stands, and what its rest gets. */
export function TrialSection({ broadcast }: { broadcast: Broadcast }) {
  const { id, plan, experiment, state, figures } = broadcast;
  const { data } = useRoute(
    'getExperiment',
    { params: { id: `broadcast.${id}` } },
    { enabled: Boolean(plan.experiment), refetchInterval: 30_000, retry: false },
  );
  const decide = useChange('decideBroadcast', ['getBroadcast', 'listBroadcasts', 'getExperiment', 'listExperiments', 'listAudit']);
  const [asked, setAsked] = useState<string | null>(null);
  if (!plan.experiment || !experiment) return null;
  const labelOf = (arm: string | null): string => plan.experiment?.arms.find(({ key }) => key === arm)?.label ?? 'what was planned';
  const isOpen = experiment.taken === null && (state === 'running' || state === 'paused');
  return (
    <Section title="The experiment">
      <Card>
        <div className={css.form}>
          <p>
            {experiment.taken ? (
              <>
                {experiment.taken.by} gave the rest{' '}
                {labelOf(experiment.taken.arm) === 'what was planned' ? 'what was planned' : <b>{labelOf(experiment.taken.arm)}</b>}{' '}
                <Time at={experiment.taken.at} />.
              </>
            ) : experiment.decideAt === null ? (
              'Those who take part get it now; the rest waits.'
            ) : plan.experiment.decides === 'by-hand' ? (
              `${plural(figures.waiting, 'person waits', 'people wait')} until you say what the rest gets.`
            ) : (
              <>
                It is decided <Time at={experiment.decideAt} as="until" />; {plural(figures.waiting, 'person waits', 'people wait')} for it.
              </>
            )}
          </p>
          {data && <ExperimentResult experiment={data} />}
          {!data && (
            <p className="faint">
              It begins when the audience is frozen. What people do within {sayDuration(plan.experiment.wait)} counts.
            </p>
          )}
          {isOpen && experiment.decideAt !== null && (
            <div className={css.row}>
              {[controlArm, ...plan.experiment.arms.map(({ key }) => key)].map((arm) => (
                <Button key={arm} size="xs" variant={arm === data?.result.winner ? 'filled' : 'default'} onClick={() => setAsked(arm)}>
                  {arm === controlArm ? 'Give the rest what was planned' : `Give the rest “${labelOf(arm)}”`}
                </Button>
              ))}
            </div>
          )}
        </div>
      </Card>
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={asked === controlArm ? 'Give the rest what was planned' : `Give the rest “${labelOf(asked)}”`}
        action="Send it to the rest"
        reason="Why"
        onConfirm={(reason) => decide.mutateAsync({ params: { id }, body: { arm: asked!, reason } })}
      >
        {plural(figures.waiting, 'person gets', 'people get')} it now. It cannot be taken back.
      </Confirm>
    </Section>
  );
}
