import { DurationField, KeyField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const webhook: Fields<'webhook'> = ({ step, onChange }) => (
  <>
    <KeyField
      label="What is called"
      description="A template of the channel webhook"
      path="template"
      of="template"
      none="Still to be named"
      value={step.template}
      onChange={(template) => onChange({ template }, 'what is called')}
    />
    <KeyField label="Topic" path="topic" of="topic" value={step.topic} onChange={(topic) => topic && onChange({ topic }, 'the topic')} />
    <DurationField
      label="Wait for the answer at most"
      path="timeout"
      value={step.timeout}
      onChange={(timeout) => onChange({ timeout }, 'how long at most')}
    />
  </>
);
