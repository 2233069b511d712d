import type { StepOf } from '#contract/steps/index.ts';
import { Segmented } from '../../parts/segmented.tsx';
import type { Usual } from '../edit/choices.ts';
import { useAround } from './context.ts';
import { ChoiceField, ClockField, DurationField, LineField, NumberField, TraitField, WeekdaysField } from './fields.tsx';
import css from './fields.module.css';
import type { Fields } from './kind.ts';
import { MatchField, RuleField } from './rule-field.tsx';
import { WaitTiming } from './wait-timing.tsx';

type Wait = StepOf<'wait'>;
const modes = ['for', 'until', 'untilRule', 'untilDate', 'untilTime'] as const;
type Mode = (typeof modes)[number];
const names: Record<Mode, string> = {
  for: 'For a while',
  until: 'Until something happens',
  untilRule: 'Until a rule holds',
  untilDate: 'Until a date',
  untilTime: 'Until a time of day',
};
const modeOf = (step: Wait): Mode => modes.find((mode) => step[mode] !== undefined) ?? 'for';
const forPeople = (mode: Mode): boolean => mode === 'until' || mode === 'untilRule';

const nothing = { for: undefined, until: undefined, untilRule: undefined, untilDate: undefined, untilTime: undefined };
/** What a wait of another sort begins with. Whoever waits for people says what happens when nothing does. */
function begin(mode: Mode, step: Wait, usual: Usual): Partial<Wait> {
  const open = { timeout: step.timeout ?? step.for ?? 'P2D', onTimeout: step.onTimeout ?? step.next };
  const time = { timeout: undefined, onTimeout: undefined };
  switch (mode) {
    case 'for':
      return { for: step.timeout ?? 'P1D', ...time, onMissing: undefined } as Partial<Wait>;
    case 'until':
      return { until: { event: usual.event }, ...open, onMissing: undefined } as Partial<Wait>;
    case 'untilRule':
      return { untilRule: { event: { name: usual.event, since: 'journey' } }, ...open, onMissing: undefined } as Partial<Wait>;
    case 'untilDate':
      return { untilDate: { trait: usual.date ?? 'appointment_at', days: 0, at: '09:00' }, onMissing: step.next, ...time } as Partial<Wait>;
    case 'untilTime':
      return { untilTime: { at: '09:00', weekdays: [1, 2, 3, 4, 5] }, ...time, onMissing: undefined } as Partial<Wait>;
  }
}

export const wait: Fields<'wait'> = ({ step, onChange }) => {
  const { usual, journey } = useAround();
  const mode = modeOf(step);
  const offered = modes.filter((each) => each === mode || journey.architecture !== 'linear' || !forPeople(each));
  return (
    <>
      <ChoiceField
        label="Wait"
        path="mode"
        value={mode}
        options={offered.map((value) => ({ value, label: names[value] }))}
        onChange={(next) => next && next !== mode && onChange({ ...nothing, ...begin(next as Mode, step, usual) }, 'what is waited for')}
      />
      {step.for !== undefined && (
        <DurationField label="How long" path="for" value={step.for} onChange={(next) => onChange({ for: next }, 'how long')} />
      )}
      {step.until && (
        <MatchField
          label="Until this happens"
          path="until"
          value={step.until}
          onChange={(until) => onChange({ until }, 'what is waited for')}
        />
      )}
      {step.untilRule && (
        <RuleField
          label="Until this holds"
          path="untilRule"
          lead="that"
          value={step.untilRule}
          onChange={(untilRule) => onChange({ untilRule }, 'what is waited for')}
        />
      )}
      {step.untilDate && <UntilDate step={step} date={step.untilDate} onChange={(part) => onChange(part, 'the date')} />}
      {step.untilTime && (
        <>
          <ClockField
            label="At"
            description="On their clock"
            path="untilTime.at"
            value={step.untilTime.at}
            onChange={(at) => onChange({ untilTime: { ...step.untilTime!, at } }, 'the time')}
          />
          <WeekdaysField
            label="On"
            description="None chosen is every day"
            path="untilTime.weekdays"
            value={step.untilTime.weekdays ?? []}
            onChange={(weekdays) =>
              onChange({ untilTime: { at: step.untilTime!.at, ...(weekdays.length > 0 ? { weekdays } : {}) } }, 'the weekdays')
            }
          />
        </>
      )}
      {forPeople(mode) && (
        <DurationField
          label="At most"
          description="Then they go on by the way “timed out”"
          path="timeout"
          value={step.timeout ?? 'P2D'}
          onChange={(timeout) => onChange({ timeout }, 'how long at most')}
        />
      )}
      <WaitTiming step={step} onChange={onChange} />
    </>
  );
};

type UntilDateValue = NonNullable<Wait['untilDate']>;
function UntilDate({ step, date, onChange }: { step: Wait; date: UntilDateValue; onChange: (part: Partial<Wait>) => void }) {
  const set = (part: Partial<UntilDateValue>): void => onChange({ untilDate: { ...date, ...part } });
  const { usual } = useAround();
  const own = date.on === undefined;
  const { days = 0, at = '09:00' } = date;
  return (
    <>
      <Segmented
        label="Which date"
        value={own ? 'trait' : 'on'}
        choices={[
          { value: 'trait', label: 'A date of the person' },
          { value: 'on', label: 'A day of the calendar' },
        ]}
        onChange={(which) =>
          onChange(
            which === 'on'
              ? ({
                  untilDate: { on: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10), days, at },
                  onMissing: undefined,
                } as Partial<Wait>)
              : { untilDate: { trait: usual.date ?? 'appointment_at', days, at }, onMissing: step.onMissing ?? step.next },
          )
        }
      />
      {own ? (
        <TraitField label="The trait with the date" path="untilDate.trait" value={date.trait ?? ''} onChange={(trait) => set({ trait })} />
      ) : (
        <LineField
          label="Day"
          description="As 2026-03-01"
          path="untilDate.on"
          value={date.on ?? ''}
          max={10}
          onChange={(on) => set({ on })}
        />
      )}
      <div className={css.two}>
        <NumberField
          label="Days after it"
          description="Before it when negative"
          path="untilDate.days"
          value={days}
          min={-3660}
          max={3660}
          onChange={(next) => set({ days: next })}
        />
        <ClockField label="At" description="On their clock" path="untilDate.at" value={at} onChange={(next) => set({ at: next })} />
      </div>
    </>
  );
}
