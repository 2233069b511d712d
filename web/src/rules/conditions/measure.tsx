import { Chooser } from '../chooser.tsx';
import { ComparisonChips } from '../comparison-chips.tsx';
import { EventChip, More, narrowings, PropertyChip, WhenChip, WhereChips } from '../event-chips.tsx';
import { propertiesOf, useWords } from '../vocabulary.ts';
import { Word } from '../word.tsx';
import type { KindEditor } from './kind.ts';

const takes = {
  sum: 'the sum',
  average: 'the average',
  min: 'the least',
  max: 'the most',
  distinct: 'the number of different values',
  first: 'the first',
  last: 'the last',
} as const;
type Take = keyof typeof takes;

/** A value made of a property of events. */
export const measure: KindEditor<'measure'> = {
  name: 'sum, average or last value of what they did',
  group: 'What they did',
  blank: () => ({ take: 'sum', op: 'at-least' }),
  lead: ['', 'it is not so that'],
  title: (test) => `${takes[test.take ?? 'sum']} of ${test.name ?? 'an event'}`,
  Chips({ test, onChange }) {
    const { vocabulary } = useWords();
    const take = test.take ?? 'sum';
    const property = propertiesOf(vocabulary, test.name).find((each) => each.path === test.property);
    // Of texts one asks what they are; of everything that is counted, how much.
    const seen = take === 'first' || take === 'last' ? property : { path: '', types: ['number' as const], values: [] };
    return (
      <>
        <Chooser
          quiet
          label="What is taken"
          text={takes[take]}
          choices={(Object.keys(takes) as Take[]).map((value) => ({ value, label: takes[value] }))}
          onPick={(next) => onChange({ take: next }, 'change what is taken')}
        />
        <Word>of</Word>
        {test.name && (
          <PropertyChip event={test.name} path={test.property} onChange={(path) => onChange({ property: path }, 'choose a property')} />
        )}
        {test.name && <Word>of</Word>}
        <EventChip name={test.name} onChange={(name) => onChange({ name }, `choose ${name}`)} />
        {test.name && (
          <>
            <WhereChips event={test.name} test={test} onChange={onChange} />
            <WhenChip window={test as never} onChange={(window) => onChange(window as never, 'change when')} />
            <ComparisonChips test={test} what={takes[take]} seen={seen} timed={false} onChange={onChange} />
            <More choices={narrowings(test)} onAdd={onChange} />
          </>
        )}
      </>
    );
  },
};
