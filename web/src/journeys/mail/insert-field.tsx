import { Menu, TextInput } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { useState } from 'react';
import { useRoute } from '../../query.ts';
import { traitChoices } from '../../rules/vocabulary.ts';
import { useAround } from '../steps/context.ts';
import css from './mail.module.css';

interface Value {
  name: string;
  liquid: string;
  note: string;
}
const always: Value[] = [
  { name: 'Our name', liquid: '{{ workspace.name }}', note: 'workspace' },
  { name: 'Link to unsubscribe', liquid: '{{ links.unsubscribe }}', note: 'links' },
];
const mostShown = 40;

/** What is filled in for each person: fields of the registry first, then other traits that came. */
export function InsertField({ onPick }: { onPick: (liquid: string) => void }) {
  const { vocabulary } = useAround();
  const fields = useRoute('listFields', undefined, { staleTime: 60_000 }).data?.items ?? [];
  const [wanted, setWanted] = useState('');
  const known = new Set(fields.map((field) => field.path));
  const values: Value[] = [
    ...fields.map((field) => ({ name: field.name || field.path, liquid: `{{ person.${field.path} }}`, note: field.path })),
    ...traitChoices(vocabulary)
      .filter((trait) => !known.has(trait.value))
      .map((trait) => ({ name: trait.label, liquid: `{{ person.${trait.value} }}`, note: trait.value })),
    ...always,
  ];
  const fit = values.filter((value) => `${value.name} ${value.note}`.toLowerCase().includes(wanted.toLowerCase())).slice(0, mostShown);
  return (
    <Menu position="bottom-end" width={280} onClose={() => setWanted('')} returnFocus={false}>
      <Menu.Target>
        <button
          type="button"
          className={css.insert}
          aria-label="Insert a field"
          data-tip="Insert a field"
          onMouseDown={(event) => event.preventDefault()}
        >
          <IconBraces size={15} aria-hidden="true" /> Field
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <TextInput
          aria-label="Search fields"
          placeholder="Search fields"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          data-autofocus
          autoComplete="off"
        />
        <div className={css.found}>
          {fit.map((value) => (
            <Menu.Item key={value.liquid} onClick={() => onPick(value.liquid)} rightSection={<span className="faint">{value.note}</span>}>
              {value.name}
            </Menu.Item>
          ))}
          {fit.length === 0 && <p className={css.none}>Nothing like that.</p>}
        </div>
      </Menu.Dropdown>
    </Menu>
  );
}
