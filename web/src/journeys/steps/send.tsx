import { Select } from '@mantine/core';
import { AddRow, RemoveRow } from '../../parts/row-buttons.tsx';
import { MailEditor } from '../mail/mail-editor.tsx';
import { useAround } from './context.ts';
import { DurationField, KeyField, LineField, ListField } from './fields.tsx';
import css from './fields.module.css';
import type { Fields } from './kind.ts';
import { RuleField } from './rule-field.tsx';

const held = {
  wait: 'Wait until it may, or has expired',
  drop: 'Drop it',
  best: 'Let the best of those that wait take its place',
};

export const send: Fields<'send'> = ({ step, onChange }) => {
  const { usual, vocabulary } = useAround();
  const { variants } = step;
  const set = (index: number, part: Partial<(typeof variants)[number]>): void =>
    onChange({ variants: variants.map((each, at) => (at === index ? { ...each, ...part } : each)) }, 'other content');
  return (
    <>
      <KeyField
        label="Content"
        path="template"
        of="template"
        none="Still to be written"
        value={step.template}
        onChange={(template) => onChange({ template }, 'the content')}
      />
      <div data-field="mail">
        <MailEditor
          key={step.template ?? ''}
          template={step.template}
          topic={step.topic}
          onMade={(template) => onChange({ template }, 'the content')}
        />
      </div>
      <KeyField label="Topic" path="topic" of="topic" value={step.topic} onChange={(topic) => topic && onChange({ topic }, 'the topic')} />
      <KeyField
        label="Offer"
        description="Not sent while another offer to the person is open"
        path="offer"
        of="offer"
        none="None"
        value={step.offer ?? null}
        onChange={(offer) => onChange({ offer: offer ?? undefined }, 'the offer')}
      />
      <DurationField
        label="Not sent later than"
        description="After it was due"
        path="expires"
        value={step.expires}
        onChange={(expires) => onChange({ expires }, 'when it expires')}
      />
      <Select
        label="When it may not go out now"
        data={Object.entries(held).map(([value, label]) => ({ value, label }))}
        value={step.ifHeld}
        allowDeselect={false}
        data-field="ifHeld"
        onChange={(ifHeld) => ifHeld && onChange({ ifHeld: ifHeld as 'wait' }, 'what becomes of it')}
      />
      <ListField
        label="Needs these traits"
        description="Whoever lacks one of them takes the way “needs data”"
        path="needs"
        value={step.needs}
        offered={vocabulary.traits.map((each) => each.path)}
        onChange={(needs) =>
          onChange(
            { needs, onMissing: needs.length === 0 ? undefined : step.onMissing === undefined ? step.next : step.onMissing },
            'what it needs',
          )
        }
      />
      {variants.map((variant, index) => (
        <div key={index} className={css.part} data-field={`variants.${index}`}>
          <div className={css.row}>
            <LineField
              label="Other content for"
              path={`variants.${index}.label`}
              value={variant.label}
              onChange={(label) => set(index, { label })}
            />
            <RemoveRow
              label={`Remove the content for ${variant.label}`}
              onClick={() => onChange({ variants: variants.toSpliced(index, 1) }, 'other content')}
            />
          </div>
          <RuleField label="Sent when" path={`variants.${index}.when`} value={variant.when} onChange={(when) => set(index, { when })} />
          <KeyField
            label="Content"
            path={`variants.${index}.template`}
            of="template"
            value={variant.template}
            onChange={(template) => template && set(index, { template })}
          />
        </div>
      ))}
      <AddRow
        disabled={variants.length >= 20}
        onClick={() =>
          onChange(
            {
              variants: [
                ...variants,
                { label: 'Some', when: { event: { name: usual.event, since: 'journey' } }, template: step.template ?? '' },
              ],
            },
            'other content',
          )
        }
      >
        Other content for some
      </AddRow>
    </>
  );
};
