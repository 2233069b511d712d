import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { callPerson } from '../parts/person-name.tsx';
import { useRoute } from '../query.ts';

type Person = Reply<'listPeople'>['items'][number];

/** Finds one person by name, address or id. */
export function PersonSearch({ label, clear = false, onPick }: { label: string; clear?: boolean; onPick: (person: Person) => void }) {
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 160);
  const people = useRoute('listPeople', { query: { search: asked, limit: 8 } }, { enabled: asked.length >= 2 });
  const found = asked.length >= 2 ? (people.data?.items ?? []) : [];
  const says = (person: Person): string => (person.name && person.email ? `${person.name} · ${person.email}` : callPerson(person));
  const isNobody =
    people.data !== undefined && !people.isPlaceholderData && asked.length >= 2 && asked === text.trim() && found.length === 0;
  const options = found.map((person) => ({ value: person.id, label: says(person) }));
  return (
    <Autocomplete
      aria-label={label}
      placeholder="Name, address or id"
      description={isNobody ? <span role="status">Nobody’s name, address or id begins like this.</span> : undefined}
      inputWrapperOrder={['input', 'description']}
      leftSection={<IconSearch size={15} />}
      data={options}
      filter={({ options: all }) => all}
      value={text}
      onChange={setText}
      onOptionSubmit={(id) => {
        const person = found.find((each) => each.id === id);
        if (!person) return;
        onPick(person);
        if (clear) requestAnimationFrame(() => setText(''));
      }}
      autoComplete="off"
      comboboxProps={{ withinPortal: true }}
    />
  );
}
