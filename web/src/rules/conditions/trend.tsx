import { Chooser } from '../chooser.tsx';
import { durationChoices, numberWritten, sayLength } from '../choices.ts';
import { EventChip, Less, More, narrowings, PropertyChip, WhereChips } from '../event-chips.tsx';
import css from '../rule-editor.module.css';
import { Word } from '../word.tsx';
import type { KindEditor } from './kind.ts';

/** More or less than in the stretch before. */
export const trend: KindEditor<'trend'> = {
  name: 'did more or less than before',
  group: 'What they did',
  blank: () => ({ change: 'down', percent: 50, over: 'P30D', atLeastBefore: 3 }),
  lead: ['', 'it is not so that'],
  title: (test) => `${test.name ?? 'an event'} going ${test.change ?? 'down'}`,
  Chips({ test, onChange }) {
    const lengths = durationChoices();
    return (
      <>
        {test.property !== undefined && (
          <span className={css.clause}>
            <Word>the sum of</Word>
            <PropertyChip event={test.name} path={test.property} onChange={(property) => onChange({ property }, 'choose a property')} />
            <Less what="the sum" onClick={() => onChange({ property: undefined }, 'count the events')} />
            <Word>of</Word>
          </span>
        )}
        <EventChip name={test.name} onChange={(name) => onChange({ name }, `choose ${name}`)} />
        {test.name && (
          <>
            <WhereChips event={test.name} test={test} onChange={onChange} />
            <Chooser
              quiet
              label="Up or down"
              text={test.change === 'up' ? 'went up' : 'went down'}
              choices={[
                { value: 'down' as const, label: 'went down' },
                { value: 'up' as const, label: 'went up' },
              ]}
              onPick={(change) => onChange({ change }, `ask that it went ${change}`)}
            />
            <Word>by at least</Word>
            <Chooser
              label="By how much"
              text={test.percent === undefined ? null : `${test.percent} %`}
              hint="Write percent: 30"
              choices={[20, 30, 50, 80, 100].map((value) => ({ value, label: `${value} %` }))}
              written={numberWritten(
                (value) => `${value} %`,
                (value) => Number.isInteger(value) && value >= 1 && value <= 10_000,
              )}
              writtenFirst
              onPick={(percent) => onChange({ percent }, 'change by how much')}
            />
            <Word>in the last</Word>
            <Chooser
              label="Length of time"
              text={test.over ? sayLength(test.over) : null}
              hint="Choose, or write: 45 days"
              choices={lengths.choices}
              written={lengths.written}
              writtenFirst
              onPick={(over) => onChange({ over }, 'change the length of time')}
            />
            <Word>against as long before, which had at least</Word>
            <Chooser
              label="What there was before"
              text={String(test.atLeastBefore ?? 1)}
              hint="Write a number"
              choices={[1, 3, 5, 10].map((value) => ({ value, label: String(value) }))}
              written={numberWritten(String, (value) => value >= 0)}
              writtenFirst
              onPick={(atLeastBefore) => onChange({ atLeastBefore }, 'change what there was before')}
            />
            <More
              choices={[
                ...narrowings(test),
                ...(test.property === undefined
                  ? [{ label: 'sum a property instead of counting', part: { property: '' }, did: 'sum a property' }]
                  : []),
              ]}
              onAdd={onChange}
            />
          </>
        )}
      </>
    );
  },
};
