import type { ReactNode } from 'react';
import { sayNumber } from '../parts/number.ts';
import css from './rehearsals.module.css';
import type { Pair } from './words.ts';

interface SidesTableProps {
  /** What the table is, for whoever does not see it. */
  label: string;
  /** What a row is: Journey. */
  of: string;
  measures: readonly { title: string; tip?: string }[];
  rows: readonly { key: string; name: ReactNode; values: readonly Pair[] }[];
}

/** Numbers with the change; under each that differs, what it is now. On a phone each row is a name with its numbers under it. */
export function SidesTable({ label, of, measures, rows }: SidesTableProps) {
  return (
    <table className={css.sides} data-few={measures.length < 3 || undefined}>
      <caption className="visually-hidden">{label}</caption>
      <thead>
        <tr>
          <th scope="col">{of}</th>
          {measures.map(({ title, tip }) => (
            <th key={title} scope="col" data-tip={tip}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, values }) => (
          <tr key={key}>
            <th scope="row">{name}</th>
            {values.map((pair, index) => (
              <td key={measures[index]!.title} data-label={measures[index]!.title}>
                <Both pair={pair} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** "42", and where it is something else now, "now 38 (+4)" beneath. */
function Both({ pair: { after, before } }: { pair: Pair }) {
  const number = after === 0 && (before ?? 0) === 0 ? <span className="faint">0</span> : sayNumber(after);
  if (before === null || before === after) return number;
  return (
    <span className={css.both}>
      <b>{number}</b>
      <span>
        now {sayNumber(before)} <i>({sayDifference({ after, before })})</i>
      </span>
    </span>
  );
}

/** "+4", "−4", "0". */
export function sayDifference({ after, before }: Pair): string {
  const difference = after - (before ?? 0);
  return difference === 0 ? '0' : `${difference > 0 ? '+' : '−'}${sayNumber(Math.abs(difference))}`;
}
