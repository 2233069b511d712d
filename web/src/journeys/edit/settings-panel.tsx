import { Button, Checkbox, TextInput } from '@mantine/core';
import { sayDuration } from '#contract/instant.ts';
import { architectures, type Journey } from '#contract/journey.ts';
import { Section } from '../../parts/page.tsx';
import { AddRow, RemoveRow } from '../../parts/row-buttons.tsx';
import { useAround } from '../steps/context.ts';
import { ChoiceField, DurationField, LineField, NumberField, OwnerField, StageField, TextField } from '../steps/fields.tsx';
import rows from '../steps/fields.module.css';
import { MatchField } from '../steps/rule-field.tsx';
import css from './step-editor.module.css';

const architectureWords: Record<Journey['architecture'], string> = {
  linear: 'Linear: one way, waits for time only',
  branching: 'Branching: rules, events, people',
  adaptive: 'Adaptive: also asks other systems and nurtures',
};
const briefWords: Record<keyof Journey['brief'], { label: string; description: string }> = {
  signs: { label: 'Signs', description: 'How one knows that somebody is at this point' },
  needs: { label: 'Needs', description: 'What they need to know now' },
  objections: { label: 'Objections', description: 'What holds them back' },
  nextStep: { label: 'Next step', description: 'The one thing that they should do next' },
};
const reentryWords = {
  never: 'Never again',
  'after-exit': 'As soon as they have left',
  after: 'Some time after they have left',
  'any-time': 'At any time, also while they are in it',
};

interface SettingsProps {
  onEdit: (journey: Journey, did: string) => void;
}

/** What holds for the whole journey. */
export function SettingsPanel({ onEdit }: SettingsProps) {
  const { journey } = useAround();
  const put = (part: Partial<Journey>, what: string): void => onEdit({ ...journey, ...part }, `change ${what} of the journey`);
  return (
    <div className={css.editor}>
      <LineField label="Name" path="name" value={journey.name} onChange={(name) => put({ name }, 'the name')} />
      <TextField
        label="What it is for"
        path="intent"
        max={500}
        value={journey.intent}
        onChange={(intent) => put({ intent }, 'the intent')}
      />
      <Section title="Before it is built">
        {(Object.keys(briefWords) as (keyof Journey['brief'])[]).map((part) => (
          <TextField
            key={part}
            {...briefWords[part]}
            path={`brief.${part}`}
            value={journey.brief[part]}
            onChange={(text) => put({ brief: { ...journey.brief, [part]: text } }, 'the brief')}
          />
        ))}
        <Serves put={put} />
      </Section>
      <Section title="How much it may do">
        <ChoiceField
          label="Architecture"
          path="architecture"
          value={journey.architecture}
          options={architectures.map((value) => ({ value, label: architectureWords[value] }))}
          onChange={(next) => next && put({ architecture: next as Journey['architecture'] }, 'the architecture')}
        />
        {journey.architecture !== 'linear' && (
          <TextField
            label="Why the simpler one is not enough"
            path="evidence"
            value={journey.evidence}
            onChange={(evidence) => put({ evidence }, 'the evidence')}
          />
        )}
      </Section>
      <Goal put={put} />
      <Exits put={put} />
      <Section title="Who may go through, and how long">
        <Reentry put={put} />
        <NumberField
          label="Priority"
          description="Of two that compete for a person, the higher goes first"
          path="priority"
          min={0}
          max={100}
          value={journey.priority}
          onChange={(priority) => put({ priority }, 'the priority')}
        />
        <LineField
          label="Group"
          description="Journeys of one group exclude each other: the one of higher priority takes a person over"
          path="group"
          value={journey.group ?? ''}
          onChange={(group) => put({ group: group.trim() === '' ? undefined : group.trim() }, 'the group')}
        />
        <DurationField
          label="A run takes at most"
          path="maxTime"
          value={journey.maxTime}
          onChange={(maxTime) => put({ maxTime }, 'how long a run takes')}
        />
        <DateField
          label="It ends on"
          description="Nobody enters after this day, and runs end"
          path="ends"
          value={journey.ends?.slice(0, 10) ?? null}
          onChange={(day) => put({ ends: day === null ? null : `${day}T00:00:00.000Z` }, 'when it ends')}
        />
        <RetiresField
          label="Retired by itself when nobody has entered for"
          path="retireWithoutEntry"
          value={journey.retireWithoutEntry}
          onChange={(retireWithoutEntry) => put({ retireWithoutEntry }, 'when it is retired')}
        />
        <RetiresField
          label="Or when nobody has met the goal for"
          path="retireWithoutGoal"
          value={journey.retireWithoutGoal}
          onChange={(retireWithoutGoal) => put({ retireWithoutGoal }, 'when it is retired')}
        />
      </Section>
      <Utm put={put} />
      <Section title="Care">
        <OwnerField
          label="Who answers for it"
          path="owner"
          nobody="E-mail"
          value={journey.owner}
          onChange={(owner) => put({ owner }, 'the owner')}
        />
        <LineField label="Folder" path="folder" max={100} value={journey.folder} onChange={(folder) => put({ folder }, 'the folder')} />
        <DateField
          label="Looked at again by"
          path="reviewBy"
          value={journey.reviewBy}
          onChange={(reviewBy) => put({ reviewBy }, 'when it is reviewed')}
        />
      </Section>
    </div>
  );
}

const never = 'never';
const quietTimes = ['P30D', 'P90D', 'P180D', 'P365D'];
function RetiresField({
  label,
  path,
  value,
  onChange,
}: {
  label: string;
  path: string;
  value: string | null;
  onChange: (next: string | null) => void;
}) {
  const offered = value === null || quietTimes.includes(value) ? quietTimes : [value, ...quietTimes];
  return (
    <ChoiceField
      label={label}
      path={path}
      value={value ?? never}
      options={[{ value: never, label: 'Never' }, ...offered.map((each) => ({ value: each, label: sayDuration(each) }))]}
      onChange={(next) => onChange(next === never || next === null ? null : next)}
    />
  );
}

type Put = (part: Partial<Journey>, what: string) => void;

function DateField({
  label,
  description,
  path,
  value,
  onChange,
}: {
  label: string;
  description?: string;
  path: string;
  value: string | null;
  onChange: (day: string | null) => void;
}) {
  const { wrongAt } = useAround();
  return (
    <TextInput
      type="date"
      label={label}
      description={description}
      w={180}
      value={value ?? ''}
      error={wrongAt(path)}
      data-field={path}
      onChange={(event) => onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}
    />
  );
}

function Serves({ put }: { put: Put }) {
  const { serves } = useAround().journey;
  return (
    <div className={rows.two} data-field="serves">
      <StageField
        label="Serves the move from"
        path="serves.from"
        none="Any stage"
        value={serves?.from ?? null}
        onChange={(from) => serves && put({ serves: { ...serves, from } }, 'what it serves')}
      />
      <StageField
        label="to"
        path="serves.to"
        none="None"
        value={serves?.to ?? null}
        onChange={(to) => put({ serves: to === null ? null : { from: serves?.from ?? null, to } }, 'what it serves')}
      />
    </div>
  );
}

function Goal({ put }: { put: Put }) {
  const { goal } = useAround().journey;
  return (
    <Section title="Goal" hint="The run ends at once when this happens, also inside a wait.">
      <div data-field="goal" className={css.editor}>
        {goal === null ? (
          <AddRow onClick={() => put({ goal: { on: { event: '' }, name: 'Reached the goal', within: 'P30D' } }, 'the goal')}>
            Add a goal
          </AddRow>
        ) : (
          <>
            <MatchField
              label="When this happens"
              path="goal.on"
              value={goal.on}
              onChange={(on) => put({ goal: { ...goal, on } }, 'the goal')}
            />
            <LineField
              label="It is called"
              path="goal.name"
              value={goal.name}
              onChange={(name) => put({ goal: { ...goal, name } }, 'the goal')}
            />
            <DurationField
              label="Counts for so long after entering"
              path="goal.within"
              value={goal.within}
              onChange={(within) => put({ goal: { ...goal, within } }, 'the goal')}
            />
            <Button size="xs" variant="subtle" color="gray" onClick={() => put({ goal: null }, 'the goal')}>
              Take the goal away
            </Button>
          </>
        )}
      </div>
    </Section>
  );
}

function Exits({ put }: { put: Put }) {
  const { exits } = useAround().journey;
  return (
    <Section title="Left early" hint="The run ends at once when one of these happens.">
      {exits.map((exit, index) => (
        <div key={index} className={rows.part}>
          <MatchField
            label="When this happens"
            path={`exits.${index}.on`}
            value={exit.on}
            onChange={(on) => put({ exits: exits.with(index, { ...exit, on }) }, 'when it is left')}
          />
          <div className={rows.row}>
            <LineField
              label="Reason"
              path={`exits.${index}.reason`}
              value={exit.reason}
              onChange={(reason) => put({ exits: exits.with(index, { ...exit, reason }) }, 'when it is left')}
            />
            <RemoveRow label={`Remove: ${exit.reason}`} onClick={() => put({ exits: exits.toSpliced(index, 1) }, 'when it is left')} />
          </div>
        </div>
      ))}
      <AddRow
        disabled={exits.length >= 20}
        onClick={() => put({ exits: [...exits, { on: { event: '' }, reason: 'no longer needed' }] }, 'when it is left')}
      >
        Add a reason to leave
      </AddRow>
    </Section>
  );
}

function Reentry({ put }: { put: Put }) {
  const { reentry } = useAround().journey;
  const after = typeof reentry === 'object' ? reentry.after : null;
  return (
    <>
      <ChoiceField
        label="May go through again"
        path="reentry"
        value={after === null ? (reentry as string) : 'after'}
        options={Object.entries(reentryWords).map(([value, label]) => ({ value, label }))}
        onChange={(next) => next && put({ reentry: next === 'after' ? { after: 'P30D' } : (next as 'never') }, 'who may go through again')}
      />
      {after !== null && (
        <DurationField
          label="After"
          path="reentry.after"
          value={after}
          onChange={(next) => put({ reentry: { after: next } }, 'who may go through again')}
        />
      )}
    </>
  );
}

const utmParts = ['source', 'medium', 'campaign'] as const;
function Utm({ put }: { put: Put }) {
  const { journey, journeyKey } = useAround();
  const { utm } = journey;
  const usual = { source: 'throughline', medium: 'email', campaign: journeyKey };
  return (
    <Section title="Links">
      <div data-field="utm" className={css.editor}>
        <Checkbox
          label="Mark the links of its messages with UTM parameters"
          checked={utm !== null}
          onChange={(event) => put({ utm: event.currentTarget.checked ? {} : null }, 'how links are marked')}
        />
        {utm !== null &&
          utmParts.map((part) => (
            <TextInput
              key={part}
              label={`utm_${part}`}
              placeholder={usual[part]}
              value={utm[part] ?? ''}
              maxLength={200}
              autoComplete="off"
              data-field={`utm.${part}`}
              onChange={(event) => {
                const { [part]: _gone, ...rest } = utm;
                const text = event.currentTarget.value;
                put({ utm: text === '' ? rest : { ...rest, [part]: text } }, 'how links are marked');
              }}
            />
          ))}
      </div>
    </Section>
  );
}
