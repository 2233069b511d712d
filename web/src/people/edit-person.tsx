import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { PersonDetail } from '#contract/routes/people.ts';
import { To } from '../parts/address.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { said } from '../parts/notify.ts';
import { AddRow, RemoveRow } from '../parts/row-buttons.tsx';
import { useChange } from '../query.ts';
import css from './edit-person.module.css';

interface Row {
  name: string;
  text: string;
  was: unknown;
  fresh: boolean;
}
const write = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
/** Text stays text where it was text; otherwise numbers, yes and no, lists and objects are read as JSON. */
function read(text: string, was: unknown): unknown {
  if (typeof was === 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Changes traits; a trait that is taken away is removed. */
export function EditPerson({ person, onClose }: { person: PersonDetail; onClose: () => void }) {
  const base = {
    ...(person.email === null ? {} : { email: person.email }),
    ...(person.name === null ? {} : { name: person.name }),
    ...(person.phone === null ? {} : { phone: person.phone }),
    ...person.traits,
  };
  const [rows, setRows] = useState<Row[]>(() => Object.entries(base).map(([name, was]) => ({ name, text: write(was), was, fresh: false })));
  const edit = useChange('editPerson', ['getPerson', 'personTimeline', 'listPeople']);
  const taken = edit.error?.code === 'identity-taken' ? (edit.error.details as { id?: string } | null)?.id : undefined;
  const change = (at: number, part: Partial<Row>): void =>
    setRows((before) => before.map((row, index) => (index === at ? { ...row, ...part } : row)));

  const traits: Record<string, unknown> = {};
  for (const row of rows)
    if (row.name.trim() !== '' && (row.fresh ? row.text !== '' : row.text !== write(row.was)))
      traits[row.name.trim()] = read(row.text, row.was);
  for (const name of Object.keys(base)) if (!rows.some((row) => row.name === name)) traits[name] = null;
  const changes = Object.keys(traits).length;

  const save = async (): Promise<void> => {
    await edit.mutateAsync({ params: { id: person.id }, body: { traits } });
    said('The changes were saved.');
    onClose();
  };
  return (
    <FormDialog
      onClose={onClose}
      title="Edit traits"
      size={520}
      problem={edit.error}
      remedy={
        taken && (
          <To to={`people/${taken}`} className="text-link" onClick={onClose}>
            Open the person who has it
          </To>
        )
      }
      action={changes > 1 ? `Save ${changes} changes` : 'Save'}
      ready={changes > 0}
      busy={edit.isPending}
      onSave={save}
    >
      <ul className={css.rows}>
        {rows.map((row, index) => (
          <li key={index}>
            {row.fresh ? (
              <TextInput
                aria-label="Name of the trait"
                placeholder="name"
                value={row.name}
                onChange={(event) => change(index, { name: event.currentTarget.value })}
              />
            ) : (
              <span className="quiet clip">{row.name}</span>
            )}
            <TextInput
              aria-label={row.name || 'Value'}
              value={row.text}
              onChange={(event) => change(index, { text: event.currentTarget.value })}
              {...(index === 0 ? { 'data-autofocus': true } : {})}
            />
            <RemoveRow label={`Remove ${row.name}`} onClick={() => setRows((before) => before.filter((_, at) => at !== index))} />
          </li>
        ))}
      </ul>
      <AddRow onClick={() => setRows((before) => [...before, { name: '', text: '', was: undefined, fresh: true }])}>Add a trait</AddRow>
    </FormDialog>
  );
}
