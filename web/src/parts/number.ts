/** 12,480: grouped digits. */
const grouped = new Intl.NumberFormat('en');
export const sayNumber = (value: number): string => grouped.format(value);
const tenth = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
/** 43.5, −8: a value to a tenth. */
export const sayTenth = (value: number): string => tenth.format(value).replace('-', '−');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
/** 12.5K where room is short. */
export const sayShort = (value: number): string => (value < 10_000 ? grouped.format(value) : short.format(value));
export const plural = (count: number, one: string, many = `${one}s`): string => `${grouped.format(count)} ${count === 1 ? one : many}`;
/** "12 %", "1.4 %", "<0.1 %": a part of a whole. */
export function sayPercent(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0 %';
  const percent = (part / whole) * 100;
  return percent < 0.1 ? '<0.1 %' : `${percent < 9.95 ? Math.round(percent * 10) / 10 : Math.round(percent)} %`;
}
