import { useElementSize } from '@mantine/hooks';
import { Fragment } from 'react';
import { BarNumber, Chart, ChartTable, type ChartTableProps, numberHeight } from './chart.tsx';
import css from './histogram.module.css';
import { plural, sayNumber, sayPercent, sayShort, sayTenth } from './number.ts';
import { useReading } from './use-reading.ts';

export interface Bin {
  from: number;
  to: number;
  people: number;
}
export interface Mark {
  key: string;
  name: string;
  at: number;
  people: number;
}

interface HistogramProps {
  /** What is spread out: Engagement. */
  title: string;
  bins: readonly Bin[];
  /** Lines to cross, with how many stand above. */
  marks?: readonly Mark[];
  median?: number | null;
  /** Drawn as a line over the bars: how it is spread now. */
  before?: readonly Bin[];
  /** [px] (120) */
  height?: number;
  /** In a row of a list: no words around it. */
  small?: boolean;
}

/** A bar that dwarfs all others by more than this is cut, so that the others can be read. */
const dwarfs = 3;

/** How many people have how much: bars in plain SVG, lines to cross with the share above, and a table behind it. */
export function Histogram({ title, bins, marks = [], median = null, before = [], height = 120, small = false }: HistogramProps) {
  const { ref, width } = useElementSize();
  const people = bins.reduce((sum, bin) => sum + bin.people, 0);
  const all = [...bins, ...before];
  const low = Math.min(...all.map((bin) => bin.from));
  const high = Math.max(...all.map((bin) => bin.to));
  const say = ({ from, to, people: some }: Bin): string => `${sayTenth(from)} to ${sayTenth(to)}: ${plural(some, 'person', 'people')}`;
  const summary = [
    `${title}: ${plural(people, 'person', 'people')}`,
    ...(median === null ? [] : [`median ${sayTenth(median)}`]),
    ...marks.map((mark) => `${sayPercent(mark.people, people)} at ${sayTenth(mark.at)} or above, ${mark.name}`),
  ].join(', ');
  const { at, props } = useReading(bins.length, summary, (index) => say(bins[index]!));
  if (bins.length === 0 || high <= low) return null;

  const unit = bins[0]!.to - bins[0]!.from;
  /** People for as much as one bar is wide, so that bars of two widths compare. */
  const tall = (bin: Bin): number => (bin.people / (bin.to - bin.from)) * unit;
  const secondOf = (some: readonly Bin[]): number => some.map(tall).toSorted((a, b) => b - a)[1] ?? 0;
  const most = Math.max(...all.map(tall));
  const second = Math.max(secondOf(bins), secondOf(before));
  const isCut = second > 0 && most > second * dwarfs;
  const top = Math.max(1, isCut ? second * 1.35 : most);
  const left = (value: number): number => ((value - low) / (high - low)) * 100;
  const full = small ? 100 : (1 - numberHeight / height) * 100;
  const up = (bin: Bin): number => (bin.people === 0 ? 0 : Math.max(1.5, Math.min(full, (tall(bin) / top) * full)));
  /** Every bar says its number where there is room for it; the tallest, which is the measure of all, does anyway. */
  const room = bins.every((bin) => sayShort(bin.people).length * 7 <= ((left(bin.to) - left(bin.from)) / 100) * width);
  const tallest = bins.toSorted((a, b) => tall(b) - tall(a))[0]!;
  const saysNumber = (bin: Bin): boolean => !small && bin.people > 0 && (room || bin === tallest);
  const first = Math.min(...marks.map((mark) => mark.at), Number.POSITIVE_INFINITY);
  const shown = at === null ? null : bins[at]!;
  const outline = before.map((bin, index) => `${index === 0 ? 'M' : 'L'}${left(bin.from)} ${100 - up(bin)}H${left(bin.to)}`).join('');
  const rows = small
    ? []
    : inRows(
        marks.map((mark) => ({ mark, left: left(mark.at) })),
        width,
      );
  const depth = Math.max(0, ...rows.map((row) => row.row + 1));

  const table: Omit<ChartTableProps, 'title'> = {
    columns: ['Score', 'People'],
    rows: [
      ...bins.map((bin) => ({
        key: `from ${bin.from}`,
        cells: [`${sayTenth(bin.from)} to ${sayTenth(bin.to)}`, sayNumber(bin.people)],
      })),
      ...marks.map((mark) => ({
        key: mark.key,
        cells: [
          `${mark.name}: ${sayTenth(mark.at)} or above`,
          <>
            {sayNumber(mark.people)} <span className="faint">{sayPercent(mark.people, people)}</span>
          </>,
        ],
      })),
    ],
  };
  const drawing = (
    <div className={css.drawing} data-small={small || undefined}>
      {depth > 0 && (
        <div className={css.marks} style={{ height: depth * labelHeight }} aria-hidden="true">
          {rows.map(({ mark, left: x, row, ends }) => (
            <span
              key={mark.key}
              className={css.mark}
              data-ends={ends || undefined}
              style={{ ...(ends ? { right: `${100 - x}%` } : { left: `${x}%` }), bottom: (depth - 1 - row) * labelHeight }}
            >
              <b>{mark.name}</b> {sayTenth(mark.at)} <span className={css.share}>· {sayPercent(mark.people, people)}</span>
            </span>
          ))}
        </div>
      )}
      <div className={css.plot} style={{ height }} {...props}>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {bins.map((bin, index) => {
            const size = up(bin);
            const wide = left(bin.to) - left(bin.from);
            return (
              <rect
                key={bin.from}
                x={left(bin.from) + wide * 0.08}
                y={100 - size}
                width={wide * 0.84}
                height={size}
                fill={bin.from >= first ? 'var(--chart-2)' : 'var(--chart-3)'}
                opacity={at === null || at === index ? 1 : 0.45}
              />
            );
          })}
          {outline !== '' && <path d={outline} className={css.before} vectorEffect="non-scaling-stroke" />}
        </svg>
        {bins.map((bin) => (
          <Fragment key={bin.from}>
            {tall(bin) > top && (
              <span className={css.cut} style={{ left: `${left(bin.from)}%`, width: `${left(bin.to) - left(bin.from)}%` }} />
            )}
            {saysNumber(bin) && <BarNumber left={left((bin.from + bin.to) / 2)} up={up(bin)} words={sayShort(bin.people)} />}
          </Fragment>
        ))}
        {marks.map((mark) => {
          const row = rows.find((one) => one.mark === mark)?.row;
          return (
            <span
              key={mark.key}
              className={css.line}
              style={{ left: `${left(mark.at)}%`, ...(row === undefined ? {} : { top: -4 - (depth - 1 - row) * labelHeight }) }}
            />
          );
        })}
      </div>
      <div className={css.axis}>
        {shown ? (
          <span className={css.read} aria-hidden="true">
            <b>{sayNumber(shown.people)}</b> {sayPercent(shown.people, people)}, {sayTenth(shown.from)} to {sayTenth(shown.to)}
          </span>
        ) : (
          <>
            <span>{sayTenth(low)}</span>
            {median !== null && high > low && (
              <span
                className={css.median}
                data-side={left(median) < 12 ? 'start' : left(median) > 88 ? 'end' : undefined}
                style={{ left: `${left(median)}%` }}
              >
                median {sayTenth(median)}
              </span>
            )}
            <span>{sayTenth(high)}</span>
          </>
        )}
      </div>
    </div>
  );
  if (small)
    return (
      <figure ref={ref}>
        {drawing}
        <div className="visually-hidden">
          <ChartTable title={title} {...table} />
        </div>
      </figure>
    );
  const legend = before.length > 0 && (
    <span className={css.legend}>
      <i /> as it is published
    </span>
  );
  return (
    <div ref={ref} className={css.box}>
      <Chart title={title} table={table} from={legend}>
        {drawing}
      </Chart>
    </div>
  );
}

/** [px] */
const labelHeight = 20;
/** [px] What a label of a mark takes, about. */
const wide = (mark: Mark): number => 62 + `${mark.name}${mark.at}`.length * 7;

/** Puts labels into as few rows as they need to stand beside each other; the ones near the right end stand before their line. */
function inRows(marks: { mark: Mark; left: number }[], width: number): { mark: Mark; left: number; row: number; ends: boolean }[] {
  const taken: [number, number][][] = [];
  return marks
    .toSorted((a, b) => b.left - a.left)
    .map(({ mark, left }) => {
      const x = (left / 100) * width;
      const ends = x + wide(mark) > width;
      const [from, to] = ends ? [x - wide(mark), x] : [x, x + wide(mark)];
      let row = taken.findIndex((some) => some.every(([a, b]) => to <= a || from >= b));
      if (row < 0) row = taken.push([]) - 1;
      taken[row]!.push([from, to]);
      return { mark, left, row, ends };
    });
}
