import { Chooser } from '../chooser.tsx';
import { ComparisonChips, usualOperator } from '../comparison-chips.tsx';
import { isPath } from '../lacks.ts';
import { profileChoices, profileName, profileSeen, traitChoices, traitName, useWords } from '../vocabulary.ts';
import type { KindEditor } from './kind.ts';

/** A trait of the person. */
export const trait: KindEditor<'trait'> = {
  name: 'a field of theirs',
  group: 'Who they are',
  blank: () => ({}),
  lead: ['', 'it is not so that'],
  title: (test, vocabulary) => (test.path ? traitName(vocabulary, test.path) : 'a field'),
  Chips({ test, onChange }) {
    const { vocabulary } = useWords();
    const seenOf = (path: string | undefined) => vocabulary.traits.find((each) => each.path === path);
    return (
      <>
        <Chooser
          label="Field"
          text={test.path ? traitName(vocabulary, test.path) : null}
          ask="which field"
          hint="Search fields, or write a path"
          choices={traitChoices(vocabulary)}
          written={(text) => (isPath(text.trim()) ? [{ value: text.trim(), label: text.trim(), note: 'no such field' }] : [])}
          onPick={(path) => onChange({ path, op: test.op ?? usualOperator(seenOf(path)) }, `choose ${traitName(vocabulary, path)}`)}
        />
        {test.path && <ComparisonChips test={test} what={traitName(vocabulary, test.path)} seen={seenOf(test.path)} onChange={onChange} />}
      </>
    );
  },
};

/** What the system itself knows: owner, source, place, when they came. */
export const profile: KindEditor<'profile'> = {
  name: 'owner, source, place, first or last visit',
  group: 'Who they are',
  blank: () => ({}),
  lead: ['', 'it is not so that'],
  title: (test) => (test.field ? profileName(test.field) : 'a field'),
  Chips({ test, onChange }) {
    const { vocabulary } = useWords();
    return (
      <>
        <Chooser
          label="Field"
          text={test.field ? profileName(test.field) : null}
          ask="which field"
          choices={profileChoices}
          onPick={(field) => {
            const seen = profileSeen(vocabulary, field);
            const same = test.field !== undefined && profileSeen(vocabulary, test.field).types[0] === seen.types[0];
            onChange(same ? { field } : { field, op: usualOperator(seen), value: undefined }, `choose ${profileName(field)}`);
          }}
        />
        {test.field && (
          <ComparisonChips test={test} what={profileName(test.field)} seen={profileSeen(vocabulary, test.field)} onChange={onChange} />
        )}
      </>
    );
  },
};
