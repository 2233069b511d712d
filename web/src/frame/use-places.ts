import { useRouter } from '@tanstack/react-router';
import { type Place, places } from './places.ts';

/** The places whose route exists: no link leads nowhere. */
export function usePlaces(): Place[] {
  const { routesByPath } = useRouter();
  const exists = (to: string): boolean =>
    `/w/$workspace${to === '' ? '' : `/${to}`}` in routesByPath || `/w/$workspace/${to}` in routesByPath;
  return places
    .filter((place) => exists(place.to))
    .map((place) => (place.inside ? { ...place, inside: place.inside.filter((part) => exists(part.to)) } : place));
}

const starts = (here: string, to: string): boolean => (to === '' ? here === '' : here === to || here.startsWith(`${to}/`));
/** Whether one is in this place or in something inside it. */
export const isIn = (place: Place, here: string): boolean =>
  starts(here, place.to) || (place.inside ?? []).some((part) => starts(here, part.to));
export const isAt = starts;
