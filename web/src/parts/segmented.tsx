import { useEffect } from 'react';
import css from './segmented.module.css';
import { useSideFade } from './side-fade.ts';

interface Choice<V extends string> {
  value: V;
  label: string;
  count?: number | undefined;
}
/** A few filters side by side; exactly one is on. */
export function Segmented<V extends string>({
  label,
  choices,
  value,
  onChange,
}: {
  label: string;
  choices: Choice<V>[];
  value: V;
  onChange: (value: V) => void;
}) {
  const group = useSideFade<HTMLFieldSetElement>();
  useEffect(() => {
    if (value) group.current?.querySelector('[aria-pressed=true]')?.scrollIntoView({ block: 'nearest', inline: 'center' }); // on a phone it scrolls sideways
  }, [value, group]);
  return (
    <fieldset className={css.group} ref={group}>
      <legend className="visually-hidden">{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          className={css.choice}
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
          {choice.count !== undefined && <span className={css.count}>{choice.count.toLocaleString('en')}</span>}
        </button>
      ))}
    </fieldset>
  );
}
