import { useAround } from './context.ts';
import { KeyField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const endJourney: Fields<'end-journey'> = ({ step, onChange }) => (
  <KeyField
    label="Journey"
    description="They are taken out of it, wherever they stand in it"
    path="journey"
    of="journey"
    not={useAround().journeyKey}
    value={step.journey}
    onChange={(journey) => journey && onChange({ journey }, 'the journey')}
  />
);
