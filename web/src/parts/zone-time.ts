import { format } from './say-time.ts';

const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** What the clock on a wall of the zone shows at an instant, as a field of a form takes it: 2026-03-01T09:30. */
export function wallTime(at: number, zone: string): string {
  const found = new Map(
    format('en', zone, parts)
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
  return `${found.get('year')}-${found.get('month')}-${found.get('day')}T${found.get('hour')}:${found.get('minute')}`;
}

/** The instant at which the clock on a wall of the zone shows this; null when the text is no such time. Of a time that comes twice, the first. */
export function instantOnWall(text: string, zone: string): number | null {
  const wanted = Date.parse(`${text}Z`);
  if (Number.isNaN(wanted)) return null;
  const ahead = (at: number): number => Date.parse(`${wallTime(at, zone)}Z`) - Math.floor(at / 60_000) * 60_000;
  const first = wanted - Math.max(ahead(wanted - 86_400_000), ahead(wanted + 86_400_000));
  return first + ahead(first) === wanted ? first : wanted - ahead(first);
}
