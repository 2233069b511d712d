import { Checkbox } from '@mantine/core';
import { sayDuration } from '#contract/instant.ts';
import { baselineNeeded, baselineSince, divisionOf } from '#engine/experiment/experiments-of.ts';
import { peopleNeeded } from '#engine/experiment/people-needed.ts';
import { sayMatch } from '#engine/rule/words.ts';
import { sayNumber } from '../../parts/number.ts';
import { AddRow, RemoveRow } from '../../parts/row-buttons.tsx';
import { Segmented } from '../../parts/segmented.tsx';
import { useAround } from './context.ts';
import { ChoiceField, DurationField, LineField, NumberField } from './fields.tsx';
import css from './fields.module.css';
import type { Fields } from './kind.ts';
import { MatchField } from './rule-field.tsx';

export const experiment: Fields<'experiment'> = ({ step, onChange }) => {
  const { journey, usual, addPath, removePath, wrongAt } = useAround();
  const set = (index: number, part: Partial<(typeof step.arms)[number]>, what: string): void =>
    onChange({ arms: step.arms.map((arm, at) => (at === index ? { ...arm, ...part } : arm)) }, what);
  const sum = Math.round(step.arms.reduce((all, arm) => all + arm.share, 0) * 100) / 100;
  return (
    <>
      <p className={css.hint}>Whoever comes again takes the same arm. Changing arms, goal, window or lift begins it anew.</p>
      <div className={css.rows} data-field="arms">
        {step.arms.map((arm, index) => (
          <div key={arm.key} className={css.row}>
            <LineField
              label={`Arm ${index + 1}`}
              path={`arms.${index}.label`}
              value={arm.label}
              onChange={(label) => set(index, { label }, 'the name of an arm')}
            />
            <NumberField
              label="Share"
              path={`arms.${index}.share`}
              value={arm.share}
              min={1}
              max={99}
              decimals={2}
              unit="%"
              onChange={(share) => set(index, { share }, 'a share')}
            />
            {step.arms.length > 2 && <RemoveRow label={`Remove the arm ${arm.label}`} onClick={() => removePath(index)} />}
          </div>
        ))}
      </div>
      <p className={css.hint} role="status">
        {sum === 100 ? 'The shares add up to 100 %.' : `The shares add up to ${sum} %, and must be 100 %.`} {wrongAt('arms', false)}
      </p>
      <AddRow disabled={step.arms.length >= 8} onClick={addPath}>
        Add an arm
      </AddRow>
      <ChoiceField
        label="Control"
        description="What the others are compared with: usually what people get today"
        path="control"
        value={step.control}
        options={step.arms.map(({ key, label }) => ({ value: key, label }))}
        onChange={(control) => control && onChange({ control }, 'the control')}
      />
      <Segmented
        label="What people are to do"
        value={step.goal === null ? 'journey' : 'own'}
        choices={[
          { value: 'journey', label: 'The goal of the journey' },
          { value: 'own', label: 'Something else' },
        ]}
        onChange={(which) => onChange({ goal: which === 'journey' ? null : { event: usual.event } }, 'the goal of the experiment')}
      />
      {step.goal ? (
        <MatchField
          label="They convert when"
          path="goal"
          value={step.goal}
          onChange={(goal) => onChange({ goal }, 'the goal of the experiment')}
        />
      ) : (
        <p className={css.hint}>
          {wrongAt('goal') ??
            (journey.goal
              ? `They convert when: ${sayMatch(journey.goal.on)}.`
              : 'The journey has no goal yet. Name one in its settings, or choose something else here.')}
        </p>
      )}
      <DurationField
        label="Within"
        description="After coming to this step"
        path="window"
        value={step.window}
        onChange={(window) => onChange({ window }, 'the window')}
      />
      <NumberField
        label="Lift worth seeing"
        description="At least so much"
        path="lift"
        value={step.lift}
        min={5}
        max={500}
        unit="%"
        onChange={(lift) => onChange({ lift }, 'the smallest lift')}
      />
      <DurationField
        label="It may take"
        description="It does not begin where too few people convert for that"
        path="lasts"
        value={step.lasts}
        onChange={(lasts) => onChange({ lasts }, 'how long it may take')}
      />
      <Needed step={step} />
      <Checkbox
        label="Give new people the winner by itself, once there is one"
        description="A tenth go on by the control, so that it shows whether it stays the winner"
        checked={step.byItself}
        data-field="byItself"
        onChange={(event) => onChange({ byItself: event.currentTarget.checked }, 'what happens when there is a winner')}
      />
    </>
  );
};

/** How many people it takes; nothing while shares or lift are half written. */
function Needed({ step }: { step: Parameters<typeof experiment>[0]['step'] }) {
  const isWhole =
    step.arms.length >= 2 &&
    step.arms.every(({ share }) => share > 0) &&
    step.lift >= 5 &&
    step.lift <= 500 &&
    step.arms.some(({ key }) => key === step.control);
  if (!isWhole || /^P(T0[HMS]|0[WD])$/.test(step.lasts)) return null;
  const { people } = peopleNeeded(divisionOf(step), 0.05);
  return (
    <p className={css.hint} role="status">
      Where 5 % convert, about {sayNumber(Math.ceil(people / 100) * 100)} people are needed to see a lift of {step.lift} % in 8 of 10 cases.
      It begins when {sayNumber(baselineNeeded(step))} people did what is wanted in the last {sayDuration(baselineSince)}.
    </p>
  );
}
