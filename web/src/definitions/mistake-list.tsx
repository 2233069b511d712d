import type { Mistake } from '#contract/problems.ts';
import { CircleDrawing } from '../map/circle.tsx';
import css from './mistake-list.module.css';

export interface Place extends Mistake {
  /** The line of the text on which it stands, where that is known. */
  line?: number | null;
}

/** Mistakes of a draft, each with its place; `onOpen` jumps there. */
export function MistakeList<P extends Place>({ places, onOpen }: { places: readonly P[]; onOpen?: (place: P) => void }) {
  return (
    <ul className={css.mistakes}>
      {places.map((place) => {
        const words = (
          <>
            <span className={css.place}>
              <code>{place.path || 'all of it'}</code>
              {typeof place.line === 'number' && <span className={css.line}>line {place.line}</span>}
            </span>
            <span className={css.message}>{place.circle ? 'It turns for ever although nobody does anything:' : place.message}</span>
            {place.mend && <span className={css.mend}>{place.mend}</span>}
          </>
        );
        return (
          <li key={`${place.path} ${place.message} ${place.line}`}>
            {onOpen ? (
              <button type="button" className={css.mistake} onClick={() => onOpen(place)}>
                {words}
              </button>
            ) : (
              <div className={css.mistake}>{words}</div>
            )}
            {place.circle && <CircleDrawing circle={place.circle} />}
          </li>
        );
      })}
    </ul>
  );
}
