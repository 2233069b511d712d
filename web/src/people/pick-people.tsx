import { ActionIcon, Textarea } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { plural } from '../parts/number.ts';
import { callPerson } from '../parts/person-name.tsx';
import { PersonSearch } from '../segments/person-search.tsx';
import css from './pick-people.module.css';

type Person = Reply<'listPeople'>['items'][number];

/** The addresses in a text: one a line, or parted by commas, semicolons or blanks. */
const addressesIn = (text: string): string[] => [...new Set(text.split(/[\s,;<>"]+/).filter((each) => each.includes('@')))];

/** Some people, found one by one or pasted. What nobody has stays in the text, to be mended. */
export function usePicked() {
  const [people, setPeople] = useState<Person[]>([]);
  const [text, setText] = useState('');
  const [unknown, setUnknown] = useState<readonly string[]>([]);
  const emails = addressesIn(text);
  return {
    people,
    setPeople,
    text,
    setText: (next: string): void => {
      setText(next);
      setUnknown([]);
    },
    unknown,
    count: people.length + emails.length,
    /** At most 500 go at a time. */
    fits: people.length + emails.length > 0 && people.length + emails.length <= 500,
    whom: { people: people.map((each) => each.id), emails },
    /** Keeps only the addresses that nobody has; whether there are none. */
    keep: (left: readonly string[]): boolean => {
      setPeople([]);
      setText(left.join('\n'));
      setUnknown(left);
      return left.length === 0;
    },
  };
}

export function PickPeople({ picked, label }: { picked: ReturnType<typeof usePicked>; label: string }) {
  const { people, setPeople, text, setText, unknown } = picked;
  return (
    <>
      <div className={css.search}>
        <span>Search</span>
        <PersonSearch label={label} clear onPick={(person) => setPeople([...people.filter((each) => each.id !== person.id), person])} />
      </div>
      {people.length > 0 && (
        <ul className={css.people}>
          {people.map((person) => (
            <li key={person.id}>
              <span className="clip">{callPerson(person)}</span>
              <ActionIcon
                size={22}
                aria-label={`Leave out ${callPerson(person)}`}
                onClick={() => setPeople(people.filter((each) => each !== person))}
              >
                <IconX size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <Textarea
        label="Or paste addresses"
        description="Of people who are known, at most 500 at a time"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={
          unknown.length > 0
            ? `${plural(unknown.length, 'address belongs', 'addresses belong')} to nobody who is known; they stay here.`
            : null
        }
        autosize
        minRows={3}
        maxRows={10}
        spellCheck={false}
      />
    </>
  );
}
