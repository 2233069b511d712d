import { Chart } from '../parts/chart.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { format } from '../parts/say-time.ts';
import { useReading } from '../parts/use-reading.ts';
import css from './members-chart.module.css';

export interface Day {
  /** 2026-03-01 */
  day: string;
  /** Null before the segment began. */
  people: number | null;
  entered: number;
  left: number;
}

const sayDay = (day: string, language: string): string =>
  format(language, 'UTC', { day: 'numeric', month: 'short' }).format(Date.parse(day));
const notBegun = 'not begun yet';

/** How many belonged at the end of each day since it began, and under it who came in and went out; plain SVG, with a table behind it. */
export function MembersChart({ days, language }: { days: readonly Day[]; language: string }) {
  const say = ({ day, people, entered, left }: Day): string =>
    `${sayDay(day, language)}: ${
      people === null ? notBegun : `${plural(people, 'person', 'people')}, ${sayNumber(entered)} in, ${sayNumber(left)} out`
    }`;
  const title = `People over ${plural(days.length, 'day')}`;
  const { at, props } = useReading(days.length, title, (index) => say(days[index]!));
  const began = days.findIndex((each) => each.people !== null);
  if (began < 0) return null;

  const counts = days.slice(began).map((each) => each.people ?? 0);
  const [low, high] = scaleOf(Math.min(...counts), Math.max(...counts));
  const y = (people: number): number => 100 - ((people - low) / (high - low)) * 100;
  const x = (index: number): number => ((index + 0.5) / days.length) * 100;
  const line = counts.map((people, index) => `${index === 0 ? 'M' : 'L'}${x(began + index)} ${y(people)}`).join('');
  const most = Math.max(1, ...days.map((each) => Math.max(each.entered, each.left)));
  const bar = (count: number): number => (count === 0 ? 0 : Math.max(6, (count / most) * 50));
  const shown = days[at ?? days.length - 1]!;
  const wide = 100 / days.length;
  return (
    <Chart
      title={title}
      caption={
        <>
          <span>
            {shown.people === null ? (
              notBegun
            ) : (
              <>
                <b className={css.people}>{sayNumber(shown.people)}</b> {shown.people === 1 ? 'person' : 'people'}
              </>
            )}{' '}
            <span className="faint">{sayDay(shown.day, language)}</span>
          </span>
          <span className={css.legend}>
            <span>
              <i data-of="in" /> {at === null ? 'in' : `${sayNumber(shown.entered)} in`}
            </span>
            <span>
              <i data-of="out" /> {at === null ? 'out' : `${sayNumber(shown.left)} out`}
            </span>
          </span>
        </>
      }
      table={{
        columns: ['Day', 'People', 'In', 'Out'],
        rows: days
          .slice(began)
          .toReversed()
          .map(({ day, people, entered, left }) => ({
            key: day,
            cells: [sayDay(day, language), sayNumber(people ?? 0), sayNumber(entered), sayNumber(left)],
          })),
      }}
      from={sayDay(days[0]!.day, language)}
      to={sayDay(days.at(-1)!.day, language)}
    >
      <div className={css.plot} {...props}>
        <div className={css.lines}>
          <span className={css.bound}>{sayNumber(high)}</span>
          <span className={css.bound} data-low>
            {sayNumber(low)}
          </span>
          <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
            <path d={`${line}L${x(days.length - 1)} 100L${x(began)} 100Z`} className={css.area} />
            <path d={line} className={css.line} vectorEffect="non-scaling-stroke" />
          </svg>
          {began > 0 && (
            <span
              className={css.began}
              data-side={began > days.length / 3 ? 'left' : 'right'}
              style={{ left: `${(began / days.length) * 100}%` }}
            >
              <span>began {sayDay(days[began]!.day, language)}</span>
            </span>
          )}
          {at !== null && <span className={css.cursor} style={{ left: `${x(at)}%` }} />}
          {shown.people !== null && (
            <span className={css.dot} style={{ left: `${x(at ?? days.length - 1)}%`, top: `${y(shown.people)}%` }} />
          )}
        </div>
        <svg className={css.bars} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {days.map((each, index) => (
            <g key={each.day} opacity={at === null || at === index ? 1 : 0.45}>
              <rect
                x={index * wide + wide * 0.15}
                width={wide * 0.7}
                y={50 - bar(each.entered)}
                height={bar(each.entered)}
                fill="var(--chart-2)"
              />
              <rect x={index * wide + wide * 0.15} width={wide * 0.7} y={50} height={bar(each.left)} fill="var(--chart-3)" />
            </g>
          ))}
          <path d="M0 50H100" stroke="var(--line-2)" vectorEffect="non-scaling-stroke" />
        </svg>
      </div>
    </Chart>
  );
}

/** From nothing when that leaves the line readable; else a little below the least. */
function scaleOf(least: number, most: number): [number, number] {
  if (least <= most * 0.6) return [0, Math.max(1, most)];
  const room = Math.max(1, Math.ceil((most - least) * 0.25));
  return [Math.max(0, least - room), most + room];
}
