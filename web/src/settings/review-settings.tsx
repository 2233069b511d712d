import { Input } from '@mantine/core';
import { sayDuration } from '#contract/instant.ts';
import type { WorkspaceSettings } from '#contract/routes/operate.ts';
import { Section } from '../parts/page.tsx';
import { RadioChoices } from '../parts/radio-choices.tsx';
import { DurationInput } from './duration-input.tsx';
import css from './settings.module.css';
import { SettingsFields } from './settings-form.tsx';
import { useSettings } from './use-settings.ts';

/** What a draft takes here before it is published, in one sentence. */
function sayReview({ review, coolingOff }: WorkspaceSettings, colleagues: number): string {
  if (review === 'off') return 'Whoever may edit a draft may publish it at once.';
  const drafts = review === 'journeys' ? 'A draft of a journey' : 'Every draft';
  return colleagues > 1
    ? `Another colleague approves: ${drafts.toLowerCase()} is published after somebody else than its last editor has approved it as it stands.`
    : `You work alone here: ${drafts.toLowerCase()} cools off for ${sayDuration(coolingOff)} after its last change. Once there is another colleague, they approve it instead.`;
}

/** Whose drafts somebody else looks at before they are published. */
export function ReviewSettings({ colleagues }: { colleagues: number }) {
  const form = useSettings();
  return (
    <Section
      title="Before something is published"
      hint="In this workspace. Going back to an earlier version and every stop need no review."
    >
      <SettingsFields form={form}>
        {(value) => (
          <>
            <RadioChoices
              label="Whose drafts are reviewed"
              value={value.review}
              choices={[
                { value: 'off', label: 'Nobody’s', description: 'Drafts are published by whoever wants to.' },
                { value: 'journeys', label: 'Those of journeys', description: 'What people are led through and written to by.' },
                {
                  value: 'everything',
                  label: 'Everything',
                  description: 'Journeys, mails, segments, scores, the lifecycle, caps: all that decides.',
                },
              ]}
              onChange={(next) => form.set('review', next)}
            />
            {value.review !== 'off' && (
              <Input.Wrapper
                label="Cooling-off"
                description="How long a draft stands unchanged before it may be published, where nobody else could review it"
              >
                <div className={css.under}>
                  <DurationInput label="Cooling-off" value={value.coolingOff} onChange={(next) => form.set('coolingOff', next)} />
                </div>
              </Input.Wrapper>
            )}
            <p className={css.preview} role="status">
              {sayReview(value, colleagues)}
            </p>
          </>
        )}
      </SettingsFields>
    </Section>
  );
}
