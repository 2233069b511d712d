import { BarRow, Chart } from './chart.tsx';
import { plural, sayNumber } from './number.ts';
import { useReading } from './use-reading.ts';

interface BarsProps {
  title: string;
  /** One series: labels with values, oldest first. */
  points: { label: string; value: number }[];
  unit: string;
  color?: string;
  /** [px] (64) */
  height?: number;
}

/** Bars over time, with the number under the pointer and a table behind them. */
export function Bars({ title, points, unit, color = 'var(--chart-1)', height = 64 }: BarsProps) {
  const total = points.reduce((sum, point) => sum + point.value, 0);
  const { at, props } = useReading(
    points.length,
    `${title}: ${sayNumber(total)} ${unit}`,
    (index) => `${points[index]!.label}: ${sayNumber(points[index]!.value)} ${unit}`,
  );
  const shown = at === null ? { value: total, label: unit } : points[at]!;
  return (
    <Chart
      title={`${title} over ${plural(points.length, 'day')}`}
      caption={
        <>
          <span>{title}</span>
          <span>
            <b>{sayNumber(shown.value)}</b> <span className="faint">{shown.label}</span>
          </span>
        </>
      }
      table={{
        columns: ['Day', title],
        rows: points.map(({ label, value }) => ({ key: label, cells: [label, sayNumber(value)] })),
      }}
      from={points[0]?.label}
      to={points.at(-1)?.label}
    >
      <div {...props}>
        <BarRow values={points.map((point) => point.value)} color={color} at={at} height={height} />
      </div>
    </Chart>
  );
}
