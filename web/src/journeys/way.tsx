import { IconPlus } from '@tabler/icons-react';
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo, useState } from 'react';
import { sayNumber } from '../parts/number.ts';
import { carried, carries, useActs } from './canvas-acts.ts';
import css from './canvas.module.css';
import type { Mark } from './compare-outline.ts';
import type { Spot } from './edit/ways.ts';
import { type PlacedEdge, pathOf } from './lay-out.ts';

export type WayEdge = Edge<
  { edge: PlacedEdge; share: number; stop: boolean; mark: Mark | undefined; way: 'gone' | 'off' | undefined },
  'way'
>;

/** A way between two steps: what is written on it, how many took it, and where the journey is edited a place to put something. */
export const Way = memo(function Way({ data }: EdgeProps<WayEdge>) {
  const acts = useActs();
  if (!data) return null;
  const { edge, share, stop, mark, way } = data;
  const hasPlus = acts.edit !== undefined;
  return (
    <>
      <BaseEdge
        path={pathOf(edge.points, edge.back)}
        className={css.way ?? ''}
        style={{ strokeWidth: way === undefined ? 1.25 + share * 3.75 : way === 'gone' ? 3 : 1.25 }}
        data-taken={(way === undefined && edge.count > 0) || undefined}
        data-way={way}
        data-mark={mark}
      />
      {(edge.label !== '' || hasPlus) && (
        <EdgeLabelRenderer>
          <div className={css.onWay} style={{ transform: `translate(-50%, -50%) translate(${edge.labelAt.x}px, ${edge.labelAt.y}px)` }}>
            {edge.label !== '' && (
              <div className={css.label}>
                <span className="clip">{edge.label}</span>
                {edge.count > 0 && <strong>{sayNumber(edge.count)}</strong>}
              </div>
            )}
            {hasPlus && <Plus spot={{ from: edge.from, at: edge.ways[0]! }} label={edge.label} stop={stop} />}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

function Plus({ spot, label, stop }: { spot: Spot; label: string; stop: boolean }) {
  const { edit } = useActs();
  const [over, setOver] = useState(false);
  return (
    <button
      type="button"
      className={`${css.plus} nopan`}
      data-spot={`${spot.from}/${spot.at.join('.')}`}
      data-over={over || undefined}
      tabIndex={stop ? 0 : -1}
      aria-label={`Insert a step after ${spot.from}${label === '' ? '' : `, ${label}`}`}
      onClick={(event) => edit?.ask(spot, event.currentTarget)}
      onDragOver={(event) => {
        if (!carries(event.dataTransfer)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        edit?.drop(spot, carried(event.dataTransfer));
      }}
    >
      <IconPlus size={14} stroke={2} aria-hidden="true" />
    </button>
  );
}
