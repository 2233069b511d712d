import { Input, NumberInput, TextInput } from '@mantine/core';
import { RadioChoices } from '../../parts/radio-choices.tsx';
import { sayNumber } from '../../parts/number.ts';
import { DurationInput } from '../../settings/duration-input.tsx';
import type { JourneyRow } from '../journey-lines.ts';
import css from './ramp-fields.module.css';
import { type RampChoice, readShares, weekly } from './ramp-choice.ts';

type Limits = RampChoice['plan']['limits'];
const guardrails = [
  { key: 'bounced', label: 'Bounced' },
  { key: 'complained', label: 'Marked as spam' },
  { key: 'failed', label: 'Not handed over' },
  { key: 'unsubscribed', label: 'Unsubscribed' },
] as const satisfies { key: keyof Limits; label: string }[];
/** Shares of messages are written in percent, to a tenth. */
const percent = (share: number): number => Math.round(share * 1000) / 10;

/** Whether a version is for everybody at once or for a growing share, how fast that grows, and what holds it. */
export function RampFields({
  choice,
  because,
  row,
  onChange,
}: {
  choice: RampChoice;
  /** Why the one that is usual is usual. */
  because: { steps: boolean; words: string };
  row: Pick<JourneyRow, 'version' | 'retired' | 'entered7d'> | undefined;
  onChange: (choice: RampChoice) => void;
}) {
  const { steps, shares, plan } = choice;
  const read = readShares(shares);
  const set = (part: Partial<RampChoice['plan']>): void => onChange({ ...choice, plan: { ...plan, ...part } });
  const limit = (part: Partial<Limits>): void => set({ limits: { ...plan.limits, ...part } });
  const alone = !row || row.version === null || row.retired;
  const others = alone ? 'the others do not enter meanwhile' : `the others enter by version ${row.version} meanwhile`;
  const usually = (is: boolean): string => (because.steps === is ? ` ${because.words}` : '');
  return (
    <div className={css.ramp}>
      <RadioChoices
        label="For whom"
        value={steps ? 'share' : 'all'}
        choices={[
          { value: 'all', label: 'Everybody at once', description: `Whoever enters from now on.${usually(false)}` },
          { value: 'share', label: 'A growing share', description: `A few of those who enter first; ${others}.${usually(true)}` },
        ]}
        onChange={(next) => onChange({ ...choice, steps: next === 'share' })}
      />
      {steps && (
        <div className={css.fields}>
          <TextInput
            label="Shares, in % of those who enter"
            value={shares}
            onChange={(event) => onChange({ ...choice, shares: event.currentTarget.value })}
            error={read === null ? 'Rising whole numbers that end with 100, such as 5, 25, 100' : null}
            {...(read && row && row.entered7d > 0
              ? {
                  description: `At ${read[0]} % about ${sayNumber(weekly(row.entered7d, read[0]!))} a week, of ${sayNumber(row.entered7d)} who entered in the last 7 days`,
                }
              : {})}
            autoComplete="off"
          />
          <div className={css.pair}>
            <Input.Wrapper label="Each share holds for" labelElement="div">
              <div>
                <DurationInput label="Each share holds for" value={plan.every} onChange={(every) => set({ every })} />
              </div>
            </Input.Wrapper>
            <NumberInput
              label="and until at least"
              suffix=" have entered"
              value={plan.least}
              min={0}
              max={10_000}
              clampBehavior="strict"
              allowDecimal={false}
              allowNegative={false}
              hideControls
              w={150}
              onChange={(least) => typeof least === 'number' && set({ least })}
            />
          </div>
          <details>
            <summary>
              Guardrails: held beyond {percent(plan.limits.bounced)} % bounced, {percent(plan.limits.complained)} % marked as spam,{' '}
              {percent(plan.limits.failed)} % not handed over, {percent(plan.limits.unsubscribed)} % unsubscribed
            </summary>
            <div className={css.pair}>
              {guardrails.map(({ key, label }) => (
                <NumberInput
                  key={key}
                  label={label}
                  suffix=" %"
                  value={percent(plan.limits[key])}
                  min={0}
                  max={100}
                  decimalScale={1}
                  clampBehavior="strict"
                  allowNegative={false}
                  hideControls
                  w={110}
                  onChange={(next) => typeof next === 'number' && limit({ [key]: next / 100 })}
                />
              ))}
              <NumberInput
                label="Looked at from"
                suffix=" messages on"
                value={plan.limits.after}
                min={1}
                max={10_000}
                clampBehavior="strict"
                allowDecimal={false}
                allowNegative={false}
                hideControls
                w={150}
                onChange={(after) => typeof after === 'number' && limit({ after })}
              />
            </div>
          </details>
        </div>
      )}
    </div>
  );
}
