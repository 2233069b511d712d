import { DurationField, LineField, OwnerField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const approve: Fields<'approve'> = ({ step, onChange }) => (
  <>
    <LineField
      label="Question"
      description="Until somebody says yes, nothing that follows goes out"
      path="question"
      value={step.question}
      max={300}
      onChange={(question) => onChange({ question }, 'the question')}
    />
    <OwnerField label="Who is asked" path="owner" value={step.owner} onChange={(owner) => onChange({ owner }, 'who is asked')} />
    <DurationField label="At most" path="timeout" value={step.timeout} onChange={(timeout) => onChange({ timeout }, 'how long at most')} />
  </>
);
