import { durationMs, instantOf, sayDuration } from '#contract/instant.ts';
import type { SeenPath } from '#contract/routes/rules.ts';
import type { Calendar, Window } from '#contract/rule/window.ts';
import { numberOf } from '#contract/rule/values.ts';
import { sayWindow } from '#engine/rule/window.ts';

/** Something that a chip can say, and the value that it then stands for. */
export interface Choice<V> {
  label: string;
  value: V;
  /** The heading under which it stands. */
  group?: string;
  /** A word at the end of its line: how often it came, what type it is. */
  note?: string;
  /** Nothing is known by this name: it is taken when it was gone to, never because it was the only one left. */
  unknown?: true;
}
/** What can be chosen by writing it: "45 days", "10 to 20". */
export type Written<V> = (text: string) => Choice<V>[];

const iso = (count: number, unit: string): string =>
  unit === 'week' ? `P${count}W` : unit === 'day' ? `P${count}D` : unit === 'hour' ? `PT${count}H` : `PT${count}M`;
const amount = /^(\d{1,5})\s*([a-z]*)$/i;

/** Lengths of time that a text may mean: "3" is minutes, hours, days or weeks; "3 h" is hours. */
export function durationsIn(text: string): string[] {
  const found = amount.exec(text.trim());
  const count = Number(found?.[1]);
  if (!found || count === 0) return durationMs(text.trim()) ? [text.trim()] : [];
  const wanted = found[2]!.toLowerCase();
  return ['day', 'hour', 'week', 'minute']
    .filter((unit) => unit.startsWith(wanted.replace(/s$/, '')) || `${unit}s` === wanted)
    .map((unit) => iso(count, unit));
}
/** "3 weeks" for P3W, which the engine says in days; anything else as the engine says it. */
export const sayLength = (duration: string): string => (durationMs(duration) === null ? duration : sayDuration(duration));

export const durationChoices = (lead = ''): { choices: Choice<string>[]; written: Written<string> } => {
  const toChoice = (value: string): Choice<string> => ({ value, label: `${lead}${sayLength(value)}` });
  return {
    choices: ['PT1H', 'P1D', 'P3D', 'P7D', 'P14D', 'P30D', 'P90D'].map(toChoice),
    written: (text) => unique(durationsIn(text.replace(lead, '')).map(toChoice)),
  };
};
const unique = <V>(choices: Choice<V>[]): Choice<V>[] =>
  choices.filter((choice, index) => choices.findIndex((each) => each.label === choice.label) === index);

/** Numbers as people write them. */
export const numbersIn = (text: string): number[] => {
  const trimmed = text.trim();
  const number = trimmed === '' ? null : numberOf(trimmed);
  return number === null || !Number.isFinite(number) ? [] : [number];
};
export const numberWritten =
  (say: (value: number) => string = String, keep: (value: number) => boolean = () => true): Written<number> =>
  (text) =>
    numbersIn(text)
      .filter(keep)
      .map((value) => ({ value, label: say(value) }));

/** "10 to 20", "10-20", "10 20". */
export function rangeIn(text: string): [number, number] | null {
  const found = /^\s*(-?\d+(?:\.\d+)?)\s*(?:to|and|–|-|,|\s)\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text);
  return found && Number(found[1]) <= Number(found[2]) ? [Number(found[1]), Number(found[2])] : null;
}

export function sayDays([from, to]: readonly [number, number]): string {
  const one = (days: number): string =>
    days === 0 ? 'today' : `${Math.abs(days)} day${Math.abs(days) === 1 ? '' : 's'} ${days < 0 ? 'ago' : 'ahead'}`;
  return from === to ? one(from) : `${one(from)} to ${one(to)}`;
}
const dayRanges: [number, number][] = [
  [0, 0],
  [1, 1],
  [0, 7],
  [0, 30],
  [-1, -1],
  [-7, 0],
  [-30, 0],
];
/** Days around today; `ahead` only for anniversaries, which look forward. */
export const dayChoices = (ahead: boolean): { choices: Choice<[number, number]>[]; written: Written<[number, number]> } => {
  const limit = ahead ? 366 : 3660;
  const fits = ([from, to]: [number, number]): boolean => from <= to && from >= (ahead ? 0 : -limit) && to <= limit;
  const toChoice = (value: [number, number]): Choice<[number, number]> => ({ value, label: sayDays(value) });
  return {
    choices: dayRanges.filter(fits).map(toChoice),
    written(text) {
      const range = rangeIn(text);
      const one = numbersIn(text)[0];
      const found: [number, number][] = range
        ? [range]
        : one === undefined
          ? []
          : [[one, one], ...(one > 0 ? [[0, one] as [number, number], [-one, 0] as [number, number]] : [])];
      return found.filter((each) => each.every(Number.isInteger) && fits(each)).map(toChoice);
    },
  };
};

/** Dates as 2026-03-01; a month is its first day. */
export function datesIn(text: string): string[] {
  const trimmed = text.trim();
  if (/^\d{4}-\d{2}$/.test(trimmed)) return instantOf(`${trimmed}-01`) === null ? [] : [`${trimmed}-01`];
  return /^\d{4}-/.test(trimmed) && instantOf(trimmed) !== null ? [trimmed] : [];
}
export const dateWritten =
  (lead = ''): Written<string> =>
  (text) =>
    datesIn(text.replace(lead, '')).map((value) => ({ value, label: `${lead}${value}` }));

/** How often, in the words of a sentence. */
export interface Often {
  atLeast?: number | undefined;
  atMost?: number | undefined;
}
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
export function sayOften({ atLeast, atMost }: Often): string {
  if (atMost === 0) return 'never';
  if (atLeast !== undefined && atLeast === atMost) return `exactly ${times(atLeast)}`;
  if (atLeast !== undefined && atMost !== undefined) return `${atLeast} to ${atMost} times`;
  return atMost !== undefined ? `at most ${times(atMost)}` : `at least ${times(atLeast ?? 1)}`;
}
const often = (value: Often): Choice<Often> => ({ value, label: sayOften(value) });
export const oftenChoices: Choice<Often>[] = [
  often({}),
  ...[2, 3, 5, 10].map((atLeast) => often({ atLeast })),
  often({ atMost: 1 }),
  often({ atMost: 2 }),
];
export const oftenWritten: Written<Often> = (text) => {
  const range = rangeIn(text.replace(/times?/, ''));
  if (range && range[0] >= 1 && range[1] <= 999) return [often({ atLeast: range[0], atMost: range[1] })];
  const count = Number(/\d+/.exec(text)?.[0] ?? Number.NaN);
  if (!(count >= 1 && count <= 999)) return [];
  const wanted = [often({ atLeast: count }), often({ atMost: count }), often({ atLeast: count, atMost: count })];
  return /most/.test(text) ? [wanted[1]!, wanted[0]!, wanted[2]!] : /exact/.test(text) ? wanted.reverse() : wanted;
};

const calendars: Calendar[] = [
  { unit: 'day', ago: 0 },
  { unit: 'day', ago: 1 },
  { unit: 'week', ago: 0 },
  { unit: 'week', ago: 1 },
  { unit: 'month', ago: 0 },
  { unit: 'month', ago: 1 },
  { unit: 'month', ago: 12 },
  { unit: 'quarter', ago: 0 },
  { unit: 'quarter', ago: 1 },
  { unit: 'quarter', ago: 4 },
  { unit: 'year', ago: 0 },
  { unit: 'year', ago: 1 },
];
/** "in the last 7 days", "at any time". */
export const sayWhen = (window: Window): string => {
  if (window.since && window.since !== 'stage' && window.since !== 'journey') return `since ${window.since}`;
  return sayWindow(window).trim() || 'at any time';
};
const when = (value: Window, group: string): Choice<Window> => ({ value, label: sayWhen(value), group });
/** Every stretch of the past that has a name; others are written. */
export const whenChoices = (journey: boolean): Choice<Window>[] => [
  when({}, 'Always'),
  ...['P1D', 'P7D', 'P14D', 'P30D', 'P90D'].map((within) => when({ within }, 'Up to now')),
  when({ since: 'stage' }, 'Up to now'),
  ...(journey ? [when({ since: 'journey' }, 'Up to now')] : []),
  ...calendars.map((calendar) => when({ calendar }, 'By the calendar, where the person is')),
];
export const whenWritten: Written<Window> = (text) => {
  const date = datesIn(text.replace(/^since\s+/, ''));
  if (date[0]) return [when({ since: date[0] }, 'Since a date')];
  const ago = /^(\d{1,3})\s*(day|week|month|quarter|year)s?\s+ago/.exec(text);
  if (ago && Number(ago[1]) <= 120)
    return [when({ calendar: { unit: ago[2] as Calendar['unit'], ago: Number(ago[1]) } }, 'By the calendar, where the person is')];
  const written = unique(durationsIn(text.replace(/^in the last\s+/, '')).map((within) => when({ within }, 'Up to now')));
  const count = Number(/^\d{1,3}$/.exec(text.trim())?.[0] ?? Number.NaN);
  const back =
    count >= 1 && count <= 120
      ? (['month', 'quarter', 'year'] as const).map((unit) =>
          when({ calendar: { unit, ago: count } }, 'By the calendar, where the person is'),
        )
      : [];
  return [...written, ...back];
};

/** "09:00 to 17:00", "9-17". */
export function hoursIn(text: string): { from: string; to: string } | null {
  const found = /^\s*(\d{1,2})(?::(\d{2}))?\s*(?:to|until|–|-|and|\s)\s*(\d{1,2})(?::(\d{2}))?\s*$/.exec(text.replace(/^between\s+/, ''));
  if (!found) return null;
  const clock = (hours: string, minutes = '00'): string | null =>
    Number(hours) < 24 && Number(minutes) < 60 ? `${hours.padStart(2, '0')}:${minutes}` : null;
  const [from, to] = [clock(found[1]!, found[2]), clock(found[3]!, found[4])];
  return from === null || to === null || from === to ? null : { from, to };
}
export const sayClock = (hours: { from?: string | undefined; to?: string | undefined }): string => `between ${hours.from} and ${hours.to}`;
export const hourChoices: Choice<{ from: string; to: string }>[] = [
  ['09:00', '17:00'],
  ['06:00', '12:00'],
  ['12:00', '18:00'],
  ['18:00', '23:00'],
].map(([from, to]) => ({ value: { from: from!, to: to! }, label: sayClock({ from: from!, to: to! }) }));
export const hoursWritten: Written<{ from: string; to: string }> = (text) => {
  const value = hoursIn(text);
  return value ? [{ value, label: sayClock(value) }] : [];
};

export const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
export const sayWeekdayList = (weekdays: readonly number[]): string => {
  const sorted = weekdays.toSorted((a, b) => a - b).join('');
  if (sorted === '12345') return 'a working day';
  if (sorted === '67') return 'the weekend';
  return weekdays.map((each) => weekdayNames[each - 1]).join(', ');
};

/** A value as it is meant: a number where numbers came (or where nothing says otherwise), true and false where those came. */
export function scalarOf(text: string, types: SeenPath['types'] | undefined): string | number | boolean {
  const [mostly] = types ?? [];
  if (mostly === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  const number = mostly === 'text' ? null : numberOf(text);
  return number !== null && String(number) === text.trim() ? number : text;
}
export const sayScalar = (value: unknown): string => (typeof value === 'string' ? `“${value}”` : String(value));

/** Choices that have every word of a text; those that begin with it first. */
export function fitting<V>(choices: Choice<V>[], text: string): Choice<V>[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return choices;
  const words = wanted.split(/\s+/);
  const found = choices.filter((choice) => {
    const says = `${choice.label} ${choice.group ?? ''}`.toLowerCase();
    return words.every((word) => says.includes(word));
  });
  const rank = (choice: Choice<V>): number => {
    const says = choice.label.toLowerCase();
    return says === wanted ? 0 : says.startsWith(wanted) ? 1 : says.includes(wanted) ? 2 : 3;
  };
  return found.toSorted((a, b) => rank(a) - rank(b));
}
