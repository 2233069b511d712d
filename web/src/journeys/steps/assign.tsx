import { Checkbox } from '@mantine/core';
import { AddRow, RemoveRow } from '../../parts/row-buttons.tsx';
import { NumberField, OwnerField } from './fields.tsx';
import css from './fields.module.css';
import type { Fields } from './kind.ts';

export const assign: Fields<'assign'> = ({ step, onChange }) => {
  const { owners } = step;
  const set = (index: number, part: Partial<(typeof owners)[number]>): void =>
    onChange({ owners: owners.map((each, at) => (at === index ? { ...each, ...part } : each)) }, 'the owners');
  return (
    <>
      <div className={css.rows} data-field="owners">
        {owners.map((each, index) => (
          <div key={index} className={css.row}>
            <OwnerField
              label={owners.length === 1 ? 'Owner' : `Owner ${index + 1}`}
              path={`owners.${index}.owner`}
              nobody="Their e-mail"
              value={each.owner}
              onChange={(owner) => set(index, { owner: owner ?? '' })}
            />
            {owners.length > 1 && (
              <>
                <NumberField
                  label="Share"
                  path={`owners.${index}.share`}
                  value={each.share}
                  min={1}
                  max={100}
                  onChange={(share) => set(index, { share })}
                />
                <RemoveRow
                  label={`Remove ${each.owner || 'the owner'}`}
                  onClick={() => onChange({ owners: owners.toSpliced(index, 1) }, 'the owners')}
                />
              </>
            )}
          </div>
        ))}
      </div>
      <AddRow disabled={owners.length >= 50} onClick={() => onChange({ owners: [...owners, { owner: '', share: 1 }] }, 'the owners')}>
        Add an owner
      </AddRow>
      <Checkbox
        label="Whoever has an owner keeps them"
        checked={step.keep}
        onChange={(event) => onChange({ keep: event.currentTarget.checked }, 'who keeps their owner')}
      />
    </>
  );
};
