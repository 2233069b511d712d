import { useId, useState } from 'react';
import css from './bars.module.css';
import { sayNumber } from './number.ts';

interface BarsProps {
  title: string;
  /** One series: labels with values, oldest first. */
  points: { label: string; value: number }[];
  unit: string;
  color?: string;
  height?: number;
}

/** Bars over time in plain SVG, with the number under the pointer and a table behind it. */
export function Bars({ title, points, unit, color = 'var(--chart-1)', height = 64 }: BarsProps) {
  const [at, setAt] = useState<number | null>(null);
  const [table, setTable] = useState(false);
  const id = useId();
  const top = Math.max(1, ...points.map((point) => point.value));
  const total = points.reduce((sum, point) => sum + point.value, 0);
  const shown = at === null ? null : points[at];
  return (
    <figure className={css.figure}>
      <figcaption className={css.caption}>
        <span id={id}>{title}</span>
        <span className={css.value}>
          {shown ? (
            <>
              {sayNumber(shown.value)} <span className="faint">{shown.label}</span>
            </>
          ) : (
            <>
              {sayNumber(total)} <span className="faint">{unit}</span>
            </>
          )}
        </span>
      </figcaption>
      {table ? (
        <table className={css.table}>
          <tbody>
            {points.map((point) => (
              <tr key={point.label}>
                <th scope="row">{point.label}</th>
                <td>{sayNumber(point.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <svg
          className={css.bars}
          height={height}
          viewBox={`0 0 ${points.length * 10} 100`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}: ${sayNumber(total)} ${unit}`}
          onMouseLeave={() => setAt(null)}
        >
          {points.map((point, index) => {
            const size = point.value === 0 ? 1.5 : Math.max(4, (point.value / top) * 100);
            return (
              <g key={point.label} onMouseEnter={() => setAt(index)}>
                <rect x={index * 10} y={0} width={10} height={100} fill="transparent" />
                <rect
                  x={index * 10 + 1.2}
                  y={100 - size}
                  width={7.6}
                  height={size}
                  fill={point.value === 0 ? 'var(--line-2)' : color}
                  opacity={at === null || at === index ? 1 : 0.4}
                />
              </g>
            );
          })}
        </svg>
      )}
      <div className={css.foot}>
        <span>{points[0]?.label}</span>
        <button type="button" className="plain-button text-link" onClick={() => setTable(!table)} aria-describedby={id}>
          {table ? 'Show bars' : 'Show table'}
        </button>
        <span>{points.at(-1)?.label}</span>
      </div>
    </figure>
  );
}
