import { type ReactNode, useId, useState } from 'react';
import css from './chart.module.css';
import { sayShort } from './number.ts';

export interface ChartTableProps {
  title: string;
  columns: readonly string[];
  /** The first cell of a row names it. */
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
}

/** The numbers of a drawing as a table. */
export function ChartTable({ title, columns, rows }: ChartTableProps) {
  return (
    <table className={css.table}>
      <caption className="visually-hidden">{title}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells: [name, ...values] }) => (
          <tr key={key}>
            <th scope="row">{name}</th>
            {values.map((value, index) => (
              <td key={columns[index + 1]}>{value}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ChartProps {
  /** What is drawn, for whoever does not see it. */
  title: string;
  /** What stands over the drawing. */
  caption?: ReactNode;
  table: Omit<ChartTableProps, 'title'>;
  /** What stands under the left end, and under the right one. */
  from?: ReactNode;
  to?: ReactNode;
  children: ReactNode;
}

/** A drawing of numbers: what is over it, where it begins and ends, and the way to the table behind it. */
export function Chart({ title, caption, table, from, to, children }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return (
    <figure className={css.figure}>
      {caption && <figcaption className={css.caption}>{caption}</figcaption>}
      {asTable ? (
        <div className={css.tableBox} tabIndex={0} role="region" aria-label={title}>
          <ChartTable title={title} {...table} />
        </div>
      ) : (
        children
      )}
      <div className={css.foot}>
        <span>{from}</span>
        <button type="button" className="plain-button" onClick={() => setAsTable(!asTable)} aria-describedby={id}>
          {asTable ? 'Show the drawing' : 'Show table'}
        </button>
        <span>{to}</span>
      </div>
      <span id={id} hidden>
        {title}
      </span>
    </figure>
  );
}

interface BarRowProps {
  values: readonly number[];
  color: string;
  /** Which of them is being read. */
  at: number | null;
  /** [px] */
  height: number;
  /** Each bar says its number (false): where they are few and wide. */
  numbers?: boolean;
}

/** [px] What a number over a bar takes. */
export const numberHeight = 16;

/** Bars side by side in plain SVG; the one that is being read stands out. */
export function BarRow({ values, color, at, height, numbers = false }: BarRowProps) {
  const top = Math.max(1, ...values);
  const full = numbers ? (1 - numberHeight / height) * 100 : 100;
  const up = (value: number): number => (value === 0 ? 2 : Math.max(4, (value / top) * full));
  return (
    <div className={css.row} style={{ height }}>
      <svg viewBox={`0 0 ${values.length * 10} 100`} preserveAspectRatio="none" aria-hidden="true">
        {values.map((value, index) => (
          <rect
            key={index}
            x={index * 10 + 1}
            y={100 - up(value)}
            width={8}
            height={up(value)}
            fill={value === 0 ? 'var(--line-2)' : color}
            opacity={at === null || at === index ? 1 : 0.4}
          />
        ))}
      </svg>
      {numbers &&
        values.map((value, index) => (
          <BarNumber key={index} left={((index + 0.5) / values.length) * 100} up={up(value)} words={sayShort(value)} />
        ))}
    </div>
  );
}

/** The number over a bar: where its middle is and how far up it goes, in percent. */
export function BarNumber({ left, up, words }: { left: number; up: number; words: string }) {
  return (
    <span className={css.number} style={{ left: `${left}%`, bottom: `${up}%` }} aria-hidden="true">
      {words}
    </span>
  );
}
