import { LineField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const goal: Fields<'goal'> = ({ step, onChange }) => (
  <LineField label="What they have reached" path="name" value={step.name} onChange={(name) => onChange({ name }, 'the goal')} />
);
