const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const formats = new Map<string, Intl.DateTimeFormat>();
/** How a language writes a moment; hours are counted to 24 in every language, as rules, quiet hours and fields count them. */
export function format(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${zone}|${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    try {
      found = new Intl.DateTimeFormat(locale, { hourCycle: 'h23', ...options, timeZone: zone });
    } catch {
      found = new Intl.DateTimeFormat('en', { hourCycle: 'h23', ...options, timeZone: 'UTC' }); // a zone or language that this browser does not know
    }
    formats.set(key, found);
  }
  return found;
}

/** Two clocks differ by a little: what is this little ahead has happened. */
const slack = 2 * minute;

/** "4 min ago", "2 d ago", then a date. What `comes` is said as such: "in a moment", "in 2 h". */
export function sayAgo(at: number, now: number, locale: string, zone: string, comes = false): string {
  const distance = Math.abs(now - at);
  const say = (text: string): string => (at > now ? `in ${text}` : `${text} ago`);
  if (!comes && at > now && distance < slack) return 'just now';
  if (distance < 45 * second) return at > now ? 'in a moment' : 'just now';
  if (distance < 59.5 * minute) return say(`${Math.round(distance / minute)} min`);
  if (distance < 22 * hour) return say(`${Math.round(distance / hour)} h`);
  if (distance < 13.5 * day) return say(`${Math.max(1, Math.round(distance / day))} d`);
  const sameYear = new Date(at).getUTCFullYear() === new Date(now).getUTCFullYear();
  return format(locale, zone, sameYear ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' }).format(
    at,
  );
}

/** The exact time with its zone, for a hover. */
export const sayExact = (at: number, locale: string, zone: string): string =>
  format(locale, zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(at);

/** A span in its largest unit: "3 d", "5 h". */
export function saySpan(ms: number): string {
  if (ms < hour) return `${Math.max(1, Math.round(ms / minute))} min`;
  if (ms < 2 * day) return `${Math.round(ms / hour)} h`;
  if (ms < 60 * day) return `${Math.round(ms / day)} d`;
  return `${Math.round(ms / (30 * day))} mo`;
}
