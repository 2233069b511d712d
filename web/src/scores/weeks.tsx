import { useId, useState } from 'react';
import type { Reply } from '../api.ts';
import { plural, sayNumber } from '../parts/number.ts';
import { format } from '../parts/say-time.ts';
import { useReading } from '../parts/use-reading.ts';
import { useWorkspace } from '../session/workspace.tsx';
import css from './weeks.module.css';

type Week = Reply<'getScore'>['weeks'][number];

/** Twelve weeks of who stood above the highest threshold, over the conversions of the same weeks: two rows of bars, each in its own measure. */
export function Weeks({ weeks, conversion, above }: { weeks: readonly Week[]; conversion: string; above: string | null }) {
  const [table, setTable] = useState(false);
  const { language } = useWorkspace();
  const id = useId();
  const sayWeek = (week: string): string =>
    format(language, 'UTC', { day: 'numeric', month: 'short' }).format(Date.parse(`${week}T00:00:00Z`));
  const title = `Above ${above ?? 'the highest threshold'}`;
  const say = (index: number): string => {
    const week = weeks[index]!;
    return `Week of ${sayWeek(week.week)}: ${plural(week.above, 'person', 'people')} above, ${plural(week.conversions, 'conversion')}`;
  };
  const { at, props } = useReading(weeks.length, `${title}, against ${conversion}, by week`, say);
  if (weeks.length === 0) return <p className="faint">The first whole week is not over yet.</p>;
  const shown = weeks[at ?? weeks.length - 1]!;
  const top = (of: 'above' | 'conversions'): number => Math.max(1, ...weeks.map((week) => week[of]));
  const row = (of: 'above' | 'conversions', color: string) => (
    <svg className={css.bars} viewBox={`0 0 ${weeks.length * 10} 100`} preserveAspectRatio="none" aria-hidden="true">
      {weeks.map((week, index) => {
        const size = week[of] === 0 ? 2 : Math.max(4, (week[of] / top(of)) * 100);
        return (
          <rect
            key={week.week}
            x={index * 10 + 1}
            y={100 - size}
            width={8}
            height={size}
            fill={week[of] === 0 ? 'var(--line-2)' : color}
            opacity={at === null || at === index ? 1 : 0.4}
          />
        );
      })}
    </svg>
  );
  return (
    <figure className={css.figure}>
      {table ? (
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">Week of</th>
              <th scope="col">{title}</th>
              <th scope="col">{conversion}</th>
            </tr>
          </thead>
          <tbody>
            {weeks.map((week) => (
              <tr key={week.week}>
                <th scope="row">{sayWeek(week.week)}</th>
                <td>{sayNumber(week.above)}</td>
                <td>{sayNumber(week.conversions)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <div className={css.rows} {...props}>
          <div className={css.words} aria-hidden="true">
            <span>
              <i style={{ background: 'var(--chart-2)' }} /> {title}
            </span>
            <span>
              {sayNumber(shown.above)} <span className="faint">{at === null ? 'latest week' : `week of ${sayWeek(shown.week)}`}</span>
            </span>
          </div>
          {row('above', 'var(--chart-2)')}
          <div className={css.words} aria-hidden="true">
            <span>
              <i style={{ background: 'var(--chart-1)' }} /> {conversion}
            </span>
            <span>
              {sayNumber(shown.conversions)} <span className="faint">{at === null ? 'latest week' : `week of ${sayWeek(shown.week)}`}</span>
            </span>
          </div>
          {row('conversions', 'var(--chart-1)')}
        </div>
      )}
      <div className={css.foot}>
        <span>{sayWeek(weeks[0]!.week)}</span>
        <button type="button" className="plain-button text-link" onClick={() => setTable(!table)} aria-describedby={id}>
          {table ? 'Show bars' : 'Show table'}
        </button>
        <span>{sayWeek(weeks.at(-1)!.week)}</span>
        <span id={id} hidden>
          {title}, by week
        </span>
      </div>
    </figure>
  );
}
