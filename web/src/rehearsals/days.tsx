import { type CSSProperties, type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { RehearsalSide } from '#contract/rehearsal.ts';
import { useAddress } from '../parts/address.tsx';
import { Chart } from '../parts/chart.tsx';
import { plural, sayNumber, sayShort } from '../parts/number.ts';
import { Card, Section } from '../parts/page.tsx';
import { format } from '../parts/say-time.ts';
import { Segmented } from '../parts/segmented.tsx';
import { useReading } from '../parts/use-reading.ts';
import { useWorkspace } from '../session/workspace.tsx';
import { daysOf, weeksOf, withoutEmptyWeeks } from './calendar.ts';
import css from './rehearsals.module.css';
import { sayDifference, SidesTable } from './sides-table.tsx';
import { keysOf, onDay, type Pair, pairOf, type Rehearsal, sayDay } from './words.ts';

type Shown = 'after' | 'now' | 'difference';

/** Every channel that anything goes out by, on either side. */
const channelsOf = (rehearsal: Rehearsal): string[] =>
  keysOf(rehearsal, (side) => side.days.flatMap(({ channels }) => channels.map(({ channel }) => channel)));

/** The time as a calendar, each day by its messages, and the messages a day by channel. */
export function Days({ rehearsal }: { rehearsal: Rehearsal }) {
  const [address, setAddress] = useAddress();
  const { zone } = useWorkspace();
  const days = useMemo(() => {
    const told = new Set(keysOf(rehearsal, (side) => side.days.map(({ day }) => day)));
    return withoutEmptyWeeks(daysOf(rehearsal.over, zone), (day) => !told.has(day));
  }, [rehearsal, zone]);
  const channels = channelsOf(rehearsal);
  const channel = channels.find((each) => each === address.channel) ?? null;
  const isCompared = rehearsal.changed !== null;
  const shown: Shown = isCompared && (address.show === 'now' || address.show === 'difference') ? address.show : 'after';
  return (
    <>
      <Section title="Messages a day">
        {(channels.length > 1 || isCompared) && (
          <div className={css.choices}>
            {channels.length > 1 && (
              <Segmented
                label="By which channel"
                value={channel ?? 'all'}
                choices={[{ value: 'all', label: 'All channels' }, ...channels.map((each) => ({ value: each, label: channelWord(each) }))]}
                onChange={(next) => setAddress({ channel: next === 'all' ? undefined : next })}
              />
            )}
            {isCompared && (
              <Segmented<Shown>
                label="Which side"
                value={shown}
                choices={[
                  { value: 'after', label: 'With the change' },
                  { value: 'now', label: 'Now' },
                  { value: 'difference', label: 'Difference' },
                ]}
                onChange={(next) => setAddress({ show: next === 'after' ? undefined : next })}
              />
            )}
          </div>
        )}
        <Calendar rehearsal={rehearsal} days={days} channel={channel} shown={shown} />
      </Section>
      {(channel === null ? channels : [channel]).map((each) => (
        <Card key={each}>
          <ChannelBars rehearsal={rehearsal} days={days} channel={each} />
        </Card>
      ))}
    </>
  );
}

/** "E-mail": how a channel is called. */
export const channelWord = (channel: string): string => ({ email: 'E-mail', webhook: 'Webhook' })[channel] ?? channel;

interface CalendarProps {
  rehearsal: Rehearsal;
  days: readonly string[];
  channel: string | null;
  shown: Shown;
}

const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
/** [%] How much of the hue a day without and the fullest day have: words still read on it. */
const tint = { least: 7, most: 42 };

/** Weeks as rows that begin on a Monday. Arrow keys go from day to day, Enter opens one. */
function Calendar({ rehearsal, days, channel, shown }: CalendarProps) {
  const [address, setAddress] = useAddress();
  const { language } = useWorkspace();
  const table = useRef<HTMLTableElement>(null);
  const [reached, setReached] = useState<string | null>(null);
  const values = new Map(days.map((day) => [day, pairOf(rehearsal, (side) => onDay(side, day, 'sent', channel))]));
  const shownOf = ({ after, before }: Pair): number =>
    shown === 'difference' ? after - (before ?? 0) : shown === 'now' ? (before ?? 0) : after;
  const top = Math.max(1, ...[...values.values()].map((pair) => Math.abs(shownOf(pair))));
  const stop = days.find((day) => day === (reached ?? address.day)) ?? days[0];
  const weekdays = Array.from({ length: 7 }, (_, index) => Date.UTC(2024, 0, 1 + index)); // 1 January 2024 was a Monday
  const press = (event: KeyboardEvent): void => {
    const by = steps[event.key];
    const at = days.indexOf((event.target as HTMLElement).dataset.day ?? '');
    const next = event.key === 'Home' ? days[0] : event.key === 'End' ? days.at(-1) : by === undefined ? undefined : days[at + by];
    if (at < 0 || (by === undefined && next === undefined)) return;
    event.preventDefault();
    if (next === undefined) return;
    setReached(next);
    table.current?.querySelector<HTMLElement>(`[data-day="${next}"]`)?.focus();
    if (address.day !== undefined) setAddress({ day: next });
  };
  return (
    <div className={css.calendarBox}>
      <table className={css.calendar} aria-label="Messages a day" ref={table} onKeyDown={press}>
        <thead>
          <tr>
            {weekdays.map((day) => (
              <th key={day} scope="col">
                <span aria-hidden="true">{format(language, 'UTC', { weekday: 'short' }).format(day)}</span>
                <span className="visually-hidden">{format(language, 'UTC', { weekday: 'long' }).format(day)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(days).map((week, index) => (
            <tr key={week.find((day) => day !== null) ?? index}>
              {week.map((day, at) => {
                if (day === null) return <td key={at} />;
                const pair = values.get(day)!;
                const value = shownOf(pair);
                const words = shown === 'difference' ? sayDifference(pair) : sayShort(value);
                return (
                  <td key={day}>
                    <button
                      type="button"
                      className={css.day}
                      data-day={day}
                      data-fewer={value < 0 || undefined}
                      data-none={value === 0 || undefined}
                      tabIndex={day === stop ? 0 : -1}
                      aria-pressed={address.day === day}
                      data-tip={`${sayCell(pair, shown)}. ${sayLife(rehearsal, day, shown)}`}
                      style={
                        {
                          '--tint': `${value === 0 ? 0 : tint.least + (tint.most - tint.least) * (Math.abs(value) / top)}%`,
                        } as CSSProperties
                      }
                      onFocus={() => setReached(day)}
                      onClick={() => setAddress({ day: address.day === day ? undefined : day })}
                    >
                      <span className="visually-hidden">{`${sayDay(day, language)}: ${sayCell(pair, shown)}`}</span>
                      <span aria-hidden="true">{sayDate(day, day === days[0], language)}</span>
                      <b aria-hidden="true">{words}</b>
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** "12", and with the month where one begins: "1 Nov". */
const sayDate = (day: string, isFirst: boolean, language: string): string =>
  format(language, 'UTC', isFirst || day.endsWith('-01') ? { day: 'numeric', month: 'short' } : { day: 'numeric' }).format(Date.parse(day));

function sayCell(pair: Pair, shown: Shown): string {
  if (shown === 'now') return plural(pair.before ?? 0, 'message');
  const after = plural(pair.after, 'message');
  if (pair.before === null) return after;
  return pair.before === pair.after ? `${after}, as now` : `${after}, now ${sayNumber(pair.before)}`;
}

function sayLife({ standing, changed }: Rehearsal, day: string, shown: Shown): string {
  const side = shown === 'now' ? standing : (changed ?? standing);
  const there = side.days.find((each) => each.day === day);
  return `${sayNumber(there?.entered ?? 0)} entered, ${plural(there?.goals ?? 0, 'goal')}`;
}

/** One day: who entered, which goals, what became of its messages. */
export function DayPanel({ rehearsal, day }: { rehearsal: Rehearsal; day: string }) {
  const of = (read: (side: RehearsalSide) => number): Pair => pairOf(rehearsal, read);
  const onIt = (side: RehearsalSide) => side.days.find((each) => each.day === day);
  const channels = channelsOf(rehearsal);
  return (
    <SidesTable
      label="What came of it on that day"
      of="On that day"
      measures={[{ title: 'Count' }]}
      rows={[
        { key: 'entered', name: 'Entered a journey', values: [of((side) => onIt(side)?.entered ?? 0)] },
        { key: 'goals', name: 'Reached a goal', values: [of((side) => onIt(side)?.goals ?? 0)] },
        ...channels.flatMap((channel) =>
          (['sent', 'held', 'skipped', 'waiting'] as const).map((what) => ({
            key: `${channel} ${what}`,
            name: `${channelWord(channel)}, ${becameWords[what]}`,
            values: [of((side) => onDay(side, day, what, channel))],
          })),
        ),
      ]}
    />
  );
}

const becameWords = { sent: 'sent', held: 'held on the way', skipped: 'not sent', waiting: 'held still at the end' } as const;

/** Messages a day by one channel: with the change, and now beside it. */
function ChannelBars({ rehearsal, days, channel }: { rehearsal: Rehearsal; days: readonly string[]; channel: string }) {
  const { language } = useWorkspace();
  const pairs = days.map((day) => pairOf(rehearsal, (side) => onDay(side, day, 'sent', channel)));
  const isCompared = rehearsal.changed !== null;
  const name = channelWord(channel);
  const total: Pair = {
    after: pairs.reduce((sum, { after }) => sum + after, 0),
    before: isCompared ? pairs.reduce((sum, { before }) => sum + (before ?? 0), 0) : null,
  };
  const say = ({ after, before }: Pair): string =>
    `${plural(after, 'message')}${before === null ? '' : before === after ? ', as now' : `, now ${sayNumber(before)}`}`;
  const { at, props } = useReading(
    days.length,
    `${name}: ${say(total)}`,
    (index) => `${sayDay(days[index]!, language)}: ${say(pairs[index]!)}`,
  );
  const read = at === null ? total : pairs[at]!;
  const top = Math.max(1, ...pairs.map(({ after, before }) => Math.max(after, before ?? 0)));
  const short = (day: string | undefined): string =>
    day === undefined ? '' : format(language, 'UTC', { day: 'numeric', month: 'short' }).format(Date.parse(day));
  return (
    <Chart
      title={`${name}, messages a day`}
      caption={
        <>
          <span className={css.channel}>{name}</span>
          <span className={css.legend}>
            <span data-side="after">
              <b>{sayNumber(read.after)}</b> {isCompared ? 'with the change' : 'messages'}
            </span>
            {read.before !== null && (
              <span data-side="now">
                <b>{sayNumber(read.before)}</b> now
              </span>
            )}
            <span className="faint">{at === null ? `in ${plural(days.length, 'day')}` : sayDay(days[at]!, language)}</span>
          </span>
        </>
      }
      table={{
        columns: isCompared ? ['Day', 'With the change', 'Now', 'Difference'] : ['Day', 'Messages'],
        rows: days.map((day, index) => ({
          key: day,
          cells: [
            sayDay(day, language),
            sayNumber(pairs[index]!.after),
            ...(isCompared ? [sayNumber(pairs[index]!.before ?? 0), sayDifference(pairs[index]!)] : []),
          ],
        })),
      }}
      from={short(days[0])}
      to={short(days.at(-1))}
    >
      <div {...props} className={css.bars}>
        <svg viewBox={`0 0 ${days.length * 10} 100`} preserveAspectRatio="none" aria-hidden="true">
          {pairs.map(({ after, before }, index) => (
            <g key={days[index]} opacity={at === null || at === index ? 1 : 0.4}>
              <Bar x={index * 10 + 1} width={isCompared ? 3.8 : 8} value={after / top} color="var(--chart-1)" />
              {before !== null && <Bar x={index * 10 + 5.2} width={3.8} value={before / top} color="var(--chart-3)" />}
            </g>
          ))}
        </svg>
      </div>
    </Chart>
  );
}

function Bar({ x, width, value, color }: { x: number; width: number; value: number; color: string }) {
  const height = value === 0 ? 2 : Math.max(4, value * 100);
  return <rect x={x} y={100 - height} width={width} height={height} fill={value === 0 ? 'var(--line-2)' : color} />;
}
