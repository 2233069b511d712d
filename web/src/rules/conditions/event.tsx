import { Chooser } from '../chooser.tsx';
import { oftenChoices, oftenWritten, sayOften } from '../choices.ts';
import { EventChip, More, narrowings, WhenChip, WhereChips } from '../event-chips.tsx';
import type { KindEditor } from './kind.ts';

/** How often something was done. "Have not done" is at most 0. */
export const event: KindEditor<'event'> = {
  name: 'did something',
  group: 'What they did',
  blank: () => ({}),
  lead: ['', 'it is not so that'],
  title: (test) => test.name ?? 'an event',
  Chips({ test, onChange }) {
    const never = test.atMost === 0;
    return (
      <>
        <Chooser
          quiet
          label="Did or did not"
          text={never ? 'have not done' : 'did'}
          choices={[
            { value: false, label: 'did' },
            { value: true, label: 'have not done' },
          ]}
          onPick={(not) =>
            onChange(
              not ? { atMost: 0, atLeast: undefined } : { atMost: never ? undefined : test.atMost },
              not ? 'ask that they did not' : 'ask that they did',
            )
          }
        />
        <EventChip name={test.name} onChange={(name) => onChange({ name }, `choose ${name}`)} />
        {test.name && (
          <>
            <WhereChips event={test.name} test={test} onChange={onChange} />
            {!never && (
              <Chooser
                label="How often"
                text={sayOften(test)}
                quiet={sayOften(test) === 'at least once'}
                hint="Choose, or write: 3, at most 2, 4 to 6"
                choices={oftenChoices}
                written={oftenWritten}
                writtenFirst
                onPick={({ atLeast, atMost }) => onChange({ atLeast, atMost }, 'change how often')}
              />
            )}
            <WhenChip window={test as never} onChange={(window) => onChange(window as never, 'change when')} />
            <More choices={narrowings(test)} onAdd={onChange} />
          </>
        )}
      </>
    );
  },
};
