import { Segmented } from '../../parts/segmented.tsx';
import { Field, LineField, NumberField, TraitField } from './fields.tsx';
import type { Fields } from './kind.ts';

type Value = string | number | boolean | null;
const sorts = { text: 'Text', number: 'Number', yes: 'Yes', no: 'No', nothing: 'Remove it' } as const;
type Sort = keyof typeof sorts;
const sortOf = (value: Value): Sort =>
  value === null ? 'nothing' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : typeof value === 'number' ? 'number' : 'text';
const blanks: Record<Sort, Value> = { text: '', number: 0, yes: true, no: false, nothing: null };

export const setTrait: Fields<'set-trait'> = ({ step, onChange }) => (
  <>
    <TraitField label="Trait" path="path" value={step.path} onChange={(path) => onChange({ path }, 'which trait')} />
    <Field label="Becomes" path="value">
      <Segmented
        label="Becomes"
        value={sortOf(step.value)}
        choices={Object.entries(sorts).map(([value, label]) => ({ value: value as Sort, label }))}
        onChange={(sort) => onChange({ value: blanks[sort] }, 'what it becomes')}
      />
    </Field>
    {typeof step.value === 'string' && (
      <LineField label="Text" path="value" value={step.value} max={1000} onChange={(value) => onChange({ value }, 'what it becomes')} />
    )}
    {typeof step.value === 'number' && (
      <NumberField
        label="Number"
        path="value"
        value={step.value}
        min={-1e12}
        max={1e12}
        decimals={6}
        onChange={(value) => onChange({ value }, 'what it becomes')}
      />
    )}
  </>
);
