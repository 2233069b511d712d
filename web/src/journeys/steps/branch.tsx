import { AddRow, RemoveRow } from '../../parts/row-buttons.tsx';
import { useAround } from './context.ts';
import { LineField, StageField } from './fields.tsx';
import css from './fields.module.css';
import type { Fields } from './kind.ts';
import { RuleField } from './rule-field.tsx';

export const branch: Fields<'branch'> = ({ step, onChange }) => {
  const { addPath, removePath } = useAround();
  const set = (index: number, part: Partial<(typeof step.paths)[number]>, what: string): void =>
    onChange({ paths: step.paths.map((path, at) => (at === index ? { ...path, ...part } : path)) }, what);
  return (
    <>
      <p className={css.hint}>The first path whose rule holds is taken. Everyone else takes the last one.</p>
      {step.paths.map((path, index) => (
        <div key={index} className={css.part} data-field={`paths.${index}`}>
          <div className={css.row}>
            <LineField
              label={`Path ${index + 1}`}
              path={`paths.${index}.label`}
              value={path.label}
              onChange={(label) => set(index, { label }, 'the name of a path')}
            />
            {step.paths.length > 1 && <RemoveRow label={`Remove the path ${path.label}`} onClick={() => removePath(index)} />}
          </div>
          <RuleField
            label="Taken when"
            path={`paths.${index}.when`}
            lead="people for whom"
            value={path.when}
            onChange={(when) => set(index, { when }, 'the rule of a path')}
          />
          <StageField
            label="Leads to the stage"
            path={`paths.${index}.serves`}
            none="None"
            value={path.serves ?? null}
            onChange={(serves) => {
              const { serves: _gone, ...rest } = path;
              onChange(
                { paths: step.paths.map((each, at) => (at !== index ? each : serves === null ? rest : { ...path, serves })) },
                'the stage of a path',
              );
            }}
          />
        </div>
      ))}
      <AddRow disabled={step.paths.length >= 20} onClick={addPath}>
        Add a path
      </AddRow>
    </>
  );
};
