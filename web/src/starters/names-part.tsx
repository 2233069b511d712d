import { Button, Select } from '@mantine/core';
import { type NameKind, nameKinds } from '#contract/starter.ts';
import { type Assumed, choicesOf } from '#engine/journey/starter.ts';
import { Section } from '../parts/page.tsx';
import { RadioChoices } from '../parts/radio-choices.tsx';
import { answerAll, choose, chosenFor, madeHere, sameName } from './answers.ts';
import { useAsking } from './context.ts';
import { EventField } from './event-field.tsx';
import css from './starters.module.css';

const titles: Record<NameKind, { title: string; hint: string }> = {
  event: {
    title: 'Events',
    hint: 'What your site and your servers call what people do. A name that never comes does no harm: nothing happens by it.',
  },
  stage: { title: 'Stages', hint: 'Where people stand in your lifecycle.' },
  field: { title: 'Fields', hint: 'What is known about people. A new one is made as a draft.' },
  topic: { title: 'Topics', hint: 'What its mails are about: people can leave one topic and stay in others.' },
  purpose: { title: 'Consent', hint: 'What people must have agreed to.' },
  segment: { title: 'Segments', hint: 'A new one is made as a draft, and asks for its own names.' },
  score: { title: 'Scores', hint: 'Only scores with the thresholds that it needs are offered.' },
  grade: { title: 'Grades', hint: '' },
  template: {
    title: 'Mails that are not here',
    hint: 'Nobody brought them along. Choose others, or write them later: a draft without a mail cannot be published.',
  },
  journey: { title: 'Other journeys', hint: '' },
};

/** What the starter takes for granted, kind by kind, and what each of it is here. */
export function NamesPart() {
  const { questions, answers, change } = useAsking();
  return (
    <>
      {nameKinds
        .filter((kind) => questions.names.some((each) => each.kind === kind))
        .map((kind) => (
          <Kind key={kind} kind={kind} />
        ))}
      {questions.ownEvents.length > 0 && (
        <p className="quiet">Throughline writes these itself, so nothing has to be said about them: {questions.ownEvents.join(', ')}.</p>
      )}
      {questions.mailsHere.length > 0 && (
        <Section
          title="Mails"
          hint={`${questions.mailsHere.length === 1 ? 'One of its mails is' : `${questions.mailsHere.length} of its mails are`} here already.`}
        >
          <RadioChoices
            label="Which mails it sends"
            value={answers.mails ?? ''}
            choices={[
              { value: 'own', label: 'Its own', description: 'Copies that you can adapt; what others send stays as it is.' },
              {
                value: 'here',
                label: 'Those that are here',
                description: 'Whoever changes one changes it for every journey that sends it.',
              },
            ]}
            onChange={(mails) => mails !== '' && change((now) => ({ ...now, mails }))}
          />
        </Section>
      )}
    </>
  );
}

function Kind({ kind }: { kind: NameKind }) {
  const { questions, here, answers, change } = useAsking();
  const rows = questions.names.filter((each) => each.kind === kind);
  const open = rows.filter((each) => chosenFor(answers, each) === undefined);
  const same = open.filter((each) => sameName(each, here) !== null).length;
  const made = open.filter((each) => madeHere(each, here) !== null).length;
  const { title, hint } = titles[kind];
  return (
    <Section
      title={title}
      hint={hint}
      action={
        open.length > 0 && (
          <span className={css.bulk}>
            {same > 0 && (
              <Button size="xs" variant="default" onClick={() => change((now) => answerAll(now, rows, here, sameName))}>
                {kind === 'event'
                  ? 'They are called the same here'
                  : `Take ${same === open.length ? 'those of' : `the ${same} of`} the same name`}
              </Button>
            )}
            {made > 1 && (
              <Button size="xs" variant="default" onClick={() => change((now) => answerAll(now, rows, here, madeHere))}>
                Make the {made} that are missing
              </Button>
            )}
          </span>
        )
      }
    >
      <ul className={css.rows}>
        {rows.map((each) => (
          <li key={each.name}>
            <span className={css.assumed}>
              <strong>{each.says}</strong>
              <span className="faint">{each.as.join(' · ')}</span>
              {each.meaning !== '' && <span className="quiet">{each.meaning}</span>}
            </span>
            {kind === 'event' ? <EventRow assumed={each} /> : <ChoiceRow assumed={each} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function EventRow({ assumed }: { assumed: Assumed }) {
  const { answers, change } = useAsking();
  const chosen = chosenFor(answers, assumed);
  return (
    <EventField
      quiet
      label={`What “${assumed.says}” is called here`}
      value={chosen && 'take' in chosen ? chosen.take : ''}
      placeholder="What is it called here?"
      called={assumed.name}
      onChange={(event) => change((now) => choose(now, 'event', assumed.name, event.trim() === '' ? null : { take: event }))}
    />
  );
}

function ChoiceRow({ assumed }: { assumed: Assumed }) {
  const { here, drafts, answers, change } = useAsking();
  const chosen = chosenFor(answers, assumed);
  const isDraft = (name: string): boolean => drafts.has(`${assumed.kind}/${name}`);
  const options = [
    // What is published comes first: a draft has to be published before the journey can be.
    ...choicesOf(assumed, here)
      .toSorted((a, b) => Number(isDraft(a.name)) - Number(isDraft(b.name)))
      .map(({ name, says }) => ({
        value: `take ${name}`,
        label: `${says}${assumed.kind === 'field' && says !== name ? ` (${name})` : ''}${isDraft(name) ? ', a draft' : ''}`,
      })),
    ...(assumed.canMake ? [{ value: 'make', label: `Make “${assumed.says}” as a draft` }] : []),
    ...(assumed.canNone ? [{ value: 'none', label: assumed.kind === 'template' ? 'Write it later' : 'Nothing like it here' }] : []),
  ];
  const value = !chosen ? null : 'take' in chosen ? `take ${chosen.take}` : 'make' in chosen ? 'make' : 'none';
  return (
    <Select
      aria-label={`What “${assumed.says}” is here`}
      placeholder={options.length === 0 ? 'There is nothing to choose from yet' : 'What is it here?'}
      data={options}
      value={value !== null && options.some((each) => each.value === value) ? value : null}
      searchable={options.length > 7}
      allowDeselect={false}
      nothingFoundMessage="Nothing like that"
      onChange={(next) =>
        next &&
        change((now) =>
          choose(
            now,
            assumed.kind,
            assumed.name,
            next === 'make' ? { make: true } : next === 'none' ? { none: true } : { take: next.slice(5) },
          ),
        )
      }
    />
  );
}
