import { StageField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const moveStage: Fields<'move-stage'> = ({ step, onChange }) => (
  <StageField
    label="To the stage"
    description="The lifecycle may refuse the move"
    path="to"
    value={step.to}
    onChange={(to) => to && onChange({ to }, 'the stage')}
  />
);
