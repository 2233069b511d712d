import type { ImportDetail } from '#contract/routes/imports.ts';
import css from './import.module.css';

const shown = 8;

/** The beginning of the file as it was read. */
export function FirstRows({ file }: { file: ImportDetail }) {
  return (
    <details className={css.first}>
      <summary>The first rows of the file</summary>
      <section className={css.tableFrame} tabIndex={0} aria-label="The first rows of the file">
        <table className={css.rows}>
          <thead>
            <tr>
              {file.columns.map((column, index) => (
                <th key={index} scope="col">
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {file.firstRows.slice(0, shown).map((cells, row) => (
              <tr key={row}>
                {file.columns.map((_, index) => (
                  <td key={index}>{cells[index] ?? ''}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
