import { Chooser } from '../chooser.tsx';
import { durationChoices, sayLength } from '../choices.ts';
import type { DraftTest } from '../draft.ts';
import { type Change, EventChip, Less, More, type Narrowing, narrowings, WhereChips } from '../event-chips.tsx';
import css from '../rule-editor.module.css';
import { Word } from '../word.tsx';
import type { KindEditor } from './kind.ts';

type Test = DraftTest<'sequence'>;

/** One event, and then another, or no other, within a time. */
export const sequence: KindEditor<'sequence'> = {
  name: 'did one thing, and then another or no other',
  group: 'What they did',
  blank: () => ({ first: {}, then: {}, within: 'P7D', happened: true }),
  lead: ['', 'it is not so that'],
  title: (test) => `${test.first?.event ?? 'an event'}, then ${test.then?.event ?? 'another'}`,
  Chips({ test, onChange }) {
    const lengths = durationChoices('within ');
    const last = durationChoices('in the last ');
    const happened = test.happened ?? true;
    return (
      <>
        <Word>did</Word>
        <Step of="first" test={test} onChange={onChange} />
        <Chooser
          quiet
          label="Whether the second followed"
          text={happened ? 'and then' : 'and then not'}
          choices={[
            { value: true, label: 'and then' },
            { value: false, label: 'and then not' },
          ]}
          onPick={(next) => onChange({ happened: next }, next ? 'ask that the second followed' : 'ask that the second did not follow')}
        />
        <Step of="then" test={test} onChange={onChange} />
        <Chooser
          label="How long after"
          text={test.within ? `within ${sayLength(test.within)}` : null}
          ask="within how long"
          hint="Choose, or write: 36 hours"
          choices={lengths.choices}
          written={lengths.written}
          writtenFirst
          onPick={(within) => onChange({ within }, 'change how long after')}
        />
        {test.last === undefined ? null : (
          <span className={css.clause}>
            <Chooser
              label="When it came to pass"
              text={test.last ? `in the last ${sayLength(test.last)}` : null}
              choices={last.choices}
              written={last.written}
              writtenFirst
              onPick={(next) => onChange({ last: next }, 'change when')}
            />
            <Less what="the last" onClick={() => onChange({ last: undefined }, 'take the last away')} />
          </span>
        )}
        <More
          choices={[
            ...narrowings(test.first ?? {}).map((each) => ({
              ...each,
              label: `the first: ${each.label}`,
              part: { first: { ...test.first, ...each.part } },
            })),
            ...narrowings(test.then ?? {}).map((each) => ({
              ...each,
              label: `the second: ${each.label}`,
              part: { then: { ...test.then, ...each.part } },
            })),
            ...(test.last === undefined
              ? [{ label: 'only if it came to pass in the last …', part: { last: 'P30D' }, did: 'ask for the last' }]
              : []),
          ]}
          onAdd={onChange}
        />
      </>
    );
  },
};

/** One of the two events. */
function Step({ of, test, onChange }: { of: 'first' | 'then'; test: Test; onChange: Change<Test> }) {
  const step = test[of] ?? {};
  const change = (part: Narrowing & { event?: string }, did: string): void => onChange({ [of]: { ...step, ...part } }, did);
  return (
    <>
      <EventChip
        label={of === 'first' ? 'First event' : 'Second event'}
        name={step.event}
        onChange={(event) => change({ event }, `choose ${event}`)}
      />
      <WhereChips event={step.event} test={step} onChange={change} />
    </>
  );
}
