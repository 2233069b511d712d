import { Radio } from '@mantine/core';
import css from './form.module.css';

/** One of a few, each with a line that says what it means. */
export function RadioChoices<V extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: V;
  choices: readonly { value: V; label: string; description: string }[];
  onChange: (value: V) => void;
}) {
  return (
    <Radio.Group label={label} value={value} onChange={(next) => onChange(next as V)}>
      <div className={css.choices}>
        {choices.map((choice) => (
          <Radio key={choice.value} {...choice} />
        ))}
      </div>
    </Radio.Group>
  );
}
