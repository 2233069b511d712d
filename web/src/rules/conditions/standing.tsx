import type { ConditionKind } from '#contract/rule.ts';
import { upper } from '../../parts/upper.ts';
import { Chooser } from '../chooser.tsx';
import { type Choice, durationChoices, numbersIn, sayLength } from '../choices.ts';
import type { DraftTest } from '../draft.ts';
import { Less, More } from '../event-chips.tsx';
import css from '../rule-editor.module.css';
import { nameIn, namedChoices, useWords } from '../vocabulary.ts';
import { Word } from '../word.tsx';
import type { KindEditor } from './kind.ts';

const or = (list: readonly string[]): string => list.join(' or ');
const toggled = <T,>(list: readonly T[], one: T): T[] => (list.includes(one) ? list.filter((each) => each !== one) : [...list, one]);

/** In one of these stages, for how long. */
export const stage: KindEditor<'stage'> = {
  name: 'their stage',
  group: 'Where they stand',
  blank: () => ({}),
  lead: ['are in', 'are not in'],
  title: (test, vocabulary) => or((test.in ?? []).map((key) => nameIn(vocabulary, 'stages', key))) || 'a stage',
  Chips({ test, onChange }) {
    const { vocabulary } = useWords();
    const stages = test.in ?? [];
    const name = (key: string): string => nameIn(vocabulary, 'stages', key);
    return (
      <>
        <Chooser
          label="Stages"
          text={stages.length === 0 ? null : or(stages.map(name))}
          ask="which stage"
          choices={namedChoices(vocabulary, 'stages')}
          many={stages.map(name)}
          onPick={(key) => onChange({ in: toggled(stages, key) }, 'change the stages')}
        />
        <For what="forAtLeast" words="for at least" test={test} onChange={onChange} />
        <For what="forLessThan" words="for less than" test={test} onChange={onChange} />
        <More<DraftTest<'stage'>>
          choices={[
            ...(test.forAtLeast === undefined ? [{ label: 'for at least …', part: { forAtLeast: 'P7D' }, did: 'ask for how long' }] : []),
            ...(test.forLessThan === undefined
              ? [{ label: 'for less than …', part: { forLessThan: 'P7D' }, did: 'ask for how long' }]
              : []),
          ]}
          onAdd={onChange}
        />
      </>
    );
  },
};

function For({
  what,
  words,
  test,
  onChange,
}: {
  what: 'forAtLeast' | 'forLessThan';
  words: string;
  test: DraftTest<'stage'>;
  onChange: (part: DraftTest<'stage'>, did: string) => void;
}) {
  const lengths = durationChoices(`${words} `);
  const length = test[what];
  if (length === undefined) return null;
  return (
    <span className={css.clause}>
      <Chooser
        label="For how long"
        text={`${words} ${sayLength(length)}`}
        hint="Choose, or write: 45 days"
        choices={lengths.choices}
        written={lengths.written}
        writtenFirst
        onPick={(next) => onChange({ [what]: next }, 'change for how long')}
      />
      <Less what={words} onClick={() => onChange({ [what]: undefined }, 'take for how long away')} />
    </span>
  );
}

/** One definition by its name. */
function Named<K extends ConditionKind>({
  list,
  word,
  test,
  onChange,
}: {
  list: 'segments' | 'scores' | 'grades';
  word: string;
  test: { key?: string | undefined };
  onChange: (part: DraftTest<K>, did: string) => void;
}) {
  const { vocabulary } = useWords();
  return (
    <Chooser
      label={upper(word)}
      text={test.key ? nameIn(vocabulary, list, test.key) : null}
      ask={`which ${word}`}
      choices={namedChoices(vocabulary, list)}
      onPick={(key) => onChange({ key } as DraftTest<K>, `choose ${nameIn(vocabulary, list, key)}`)}
    />
  );
}

export const segment: KindEditor<'segment'> = {
  name: 'another segment',
  group: 'Where they stand',
  blank: () => ({}),
  lead: ['belong to', 'do not belong to'],
  title: (test, vocabulary) => (test.key ? nameIn(vocabulary, 'segments', test.key) : 'a segment'),
  Chips: ({ test, onChange }) => <Named<'segment'> list="segments" word="segment" test={test} onChange={onChange} />,
};

interface Bounds {
  atLeast?: number | undefined;
  atMost?: number | undefined;
}
const sayBounds = ({ atLeast, atMost }: Bounds): string =>
  atLeast !== undefined && atMost !== undefined
    ? `from ${atLeast} to ${atMost}`
    : atMost !== undefined
      ? `at most ${atMost}`
      : `at least ${atLeast}`;
const bounds = (value: Bounds): Choice<Bounds> => ({ value, label: sayBounds(value) });
const boundsWritten = (text: string): Choice<Bounds>[] => {
  const range = /^\D*?(-?\d+(?:\.\d+)?)\s*(?:to|and|–)\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text);
  if (range) return [bounds({ atLeast: Number(range[1]), atMost: Number(range[2]) })];
  return numbersIn(text.replace(/^at (least|most)\s+/, '')).flatMap((number) => {
    const both = [bounds({ atLeast: number }), bounds({ atMost: number })];
    return /most/.test(text) ? both.reverse() : both;
  });
};

export const score: KindEditor<'score'> = {
  name: 'a score',
  group: 'Where they stand',
  blank: () => ({}),
  lead: ['', 'it is not so that'],
  title: (test, vocabulary) => (test.key ? nameIn(vocabulary, 'scores', test.key) : 'a score'),
  Chips: ({ test, onChange }) => (
    <>
      <Named<'score'> list="scores" word="score" test={test} onChange={onChange} />
      <Word>is</Word>
      <Chooser
        label="How much"
        text={test.atLeast === undefined && test.atMost === undefined ? null : sayBounds(test)}
        ask="how much"
        hint="Write: 40, at most 20, 10 to 30"
        choices={[25, 50, 75].map((atLeast) => bounds({ atLeast }))}
        written={boundsWritten}
        writtenFirst
        onPick={({ atLeast, atMost }) => onChange({ atLeast, atMost }, 'change how much')}
      />
    </>
  ),
};

const cells = ['A', 'B', 'C', 'D'].flatMap((letter) => [1, 2, 3, 4].map((digit) => `${letter}${digit}`));

export const grade: KindEditor<'grade'> = {
  name: 'a grade',
  group: 'Where they stand',
  blank: ({ grades }) => (grades.length === 1 ? { key: grades[0]!.key } : {}),
  lead: ['', 'it is not so that'],
  title: (test, vocabulary) => (test.key ? nameIn(vocabulary, 'grades', test.key) : 'a grade'),
  Chips({ test, onChange }) {
    const chosen = test.in ?? [];
    return (
      <>
        <Named<'grade'> list="grades" word="grade" test={test} onChange={onChange} />
        <Word>is</Word>
        <Chooser
          label="Letters and digits"
          text={chosen.length === 0 ? null : or(chosen)}
          ask="which"
          hint="A1 is best in both"
          choices={cells.map((value) => ({ value, label: value }))}
          many={chosen}
          onPick={(cell) => onChange({ in: toggled(chosen, cell).toSorted() }, 'change the grades')}
        />
      </>
    );
  },
};
