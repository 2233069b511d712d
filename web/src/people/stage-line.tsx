import { hue, useStages } from '../parts/stage-badge.tsx';
import css from './stage-line.module.css';

/** The line that gives the product its name: all stages in order, and where this person stands on it. */
export function StageLine({ stage }: { stage: string | null }) {
  const stages = useStages();
  const here = stages.findIndex((row) => row.key === stage);
  if (stages.length === 0) return null;
  return (
    <ol className={css.line} aria-label="Lifecycle">
      {stages.map((row, index) => (
        <li
          key={row.key}
          style={hue(row.hue)}
          data-is={index === here ? 'here' : index < here ? 'before' : 'after'}
          {...(index === here ? { 'aria-current': 'step' as const } : {})}
          data-tip={row.meaning}
        >
          <span className={css.dot} aria-hidden="true" />
          <span className={css.name}>{row.name}</span>
        </li>
      ))}
    </ol>
  );
}
