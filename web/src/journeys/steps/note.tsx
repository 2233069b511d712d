import { TextField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const note: Fields<'note'> = ({ step, onChange }) => (
  <TextField
    label="Words on the timeline"
    description="For colleagues; the person never sees them"
    path="text"
    value={step.text}
    max={2000}
    onChange={(text) => onChange({ text }, 'the words')}
  />
);
