/** 12,480: grouped digits. */
const grouped = new Intl.NumberFormat('en');
export const sayNumber = (value: number): string => grouped.format(value);
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
/** 12.5K where room is short. */
export const sayShort = (value: number): string => (value < 10_000 ? grouped.format(value) : short.format(value));
export const plural = (count: number, one: string, many = `${one}s`): string => `${grouped.format(count)} ${count === 1 ? one : many}`;
