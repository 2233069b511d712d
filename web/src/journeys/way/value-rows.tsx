import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { AddRow, RemoveRow } from '../../parts/row-buttons.tsx';
import css from './way.module.css';

type Values = Record<string, unknown>;
interface Row {
  name: string;
  text: string;
}
const write = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
/** Numbers, yes and no, lists and objects are read as JSON; everything else is text. */
function read(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Names and values: the traits of somebody, the properties of an event. */
export function ValueRows({
  label,
  of,
  first,
  onChange,
}: {
  label: string;
  of: string;
  first: Values;
  onChange: (values: Values) => void;
}) {
  const [rows, setRows] = useState<Row[]>(() => Object.entries(first).map(([name, value]) => ({ name, text: write(value) })));
  const set = (next: Row[]): void => {
    setRows(next);
    onChange(Object.fromEntries(next.filter(({ name }) => name.trim() !== '').map(({ name, text }) => [name.trim(), read(text)])));
  };
  const change = (at: number, part: Partial<Row>): void => set(rows.map((row, index) => (index === at ? { ...row, ...part } : row)));
  return (
    <fieldset className={css.values}>
      <legend>{label}</legend>
      {rows.map((row, index) => (
        <div key={index} className={css.valueRow}>
          <TextInput
            aria-label={`Name of ${of} ${index + 1}`}
            placeholder="name"
            value={row.name}
            autoComplete="off"
            onChange={(event) => change(index, { name: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`Value of ${row.name || `${of} ${index + 1}`}`}
            placeholder="value"
            value={row.text}
            autoComplete="off"
            onChange={(event) => change(index, { text: event.currentTarget.value })}
          />
          <RemoveRow label={`Remove ${row.name || `${of} ${index + 1}`}`} onClick={() => set(rows.toSpliced(index, 1))} />
        </div>
      ))}
      <AddRow onClick={() => set([...rows, { name: '', text: '' }])}>Add {of}</AddRow>
    </fieldset>
  );
}
