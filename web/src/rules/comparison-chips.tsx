import type { SeenPath } from '#contract/routes/rules.ts';
import { isTimed, meaningOf, type Operator, operators, type Takes } from '#contract/rule/comparison.ts';
import { operatorWords } from '#engine/rule/words.ts';
import { Chooser } from './chooser.tsx';
import {
  type Choice,
  dateWritten,
  dayChoices,
  durationChoices,
  numberWritten,
  rangeIn,
  sayDays,
  sayLength,
  sayScalar,
  scalarOf,
} from './choices.ts';
import { fits } from './lacks.ts';
import { valueChoices } from './vocabulary.ts';

type Scalar = string | number | boolean;
export interface LooseComparison {
  op?: Operator | undefined;
  value?: Scalar | Scalar[] | undefined;
}

/** Longer words where one word alone would not tell two operators apart. */
const longer: Partial<Record<Operator, string>> = {
  'in-days': 'lies, in days from today,',
  'anniversary-in': 'has its anniversary, in days from today,',
};
const sayOperator = (op: Operator): string => longer[op] ?? operatorWords[op];

/** The operator that one most likely means for a type of value. */
export function usualOperator(seen: SeenPath | undefined, timed = true): Operator {
  const type = seen?.types[0];
  if (type === 'number') return 'at-least';
  if (type === 'date') return timed ? 'within-last' : 'after';
  return type === 'list' ? 'contains' : 'equals';
}

function operatorChoices(seen: SeenPath | undefined, timed: boolean): Choice<Operator>[] {
  const types = seen?.types ?? [];
  const all = (Object.keys(operators) as Operator[]).filter((op) => timed || !isTimed(op));
  const suits = (op: Operator): boolean =>
    types.length === 0 || types.some((type) => (meaningOf(op).of as readonly string[]).includes(type));
  const toChoice =
    (group: string) =>
    (op: Operator): Choice<Operator> => ({ value: op, label: sayOperator(op), group });
  return [
    ...all.filter(suits).map(toChoice(types.length === 0 ? 'Comparisons' : 'For what came so far')),
    ...all.filter((op) => !suits(op)).map(toChoice('Other comparisons')),
  ];
}

/** What of a value another operator can go on with. */
function kept(value: LooseComparison['value'], takes: Takes): LooseComparison['value'] {
  if (fits[takes](value)) return value;
  const next = takes === 'list' ? (value === undefined ? undefined : [value as Scalar]) : Array.isArray(value) ? value[0] : undefined;
  return fits[takes](next) ? next : undefined;
}

/** An operator, and the value that it takes. */
export function ComparisonChips<T extends LooseComparison>({
  test,
  seen,
  what,
  timed = true,
  onChange,
}: {
  test: T;
  /** What really came under this path. */
  seen: SeenPath | undefined;
  /** What is compared, for screen readers. */
  what: string;
  /** Whether operators that look at the clock are offered (true): not for events, which stay as they were. */
  timed?: boolean;
  onChange: (part: LooseComparison, did: string) => void;
}) {
  const { op, value } = test;
  const takes = op === undefined ? null : meaningOf(op).takes;
  return (
    <>
      <Chooser
        quiet
        label={`How ${what} compares`}
        text={op === undefined ? null : sayOperator(op)}
        ask="how"
        choices={operatorChoices(seen, timed)}
        onPick={(next) => onChange({ op: next, value: kept(value, meaningOf(next).takes) }, 'change the comparison')}
      />
      {op !== undefined && takes !== null && takes !== 'nothing' && (
        <Value
          key={takes}
          {...{ op, takes, value, seen, what }}
          onChange={(next) => onChange({ op, value: next }, `change the value of ${what}`)}
        />
      )}
    </>
  );
}

interface ValueProps {
  op: Operator;
  takes: Takes;
  value: LooseComparison['value'];
  seen: SeenPath | undefined;
  what: string;
  onChange: (value: LooseComparison['value']) => void;
}

function Value({ op, takes, value, seen, what, onChange }: ValueProps) {
  const label = `Value of ${what}`;
  const scalars = valueChoices(seen);
  const written = (text: string): Choice<Scalar>[] => {
    const own = scalarOf(text.trim(), seen?.types);
    return [{ value: own, label: sayScalar(own) }];
  };
  switch (takes) {
    case 'value':
    case 'text':
      return (
        <Chooser<Scalar>
          label={label}
          text={value === undefined ? null : sayScalar(value)}
          ask="which value"
          hint={scalars.length > 0 ? 'Choose, or write a value' : 'Write a value'}
          choices={takes === 'text' ? scalars.filter((each) => typeof each.value === 'string') : scalars}
          written={takes === 'text' ? (text) => [{ value: text.trim(), label: sayScalar(text.trim()) }] : written}
          writtenFirst
          onPick={onChange}
        />
      );
    case 'list': {
      const chosen = Array.isArray(value) ? value : [];
      const others = chosen
        .filter((each) => !scalars.some((choice) => choice.value === each))
        .map((each) => ({ value: each, label: sayScalar(each) }));
      return (
        <Chooser<Scalar>
          label={label}
          text={chosen.length === 0 ? null : chosen.map(sayScalar).join(', ')}
          ask="which values"
          hint="Choose, or write a value and press Enter"
          choices={[...others, ...scalars]}
          written={written}
          writtenFirst
          many={chosen.map(sayScalar)}
          onPick={(next) => {
            const list = chosen.includes(next) ? chosen.filter((each) => each !== next) : [...chosen, next];
            onChange(list.length === 0 ? undefined : list);
          }}
        />
      );
    }
    case 'number':
      return (
        <Chooser<number>
          label={label}
          text={value === undefined ? null : String(value)}
          ask="how much"
          hint="Write a number"
          choices={numbersOf(seen)}
          written={numberWritten()}
          writtenFirst
          onPick={onChange}
        />
      );
    case 'range':
      return (
        <Chooser<[number, number]>
          label={label}
          text={Array.isArray(value) ? value.join(' and ') : null}
          ask="which two numbers"
          hint="Write two numbers: 10 to 20"
          choices={[]}
          written={(text) => {
            const range = rangeIn(text);
            return range ? [{ value: range, label: range.join(' and ') }] : [];
          }}
          onPick={onChange}
        />
      );
    case 'date':
      return (
        <Chooser<string>
          label={label}
          text={value === undefined ? null : String(value)}
          ask="which date"
          hint="Write a date: 2026-03-01"
          choices={[]}
          written={dateWritten()}
          onPick={onChange}
        />
      );
    case 'duration': {
      const lengths = durationChoices();
      return (
        <Chooser<string>
          label={label}
          text={value === undefined ? null : sayLength(String(value))}
          ask="how long"
          hint="Choose, or write: 45 days"
          choices={lengths.choices}
          written={lengths.written}
          writtenFirst
          onPick={onChange}
        />
      );
    }
    case 'days': {
      const days = dayChoices(op === 'anniversary-in');
      return (
        <Chooser<[number, number]>
          label={label}
          text={Array.isArray(value) ? sayDays(value as [number, number]) : null}
          ask="which days"
          hint={op === 'anniversary-in' ? 'Write days ahead: 0 to 7' : 'Write days from today: -3 to 7'}
          choices={days.choices}
          written={days.written}
          writtenFirst
          onPick={onChange}
        />
      );
    }
    case 'nothing':
      return null;
  }
}

const numbersOf = (seen: SeenPath | undefined): Choice<number>[] =>
  (seen?.values ?? [])
    .filter((each) => typeof each === 'number')
    .toSorted((a, b) => a - b)
    .map((value) => ({ value, label: String(value), group: 'Values that came' }));
