import { DurationField, LineField, OwnerField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const handOver: Fields<'hand-over'> = ({ step, onChange }) => (
  <>
    <LineField
      label="Task"
      description="All automation for the person stands still until they are released"
      path="title"
      value={step.title}
      max={300}
      onChange={(title) => onChange({ title }, 'the task')}
    />
    <OwnerField label="Who takes over" path="owner" value={step.owner} onChange={(owner) => onChange({ owner }, 'who takes over')} />
    <DurationField label="Looked at within" path="dueIn" value={step.dueIn} onChange={(dueIn) => onChange({ dueIn }, 'when it is due')} />
  </>
);
