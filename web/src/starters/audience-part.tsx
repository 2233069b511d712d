import { Select, Textarea } from '@mantine/core';
import { type Audience, motions } from '#contract/starter.ts';
import { motionWords } from '#engine/journey/starter.ts';
import { Section } from '../parts/page.tsx';
import { RadioChoices } from '../parts/radio-choices.tsx';
import { useAsking } from './context.ts';
import { EventField } from './event-field.tsx';
import css from './starters.module.css';

const first = <T,>(list: Iterable<T>): T | undefined => [...list][0];

/** Who may enter and what they expect; and how customers buy. */
export function AudiencePart() {
  const { answers, change } = useAsking();
  return (
    <>
      <Section title="Audience" hint="The starter decides when somebody enters. This decides for whom it is at all.">
        <Who />
        <Textarea
          label="What these people expect to hear from you, and why"
          description="It is kept in the brief, where whoever writes the mails reads it"
          placeholder="Whether what they chose is still there, because they left it behind with us"
          value={answers.expects}
          maxLength={400}
          autosize
          minRows={2}
          onChange={(event) => {
            const expects = event.currentTarget.value;
            change((now) => ({ ...now, expects }));
          }}
        />
      </Section>
      <Section title="How your customers buy" hint="It changes what happens after the last mail.">
        <RadioChoices
          label="Which of these is true"
          value={answers.motion ?? ''}
          choices={motions.map((value) => ({
            value: value as string,
            label: motionWords[value].says,
            description: motionWords[value].changes,
          }))}
          onChange={(next) => change((now) => ({ ...now, motion: motions.find((each) => each === next) ?? null }))}
        />
        {answers.motion === 'appointment' && (
          <EventField
            label="The event by which an appointment is booked"
            value={answers.appointment}
            onChange={(appointment) => change((now) => ({ ...now, appointment }))}
          />
        )}
      </Section>
    </>
  );
}

const whoWords = [
  { value: 'everybody', label: 'Everybody', description: 'Whom the starter itself lets in.' },
  { value: 'segment', label: 'A segment', description: 'Only who belongs to it at the moment of entering.' },
  { value: 'stage', label: 'A stage', description: 'Only who stands in it at the moment of entering.' },
] as const;

function Who() {
  const { here, answers, change } = useAsking();
  const { audience } = answers;
  const put = (next: Audience): void => change((now) => ({ ...now, audience: next }));
  const list = audience?.who === 'segment' ? here.names.segment : here.names.stage;
  return (
    <div className={css.who}>
      <RadioChoices
        label="Who may enter"
        value={audience?.who ?? ''}
        choices={whoWords.filter(
          ({ value }) => value === 'everybody' || first(value === 'segment' ? here.names.segment : here.names.stage),
        )}
        onChange={(who) => who !== '' && put(who === 'everybody' ? { who } : who === 'segment' ? { who, segment: '' } : { who, stage: '' })}
      />
      {audience && audience.who !== 'everybody' && (
        <Select
          label={audience.who === 'segment' ? 'Which segment' : 'Which stage'}
          placeholder="Choose"
          data={[...list].map(([value, label]) => ({ value, label }))}
          value={(audience.who === 'segment' ? audience.segment : audience.stage) || null}
          searchable={list.size > 7}
          allowDeselect={false}
          maw={360}
          onChange={(key) => key && put(audience.who === 'segment' ? { who: 'segment', segment: key } : { who: 'stage', stage: key })}
        />
      )}
    </div>
  );
}
