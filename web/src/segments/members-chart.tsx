import { useState } from 'react';
import { plural, sayNumber } from '../parts/number.ts';
import { format } from '../parts/say-time.ts';
import { useReading } from '../parts/use-reading.ts';
import css from './members-chart.module.css';

export interface Day {
  /** 2026-03-01 */
  day: string;
  people: number;
  entered: number;
  left: number;
}

const sayDay = (day: string, language: string): string =>
  format(language, 'UTC', { day: 'numeric', month: 'short' }).format(Date.parse(day));

/** How many belonged at the end of each day, and under it who came in and went out; plain SVG, with a table behind it. */
export function MembersChart({ days, language }: { days: readonly Day[]; language: string }) {
  const [table, setTable] = useState(false);
  const say = ({ day, people, entered, left }: Day): string =>
    `${sayDay(day, language)}: ${plural(people, 'person', 'people')}, ${sayNumber(entered)} in, ${sayNumber(left)} out`;
  const last = days.at(-1);
  const first = days[0];
  const { at, props } = useReading(days.length, `People over ${plural(days.length, 'day')}`, (index) => say(days[index]!));
  if (!last || !first) return null;

  const counts = days.map((each) => each.people);
  const [low, high] = scaleOf(Math.min(...counts), Math.max(...counts));
  const y = (people: number): number => 100 - ((people - low) / (high - low)) * 100;
  const x = (index: number): number => ((index + 0.5) / days.length) * 100;
  const line = days.map((each, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(each.people)}`).join('');
  const most = Math.max(1, ...days.map((each) => Math.max(each.entered, each.left)));
  const bar = (count: number): number => (count === 0 ? 0 : Math.max(6, (count / most) * 50));
  const shown = at === null ? last : days[at]!;
  const wide = 100 / days.length;
  return (
    <figure className={css.figure}>
      <figcaption className={css.caption}>
        <span>
          <b>{sayNumber(shown.people)}</b> {shown.people === 1 ? 'person' : 'people'}{' '}
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
      </figcaption>
      {table ? (
        <DayTable days={days} language={language} />
      ) : (
        <div className={css.plot} {...props}>
          <div className={css.lines}>
            <span className={css.bound}>{sayNumber(high)}</span>
            <span className={css.bound} data-low>
              {sayNumber(low)}
            </span>
            <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
              <path d={`${line}L${x(days.length - 1)} 100L${x(0)} 100Z`} className={css.area} />
              <path d={line} className={css.line} vectorEffect="non-scaling-stroke" />
            </svg>
            {at !== null && <span className={css.cursor} style={{ left: `${x(at)}%` }} />}
            <span className={css.dot} style={{ left: `${x(at ?? days.length - 1)}%`, top: `${y(shown.people)}%` }} />
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
      )}
      <div className={css.foot}>
        <span>{sayDay(first.day, language)}</span>
        <button type="button" className="plain-button text-link" onClick={() => setTable(!table)}>
          {table ? 'Show chart' : 'Show table'}
        </button>
        <span>{sayDay(last.day, language)}</span>
      </div>
    </figure>
  );
}

/** From nothing when that leaves the line readable; else a little below the least. */
function scaleOf(least: number, most: number): [number, number] {
  if (least <= most * 0.6) return [0, Math.max(1, most)];
  const room = Math.max(1, Math.ceil((most - least) * 0.25));
  return [Math.max(0, least - room), most + room];
}

function DayTable({ days, language }: { days: readonly Day[]; language: string }) {
  return (
    <div className={css.tableBox} tabIndex={0} role="region" aria-label="People by day">
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">People</th>
            <th scope="col">In</th>
            <th scope="col">Out</th>
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map((each) => (
            <tr key={each.day}>
              <th scope="row">{sayDay(each.day, language)}</th>
              <td>{sayNumber(each.people)}</td>
              <td>{sayNumber(each.entered)}</td>
              <td>{sayNumber(each.left)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
