import { useParams } from '@tanstack/react-router';
import { sayDuration } from '#contract/instant.ts';
import type { Reply } from '../api.ts';
import { To } from '../parts/address.tsx';
import { sayNumber, sayPercent } from '../parts/number.ts';
import { sayGoal } from './journey-columns.tsx';
import css from './journey-page.module.css';

/** How many are in it, came in and reached the goal, over all versions. */
export function JourneyFigures({ row }: { row: Reply<'listJourneys'>['items'][number] }) {
  const { key } = useParams({ strict: false }) as { key: string };
  return (
    <p className={css.figures}>
      <To to="people" search={{ journey: key }} className="text-link">
        {sayNumber(row.live)} in it now
      </To>
      <span>{sayNumber(row.entered)} entered</span>
      <span data-tip={sayGoal(row)}>
        {sayNumber(row.goalMet)} reached the goal
        {row.goal !== null &&
          row.goal.rate !== null &&
          ` (${sayPercent(row.goal.met, row.goal.of)} of who had ${sayDuration(row.goal.within)})`}
      </span>
    </p>
  );
}
