import { Select } from '@mantine/core';
import type { ImportDetail } from '#contract/routes/imports.ts';
import { useRoute } from '../query.ts';
import css from './import.module.css';
import { pathOf } from './path-of.ts';

const leaveOut = '';

/** The columns of a file, some of what they hold, and what each becomes. */
export function Mapping({
  file,
  mapping,
  onChange,
}: {
  file: ImportDetail;
  mapping: (string | null)[];
  onChange: (mapping: (string | null)[]) => void;
}) {
  const fields = useRoute('listFields', undefined, { staleTime: 60_000 });
  const known = (fields.data?.items ?? []).filter((row) => row.key !== null && !['email', 'phone'].includes(row.path));
  const others = (fields.data?.items ?? []).filter((row) => row.key === null);
  return (
    <div className={css.tableFrame}>
      <table className={css.mapping}>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Some of what it holds</th>
            <th scope="col">Becomes</th>
          </tr>
        </thead>
        <tbody>
          {file.columns.map((column, index) => {
            const own = pathOf(column.name);
            const taken = new Set([...known, ...others].map((row) => row.path));
            return (
              <tr key={index} data-out={mapping[index] === null || undefined}>
                <th scope="row">{column.name}</th>
                <td className={css.samples}>{column.samples.slice(0, 3).join(' · ') || <span className="faint">Nothing</span>}</td>
                <td>
                  <Select
                    aria-label={`What ${column.name} becomes`}
                    value={mapping[index] ?? leaveOut}
                    onChange={(next) =>
                      onChange(
                        mapping.map((each, at) => (at === index ? (typeof next === 'string' && next !== leaveOut ? next : null) : each)),
                      )
                    }
                    searchable
                    allowDeselect={false}
                    data={[
                      { value: leaveOut, label: 'Leave out' },
                      {
                        group: 'People are known by',
                        items: [
                          { value: 'email', label: 'E-mail' },
                          { value: 'phone', label: 'Phone' },
                          { value: 'userId', label: 'User id' },
                        ],
                      },
                      { group: 'Fields', items: known.map((row) => ({ value: row.path, label: row.name })) },
                      {
                        group: 'Without a field',
                        items: [
                          ...others.map((row) => ({ value: row.path, label: row.path })),
                          ...(own === null || taken.has(own) || identities.has(own) ? [] : [{ value: own, label: `${own} (new)` }]),
                        ],
                      },
                    ].filter((each) => each.items === undefined || each.items.length > 0)}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const identities = new Set(['email', 'phone', 'userId']);
