import type { Circle } from '#contract/map.ts';
import { To } from '../parts/address.tsx';
import css from './circle.module.css';
import { lookOf, placeOf } from './looks.ts';

/** A circle of definitions, drawn from top to bottom with the way back beside it; each leads to the definition. */
export function CircleDrawing({ circle }: { circle: Circle }) {
  return (
    <div className={css.circle} data-endless={circle.endless || undefined} role="group" aria-label={`Circle: ${circle.says}`}>
      <ol className={css.hops}>
        {circle.hops.map(({ kind, key, name, does }, index) => {
          const { icon: Icon, name: what } = lookOf(kind);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a circle may come by a definition twice
            <li key={index}>
              <To to={placeOf(kind, key)} className={css.hop ?? ''}>
                <Icon size={15} stroke={1.7} aria-hidden="true" />
                <span className="visually-hidden">{what}</span>
                <span className="clip">{name}</span>
              </To>
              <span className={css.does}>{does}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
