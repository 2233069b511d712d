import { IconLayoutSidebar } from '@tabler/icons-react';
import { To, usePlace } from '../parts/address.tsx';
import { plural } from '../parts/number.ts';
import { useWaiting } from '../reviews/use-waiting.ts';
import css from './rail.module.css';
import { isAt, isIn, usePlaces } from './use-places.ts';

/** Where one is and where one can go. */
export function Rail({ narrow, onNarrow }: { narrow: boolean; onNarrow: (narrow: boolean) => void }) {
  return (
    <nav className={css.rail} aria-label="Places" data-narrow={narrow || undefined}>
      <Places narrow={narrow} />
      <div className={css.foot}>
        <button
          type="button"
          className={css.item}
          onClick={() => onNarrow(!narrow)}
          data-tip={narrow ? 'Show names' : undefined}
          aria-label={narrow ? 'Widen the rail' : 'Narrow the rail'}
        >
          <IconLayoutSidebar size={17} stroke={1.7} />
          {!narrow && <span>Narrow</span>}
        </button>
      </div>
    </nav>
  );
}

export function Places({ narrow = false, onGone }: { narrow?: boolean; onGone?: () => void }) {
  const here = usePlace();
  const waiting = useWaiting();
  return (
    <ul className={css.places}>
      {usePlaces().map((place) => {
        const inside = isIn(place, here);
        const shows = !narrow && inside && place.inside && place.inside.length > 0;
        const holdsReviews = !shows && place.inside?.some((part) => part.to === reviewsAt);
        const { icon: Icon } = place;
        return (
          <li key={place.to}>
            <To
              to={place.to}
              className={css.item}
              data-here={inside || undefined}
              {...(inside && isAt(here, place.to) ? { 'aria-current': 'page' as const } : {})}
              {...(narrow
                ? {
                    'data-tip': place.name,
                    'aria-label': holdsReviews && waiting > 0 ? `${place.name}: ${sayWaiting(waiting)}` : place.name,
                  }
                : {})}
              {...(onGone ? { onClick: onGone } : {})}
            >
              <Icon size={17} stroke={1.7} aria-hidden="true" />
              {!narrow && <span>{place.name}</span>}
              {holdsReviews && <Waiting count={waiting} />}
            </To>
            {shows && place.inside && (
              <ul className={css.inside}>
                {place.inside.map((part) => (
                  <li key={part.to}>
                    <To
                      to={part.to}
                      className={css.part}
                      data-here={isAt(here, part.to) || undefined}
                      {...(isAt(here, part.to) ? { 'aria-current': 'page' as const } : {})}
                      {...(onGone ? { onClick: onGone } : {})}
                    >
                      {part.name}
                      {part.to === reviewsAt && <Waiting count={waiting} />}
                    </To>
                  </li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ul>
  );
}

const reviewsAt = 'reviews';
const sayWaiting = (count: number): string => plural(count, 'review waits for you', 'reviews wait for you');

/** How many reviews wait for you. */
function Waiting({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span className={css.waiting}>
      <span aria-hidden="true">{count}</span>
      <span className="visually-hidden">{sayWaiting(count)}</span>
    </span>
  );
}
