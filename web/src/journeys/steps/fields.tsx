import { Autocomplete, Input, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import { To } from '../../parts/address.tsx';
import { useStages } from '../../parts/stage-badge.tsx';
import { useRoute } from '../../query.ts';
import { weekdayNames } from '../../rules/choices.ts';
import { traitChoices } from '../../rules/vocabulary.ts';
import { DurationInput } from '../../settings/duration-input.tsx';
import { useAround } from './context.ts';
import css from './fields.module.css';

/** The parts of which the editors of steps are made. `path` is where in the step a value stands: what is wrong there is shown beside it. */
interface FieldProps<V> {
  label: string;
  path: string;
  value: V;
  onChange: (value: V) => void;
  description?: string;
}

/** A label over something that is no input by itself. */
export function Field({ label, path, description, children }: { label: string; path: string; description?: string; children: ReactNode }) {
  const { wrongAt } = useAround();
  return (
    <Input.Wrapper label={label} {...(description ? { description } : {})} error={wrongAt(path)} labelElement="div" data-field={path}>
      <div className={css.control}>{children}</div>
    </Input.Wrapper>
  );
}

export function LineField({ label, path, value, onChange, description, max = 200 }: FieldProps<string> & { max?: number }) {
  const { wrongAt } = useAround();
  return (
    <TextInput
      label={label}
      description={description}
      value={value}
      maxLength={max}
      autoComplete="off"
      error={wrongAt(path)}
      data-field={path}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function TextField({ label, path, value, onChange, description, max = 1000 }: FieldProps<string> & { max?: number }) {
  const { wrongAt } = useAround();
  return (
    <Textarea
      label={label}
      description={description}
      value={value}
      maxLength={max}
      autosize
      minRows={1}
      maxRows={10}
      error={wrongAt(path)}
      data-field={path}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function NumberField({
  label,
  path,
  value,
  onChange,
  description,
  min = -1000,
  max = 1000,
  decimals = 0,
  unit,
}: FieldProps<number> & { min?: number; max?: number; decimals?: number; unit?: string }) {
  const { wrongAt } = useAround();
  return (
    <NumberInput
      label={label}
      description={description}
      value={value}
      min={min}
      max={max}
      decimalScale={decimals}
      w={140}
      {...(unit ? { suffix: ` ${unit}` } : {})}
      error={wrongAt(path)}
      data-field={path}
      onChange={(next) => typeof next === 'number' && onChange(next)}
    />
  );
}

export function DurationField({ label, path, value, onChange, description }: FieldProps<string>) {
  return (
    <Field label={label} path={path} {...(description ? { description } : {})}>
      <DurationInput label={label} value={value} onChange={onChange} />
    </Field>
  );
}

export function ClockField({ label, path, value, onChange, description }: FieldProps<string>) {
  const { wrongAt } = useAround();
  return (
    <TextInput
      type="time"
      label={label}
      description={description}
      value={value}
      w={140}
      error={wrongAt(path)}
      data-field={path}
      onChange={(event) => event.currentTarget.value !== '' && onChange(event.currentTarget.value.slice(0, 5))}
    />
  );
}

/** Days of the week; none chosen is every day. */
export function WeekdaysField({ label, path, value, onChange, description }: FieldProps<number[]>) {
  return (
    <Field label={label} path={path} {...(description ? { description } : {})}>
      <div className={css.days} role="group" aria-label={label}>
        {weekdayNames.map((name, index) => {
          const day = index + 1;
          const on = value.includes(day);
          return (
            <button
              key={name}
              type="button"
              aria-pressed={on}
              aria-label={name}
              onClick={() => onChange(on ? value.filter((each) => each !== day) : [...value, day].toSorted((a, b) => a - b))}
            >
              {name.slice(0, 2)}
            </button>
          );
        })}
      </div>
    </Field>
  );
}

interface Option {
  value: string;
  label: string;
}
/** One of a list. A value that the list does not have stays shown, so that nobody loses it. */
export function ChoiceField({
  label,
  path,
  value,
  onChange,
  description,
  options,
  none,
}: FieldProps<string | null> & { options: Option[]; none?: string }) {
  const { wrongAt } = useAround();
  const known = value === null || value === '' || options.some((each) => each.value === value);
  return (
    <Select
      label={label}
      description={description}
      data={known ? options : [{ value: value!, label: value! }, ...options]}
      value={value === '' ? null : value}
      placeholder={none ?? 'Choose'}
      searchable={options.length > 7}
      clearable={none !== undefined}
      allowDeselect={false}
      nothingFoundMessage="Nothing like that"
      error={wrongAt(path, false)}
      data-field={path}
      onChange={onChange}
    />
  );
}

/** A definition by its name. */
export function KeyField({
  of,
  value,
  not,
  ...rest
}: FieldProps<string | null> & { of: DefinitionKind; not?: string | undefined; none?: string }) {
  const rows = useRoute('listDefinitions', { query: {} }).data?.items ?? [];
  const options = rows
    .filter((row) => row.kind === of && row.key !== not)
    .map((row) => ({ value: row.key, label: row.name === '' ? row.key : row.name }));
  const known = options.some((each) => each.value === value);
  return (
    <div className={css.key}>
      <ChoiceField {...rest} value={value} options={options} />
      {value && known && (
        <To to={of === 'journey' ? `journeys/${value}` : `definitions/${of}/${value}`} className="text-link">
          Open
        </To>
      )}
    </div>
  );
}

export function StageField(props: FieldProps<string | null> & { none?: string }) {
  return <ChoiceField {...props} options={useStages().map((stage) => ({ value: stage.key, label: stage.name }))} />;
}

/** Who: one of those who own somebody already, or anybody by e-mail. */
export function OwnerField({
  label,
  path,
  value,
  onChange,
  description,
  nobody = "The person's owner",
}: FieldProps<string | null> & { nobody?: string }) {
  const { vocabulary, wrongAt } = useAround();
  return (
    <Autocomplete
      label={label}
      description={description}
      data={vocabulary.owners}
      value={value ?? ''}
      placeholder={nobody}
      maxLength={200}
      autoComplete="off"
      error={wrongAt(path)}
      data-field={path}
      onChange={(next) => onChange(next.trim() === '' ? null : next)}
    />
  );
}

/** The path of a trait; those that people have are offered. */
export function TraitField({ label, path, value, onChange, description }: FieldProps<string>) {
  const { vocabulary, wrongAt } = useAround();
  return (
    <Autocomplete
      label={label}
      description={description}
      data={[...new Set(traitChoices(vocabulary).map((each) => each.value))]}
      value={value}
      placeholder="company or address.city"
      maxLength={200}
      autoComplete="off"
      error={wrongAt(path)}
      data-field={path}
      onChange={onChange}
    />
  );
}

export function ListField({ label, path, value, onChange, description, offered = [] }: FieldProps<string[]> & { offered?: string[] }) {
  const { wrongAt } = useAround();
  return (
    <TagsInput
      label={label}
      description={description}
      data={offered}
      value={value}
      maxTags={20}
      placeholder={value.length === 0 ? 'Write one, then Enter' : ''}
      acceptValueOnBlur
      error={wrongAt(path)}
      data-field={path}
      onChange={onChange}
    />
  );
}
