import { KeyField, LineField, NumberField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const addPoints: Fields<'add-points'> = ({ step, onChange }) => (
  <>
    <KeyField label="Score" path="score" of="score" value={step.score} onChange={(score) => score && onChange({ score }, 'the score')} />
    <NumberField label="Points" path="points" value={step.points} decimals={3} onChange={(points) => onChange({ points }, 'the points')} />
    <LineField
      label="Because"
      description="Stands in the explanation of the score"
      path="because"
      value={step.because}
      onChange={(because) => onChange({ because }, 'why')}
    />
  </>
);
