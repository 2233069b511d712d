import { Checkbox } from '@mantine/core';
import { type Trigger, type TriggerKind, type TriggerOf, triggerOf } from '#contract/steps/trigger.ts';
import { useRoute } from '../../query.ts';
import type { Usual } from '../edit/choices.ts';
import { useAround } from './context.ts';
import { ChoiceField, ClockField, KeyField, NumberField, StageField, TraitField, WeekdaysField } from './fields.tsx';
import css from './fields.module.css';
import type { Fields } from './kind.ts';
import { MatchField, MaybeRuleField } from './rule-field.tsx';

const names: Record<TriggerKind, string> = {
  event: 'Something happens',
  segment: 'A segment changes',
  score: 'A score crosses a threshold',
  stage: 'A stage changes',
  date: 'A date of the person comes',
  schedule: 'On a schedule',
  call: 'Somebody is sent in',
};
const blanks: Record<TriggerKind, (usual: Usual) => Trigger> = {
  event: ({ event }) => ({ event }),
  segment: () => ({ segment: '', change: 'entered' }),
  score: ({ score }) => ({ score, threshold: '', change: 'risen' }),
  stage: ({ stage }) => ({ stage, change: 'entered' }),
  date: ({ date }) => ({ date: date ?? 'birthday', days: 0, yearly: true, at: '09:00' }),
  schedule: () => ({ every: 'week', weekdays: [1], at: '09:00' }),
  call: () => ({ by: 'api' }),
};

/** What starts a run, and what must hold then. */
export const entry: Fields<'entry'> = ({ step, onChange }) => {
  const { usual } = useAround();
  const trigger = triggerOf(step.on);
  const on = (next: object, what = 'what starts it'): void => onChange({ on: { ...step.on, ...next } as Trigger }, what);
  return (
    <>
      <ChoiceField
        label="What starts it"
        path="on"
        value={trigger.kind}
        options={Object.entries(names).map(([value, label]) => ({ value, label }))}
        onChange={(kind) => kind && onChange({ on: blanks[kind as TriggerKind](usual) }, 'what starts it')}
      />
      {trigger.kind === 'event' && (
        <MatchField
          label="When this happens"
          path="on.event"
          value={trigger.on}
          onChange={(match) => onChange({ on: match }, 'the event')}
        />
      )}
      {trigger.kind === 'segment' && (
        <>
          <KeyField label="Segment" path="on.segment" of="segment" value={trigger.on.segment} onChange={(segment) => on({ segment })} />
          <ChangeField
            value={trigger.on.change}
            words={{ entered: 'They come in', left: 'They leave' }}
            onChange={(change) => on({ change })}
          />
        </>
      )}
      {trigger.kind === 'score' && <ScoreTrigger on={trigger.on} onChange={on} />}
      {trigger.kind === 'stage' && (
        <>
          <StageField label="Stage" path="on.stage" value={trigger.on.stage} onChange={(stage) => on({ stage })} />
          <ChangeField
            value={trigger.on.change}
            words={{ entered: 'They come in', left: 'They leave' }}
            onChange={(change) => on({ change })}
          />
        </>
      )}
      {trigger.kind === 'date' && (
        <>
          <TraitField
            label="The trait with the date"
            path="on.date"
            value={trigger.on.date}
            onChange={(date) => on({ date }, 'the date')}
          />
          <div className={css.two}>
            <NumberField
              label="Days after it"
              description="Before it when negative"
              path="on.days"
              value={trigger.on.days ?? 0}
              min={-3660}
              max={3660}
              onChange={(days) => on({ days }, 'how many days')}
            />
            <ClockField
              label="At"
              description="On their clock"
              path="on.at"
              value={trigger.on.at ?? '09:00'}
              onChange={(at) => on({ at }, 'the time')}
            />
          </div>
          <Checkbox
            label="Every year"
            checked={trigger.on.yearly ?? false}
            onChange={(event) => on({ yearly: event.currentTarget.checked })}
          />
        </>
      )}
      {trigger.kind === 'schedule' && <Schedule on={trigger.on} onChange={(next) => onChange({ on: next }, 'the schedule')} />}
      {trigger.kind === 'call' && (
        <ChangeField
          value={trigger.on.by}
          words={{ api: 'By the API or a colleague', journey: 'By another journey' }}
          onChange={(by) => on({ by })}
        />
      )}
      <MaybeRuleField
        label={trigger.kind === 'schedule' ? 'Who enters' : 'Only when'}
        path="when"
        add={trigger.kind === 'schedule' ? 'Say who enters' : 'Add what must hold'}
        value={step.when}
        onChange={(when) => onChange({ when }, 'what must hold')}
      />
    </>
  );
};

/** One of two words. */
function ChangeField({ value, words, onChange }: { value: string; words: Record<string, string>; onChange: (value: string) => void }) {
  return (
    <ChoiceField
      label="How"
      path="on.change"
      value={value}
      options={Object.entries(words).map(([key, label]) => ({ value: key, label }))}
      onChange={(next) => next && onChange(next)}
    />
  );
}

function ScoreTrigger({ on, onChange }: { on: TriggerOf<'score'>; onChange: (next: object) => void }) {
  const scores = useRoute('listScores', undefined).data?.items ?? [];
  const thresholds = scores.find((each) => each.key === on.score)?.thresholds ?? [];
  return (
    <>
      <KeyField label="Score" path="on.score" of="score" value={on.score} onChange={(score) => onChange({ score, threshold: '' })} />
      <ChoiceField
        label="Threshold"
        path="on.threshold"
        value={on.threshold}
        options={thresholds.map((each) => ({ value: each.key, label: `${each.name} (${each.at})` }))}
        onChange={(threshold) => onChange({ threshold })}
      />
      <ChangeField
        value={on.change}
        words={{ risen: 'It rises to it', fallen: 'It falls below it' }}
        onChange={(change) => onChange({ change })}
      />
    </>
  );
}

function Schedule({ on, onChange }: { on: TriggerOf<'schedule'>; onChange: (next: TriggerOf<'schedule'>) => void }) {
  const every = (next: TriggerOf<'schedule'>['every']): TriggerOf<'schedule'> => ({
    every: next,
    at: on.at,
    ...(next === 'week' ? { weekdays: on.weekdays ?? [1] } : {}),
    ...(next === 'month' ? { day: on.day ?? 1 } : {}),
  });
  return (
    <>
      <ChoiceField
        label="Every"
        path="on.every"
        value={on.every}
        options={['day', 'week', 'month'].map((value) => ({ value, label: `Every ${value}` }))}
        onChange={(next) => next && onChange(every(next as 'day'))}
      />
      {on.every === 'week' && (
        <WeekdaysField
          label="On"
          path="on.weekdays"
          value={on.weekdays ?? []}
          onChange={(weekdays) => weekdays.length > 0 && onChange({ ...on, weekdays })}
        />
      )}
      <div className={css.two}>
        {on.every === 'month' && (
          <NumberField
            label="On day"
            description="Or the last of a shorter month"
            path="on.day"
            value={on.day ?? 1}
            min={1}
            max={31}
            onChange={(day) => onChange({ ...on, day })}
          />
        )}
        <ClockField
          label="At"
          description="On the workspace's clock"
          path="on.at"
          value={on.at ?? '09:00'}
          onChange={(at) => onChange({ ...on, at })}
        />
      </div>
    </>
  );
}
