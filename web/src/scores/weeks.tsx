import type { Reply } from '../api.ts';
import { BarRow, Chart } from '../parts/chart.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { format } from '../parts/say-time.ts';
import { useReading } from '../parts/use-reading.ts';
import { useWorkspace } from '../session/workspace.tsx';
import css from './weeks.module.css';

type Week = Reply<'getScore'>['weeks'][number];

/** Twelve weeks of who stood above the highest threshold, over the conversions of the same weeks: two rows of bars, each in its own measure. */
export function Weeks({ weeks, conversion, above }: { weeks: readonly Week[]; conversion: string; above: string | null }) {
  const { language } = useWorkspace();
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
  const row = (words: string, of: 'above' | 'conversions', color: string) => (
    <>
      <div className={css.words} aria-hidden="true">
        <span>
          <i style={{ background: color }} /> {words}
        </span>
        <span>
          {sayNumber(shown[of])} <span className="faint">{at === null ? 'latest week' : `week of ${sayWeek(shown.week)}`}</span>
        </span>
      </div>
      <BarRow values={weeks.map((week) => week[of])} color={color} at={at} height={72} numbers />
    </>
  );
  return (
    <Chart
      title={`${title}, by week`}
      table={{
        columns: ['Week of', title, conversion],
        rows: weeks.map((week) => ({
          key: week.week,
          cells: [sayWeek(week.week), sayNumber(week.above), sayNumber(week.conversions)],
        })),
      }}
      from={sayWeek(weeks[0]!.week)}
      to={sayWeek(weeks.at(-1)!.week)}
    >
      <div className={css.rows} {...props}>
        {above !== null && row(title, 'above', 'var(--chart-2)')}
        {row(conversion, 'conversions', 'var(--chart-1)')}
      </div>
    </Chart>
  );
}
