import { AddRow, RemoveRow } from '../../parts/row-buttons.tsx';
import { DurationField, KeyField, LineField } from './fields.tsx';
import css from './fields.module.css';
import type { Fields } from './kind.ts';
import { MaybeRuleField } from './rule-field.tsx';

export const nurture: Fields<'nurture'> = ({ step, onChange }) => {
  const { contents } = step;
  return (
    <>
      <LineField
        label="Stream"
        description="By this name people remember what they have had, in whatever journey"
        path="stream"
        value={step.stream}
        max={63}
        onChange={(stream) => onChange({ stream }, 'the stream')}
      />
      {contents.map((content, index) => (
        <div key={index} className={css.part} data-field={`contents.${index}`}>
          <div className={css.row}>
            <KeyField
              label={`Content ${index + 1}`}
              path={`contents.${index}.template`}
              of="template"
              value={content.template}
              onChange={(template) => template && onChange({ contents: contents.with(index, { ...content, template }) }, 'the contents')}
            />
            {contents.length > 1 && (
              <RemoveRow
                label={`Remove content ${index + 1}`}
                onClick={() => onChange({ contents: contents.toSpliced(index, 1) }, 'the contents')}
              />
            )}
          </div>
          <MaybeRuleField
            label="For"
            path={`contents.${index}.when`}
            add="Only to some"
            value={content.when}
            onChange={(when) =>
              onChange({ contents: contents.with(index, { template: content.template, ...(when ? { when } : {}) }) }, 'who gets it')
            }
          />
        </div>
      ))}
      <AddRow disabled={contents.length >= 100} onClick={() => onChange({ contents: [...contents, { template: '' }] }, 'the contents')}>
        Add a content
      </AddRow>
      <KeyField label="Topic" path="topic" of="topic" value={step.topic} onChange={(topic) => topic && onChange({ topic }, 'the topic')} />
      <DurationField label="From one to the next" path="every" value={step.every} onChange={(every) => onChange({ every }, 'how often')} />
      <DurationField
        label="Not sent later than"
        description="After it was due"
        path="expires"
        value={step.expires}
        onChange={(expires) => onChange({ expires }, 'when it expires')}
      />
      <MaybeRuleField
        label="Nothing is sent while"
        path="pause"
        add="Pause while something holds"
        value={step.pause}
        onChange={(pause) => onChange({ pause }, 'when it pauses')}
      />
    </>
  );
};
