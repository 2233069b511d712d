import { Checkbox, NumberInput } from '@mantine/core';
import { type Need, needs } from '#contract/house-policy.ts';
import { To } from '../parts/address.tsx';
import { Section } from '../parts/page.tsx';
import { RadioChoices } from '../parts/radio-choices.tsx';
import css from './settings.module.css';
import { SettingsFields } from './settings-form.tsx';
import { useSettings } from './use-settings.ts';

const all = Object.keys(needs) as Need[];
const numberOf = (value: string | number): number | null => (typeof value === 'number' && value >= 1 ? Math.round(value) : null);

/** What the workspace needs most now, how complex it may become, and how much may be in force before a goal has been met. */
export function Checks() {
  const form = useSettings();
  return (
    <SettingsFields form={form}>
      {(value) => (
        <>
          <Section
            title="What you need most now"
            hint="What is otherwise a warning, or not asked at all, keeps a definition from being published then."
          >
            <div className={css.form} role="group" aria-label="What you need most now">
              {all.map((need) => (
                <Checkbox
                  key={need}
                  label={needs[need].name}
                  description={needs[need].means}
                  checked={value.needs.includes(need)}
                  onChange={(event) =>
                    form.set(
                      'needs',
                      all.filter((each) => (each === need ? event.currentTarget.checked : value.needs.includes(each))),
                    )
                  }
                />
              ))}
            </div>
          </Section>
          <Section
            title="Budget of complexity"
            hint={
              <>
                In points: steps, twice each fork, and the longest way.{' '}
                <To to="journeys" className="text-link">
                  The list of journeys
                </To>{' '}
                shows those of each. What goes beyond takes a reason, which the audit keeps. Empty is no bound.
              </>
            }
          >
            <NumberInput
              label="For one journey"
              value={value.budgetPerJourney ?? ''}
              min={1}
              max={10_000}
              allowDecimal={false}
              placeholder="No bound"
              onChange={(next) => form.set('budgetPerJourney', numberOf(next))}
              maw={220}
            />
            <NumberInput
              label="For all journeys in force"
              value={value.budgetInAll ?? ''}
              min={1}
              max={1_000_000}
              allowDecimal={false}
              placeholder="No bound"
              onChange={(next) => form.set('budgetInAll', numberOf(next))}
              maw={220}
            />
          </Section>
          <Section
            title="Before a goal has been met"
            hint="Many journeys at once say little about any of them. Until one has shown that it works, only a few are in force."
          >
            <RadioChoices
              label="A journey beyond that"
              value={value.liveLimit}
              choices={[
                { value: 'off', label: 'May be published', description: 'Nothing is said of it.' },
                { value: 'warn', label: 'Is warned of', description: 'It may be published all the same.' },
                {
                  value: 'refuse',
                  label: 'Is refused',
                  description: 'Until a goal has been met often enough, or another journey is retired.',
                },
              ]}
              onChange={(next) => form.set('liveLimit', next)}
            />
            {value.liveLimit !== 'off' && (
              <>
                <NumberInput
                  label="Journeys in force before that"
                  value={value.liveJourneysMax}
                  min={1}
                  max={1_000}
                  allowDecimal={false}
                  onChange={(next) => form.set('liveJourneysMax', numberOf(next) ?? 1)}
                  maw={220}
                />
                <NumberInput
                  label="How often a goal has to be met"
                  value={value.goalsNeeded}
                  min={1}
                  max={1_000_000}
                  allowDecimal={false}
                  onChange={(next) => form.set('goalsNeeded', numberOf(next) ?? 1)}
                  maw={220}
                />
              </>
            )}
          </Section>
        </>
      )}
    </SettingsFields>
  );
}
