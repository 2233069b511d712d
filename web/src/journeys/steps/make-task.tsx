import { DurationField, LineField, OwnerField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const makeTask: Fields<'make-task'> = ({ step, onChange }) => (
  <>
    <LineField
      label="What has to be done"
      path="title"
      value={step.title}
      max={300}
      onChange={(title) => onChange({ title }, 'the task')}
    />
    <OwnerField label="By whom" path="owner" value={step.owner} onChange={(owner) => onChange({ owner }, 'who does it')} />
    <DurationField label="Within" path="dueIn" value={step.dueIn} onChange={(dueIn) => onChange({ dueIn }, 'when it is due')} />
  </>
);
