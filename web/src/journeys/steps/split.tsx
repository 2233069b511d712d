import { AddRow, RemoveRow } from '../../parts/row-buttons.tsx';
import { useAround } from './context.ts';
import { LineField, NumberField } from './fields.tsx';
import css from './fields.module.css';
import type { Fields } from './kind.ts';

export const split: Fields<'split'> = ({ step, onChange }) => {
  const { addPath, removePath, wrongAt } = useAround();
  const set = (index: number, part: Partial<(typeof step.paths)[number]>, what: string): void =>
    onChange({ paths: step.paths.map((path, at) => (at === index ? { ...path, ...part } : path)) }, what);
  const sum = Math.round(step.paths.reduce((all, path) => all + path.share, 0) * 100) / 100;
  return (
    <>
      <p className={css.hint}>Whoever comes again takes the same path.</p>
      <div className={css.rows} data-field="paths">
        {step.paths.map((path, index) => (
          <div key={index} className={css.row}>
            <LineField
              label={`Path ${index + 1}`}
              path={`paths.${index}.label`}
              value={path.label}
              onChange={(label) => set(index, { label }, 'the name of a path')}
            />
            <NumberField
              label="Share"
              path={`paths.${index}.share`}
              value={path.share}
              min={0}
              max={100}
              decimals={2}
              unit="%"
              onChange={(share) => set(index, { share }, 'a share')}
            />
            {step.paths.length > 2 && <RemoveRow label={`Remove the path ${path.label}`} onClick={() => removePath(index)} />}
          </div>
        ))}
      </div>
      <p className={css.hint} role="status">
        {sum === 100 ? 'The shares add up to 100 %.' : `The shares add up to ${sum} %, and must be 100 %.`} {wrongAt('paths')}
      </p>
      <AddRow disabled={step.paths.length >= 10} onClick={addPath}>
        Add a path
      </AddRow>
    </>
  );
};
