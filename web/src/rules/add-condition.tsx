import type { ConditionKind } from '#contract/rule.ts';
import type { Vocabulary } from '#contract/routes/rules.ts';
import { Chooser } from './chooser.tsx';
import { type Choice, fitting } from './choices.ts';
import { usualOperator } from './comparison-chips.tsx';
import { kindEditors } from './conditions/index.ts';
import type { DraftCondition } from './draft.ts';
import { isPath } from './lacks.ts';
import css from './rule-editor.module.css';
import { eventChoices, profileChoices, profileSeen, traitChoices, useWords } from './vocabulary.ts';

/** Every kind of condition, and the opposite of the most usual one. */
function kindChoices(vocabulary: Vocabulary): Choice<DraftCondition>[] {
  const kinds = (Object.keys(kindEditors) as ConditionKind[]).map((kind): Choice<DraftCondition> => {
    const { name, group, blank } = kindEditors[kind];
    return { label: name, group, value: { [kind]: blank(vocabulary) } as DraftCondition };
  });
  return kinds.toSpliced(1, 0, { label: 'have not done something', group: kindEditors.event.group, value: { event: { atMost: 0 } } });
}

/** What is found by its own name: events that came in, fields, segments, stages, scores. */
function namedThings(vocabulary: Vocabulary): Choice<DraftCondition>[] {
  const { segments, stages, scores, grades, topics } = vocabulary;
  return [
    ...eventChoices(vocabulary).map(
      ({ value: name }): Choice<DraftCondition> => ({ label: `did ${name}`, group: 'Events', value: { event: { name } } }),
    ),
    ...traitChoices(vocabulary).map(({ value: path, label, note }): Choice<DraftCondition> => {
      const seen = vocabulary.traits.find((each) => each.path === path);
      return { label, group: 'Fields', value: { trait: { path, op: usualOperator(seen) } }, ...(note ? { note } : {}) };
    }),
    ...profileChoices.map(
      ({ value: field, label }): Choice<DraftCondition> => ({
        label,
        group: 'What is known',
        value: { profile: { field, op: usualOperator(profileSeen(vocabulary, field)) } },
      }),
    ),
    ...stages.map(
      ({ key, name }): Choice<DraftCondition> => ({ label: `are in ${name}`, group: 'Stages', value: { stage: { in: [key] } } }),
    ),
    ...segments.map(
      ({ key, name }): Choice<DraftCondition> => ({ label: `belong to ${name}`, group: 'Segments', value: { segment: { key } } }),
    ),
    ...scores.map(({ key, name }): Choice<DraftCondition> => ({ label: name, group: 'Scores', value: { score: { key } } })),
    ...grades.map(({ key, name }): Choice<DraftCondition> => ({ label: name, group: 'Grades', value: { grade: { key } } })),
    ...topics.map(
      ({ key, name }): Choice<DraftCondition> => ({
        label: `have consent to ${name}`,
        group: 'Topics',
        value: { consent: { topic: key } },
      }),
    ),
  ];
}

/** What a name could be that nothing is called by: an event that is still to come, a field that is still to be defined. */
function unknownThings(vocabulary: Vocabulary, text: string): Choice<DraftCondition>[] {
  const called = (names: string[]): boolean => names.some((name) => name.toLowerCase() === text.toLowerCase());
  const { traits } = vocabulary;
  const group = 'Not known so far';
  const event: Choice<DraftCondition> = {
    label: `Event “${text}”`,
    note: 'never seen so far',
    group,
    unknown: true,
    value: { event: { name: text } },
  };
  const field: Choice<DraftCondition> = {
    label: `Field “${text}”`,
    note: 'no such field',
    group,
    unknown: true,
    value: { trait: { path: text, op: usualOperator(undefined) } },
  };
  return [
    ...(called(eventChoices(vocabulary).map(({ value }) => value)) ? [] : [event]),
    ...(!isPath(text) || called(traits.flatMap(({ path, name }) => [path, name ?? path])) ? [] : [field]),
  ];
}

/** Adds a condition to a group: choose its kind, or write the name of an event, a field, a segment. */
export function AddCondition({ group, onAdd }: { group: string; onAdd: (condition: DraftCondition) => void }) {
  const { vocabulary } = useWords();
  return (
    <span data-add={group}>
      <Chooser
        label="Add a condition"
        text="Add a condition"
        hint="Write an event, a field, a segment"
        button={{ className: css.add!, keys: 'a', tip: 'Add a condition' }}
        choices={kindChoices(vocabulary)}
        written={(text) => [...fitting(namedThings(vocabulary), text), ...unknownThings(vocabulary, text.trim())]}
        unknown={(text) => `No field, event or segment is called “${text}”.`}
        onPick={onAdd}
      />
    </span>
  );
}
