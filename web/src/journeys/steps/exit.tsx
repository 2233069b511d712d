import { LineField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const exit: Fields<'exit'> = ({ step, onChange }) => (
  <LineField
    label="Reason"
    description="Stands among how runs ended"
    path="reason"
    value={step.reason}
    onChange={(reason) => onChange({ reason }, 'the reason')}
  />
);
