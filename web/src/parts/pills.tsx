import { sayNumber } from './number.ts';
import css from './pills.module.css';
import type { Tone } from './tone.tsx';

export interface Pill {
  value: string;
  label: string;
  count?: number;
  tone?: Tone;
}
/** Filters with counts side by side; at most one is on, and the one that is on can be taken away. */
export function Pills({
  label,
  choices,
  value,
  onChange,
}: {
  label: string;
  choices: Pill[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  return (
    <fieldset className={css.pills}>
      <legend className="visually-hidden">{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          className={css.pill}
          data-tone={choice.tone}
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value === value ? undefined : choice.value)}
        >
          {choice.tone && <span className={css.dot} aria-hidden="true" />}
          {choice.label}
          {choice.count !== undefined && <span className={css.count}>{sayNumber(choice.count)}</span>}
        </button>
      ))}
    </fieldset>
  );
}
