import { useAround } from './context.ts';
import { KeyField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const startJourney: Fields<'start-journey'> = ({ step, onChange }) => (
  <KeyField
    label="Journey"
    description="By its entry for people whom another journey sends in; this one goes on"
    path="journey"
    of="journey"
    not={useAround().journeyKey}
    value={step.journey}
    onChange={(journey) => journey && onChange({ journey }, 'the journey')}
  />
);
