import { NumberInput, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Grade } from '#contract/definition-bodies.ts';
import { keyOf } from '../definitions/key-of.ts';
import { FormDialog } from '../parts/form-dialog.tsx';
import { said } from '../parts/notify.ts';
import { Bones } from '../parts/skeleton.tsx';
import { useChange, useRoute } from '../query.ts';
import css from './grade-form.module.css';

interface GradeFormProps {
  /** The key of the grade that is edited; a new one when missing. */
  of?: string;
  scores: readonly { key: string; name: string }[];
  taken: ReadonlySet<string>;
  onClose: () => void;
}

/** A grid of two scores: which of them gives the letter and which the digit, and from how much on. */
export function GradeForm({ of, scores, taken, onClose }: GradeFormProps) {
  const { data } = useRoute('getDefinition', { params: { kind: 'grade', key: of ?? '' } }, { enabled: of !== undefined });
  if (of !== undefined && !data)
    return (
      <FormDialog
        onClose={onClose}
        title="Grade"
        problem={null}
        action="Save draft"
        ready={false}
        busy={false}
        onSave={async () => undefined}
      >
        <Bones lines={5} />
      </FormDialog>
    );
  return <Form known={of === undefined ? null : { key: of, body: data!.draft as Grade }} scores={scores} taken={taken} onClose={onClose} />;
}

function Form({ known, scores, taken, onClose }: Omit<GradeFormProps, 'of'> & { known: { key: string; body: Grade } | null }) {
  const [body, setBody] = useState<Grade>(
    known?.body ?? {
      name: '',
      meaning: '',
      fit: scores.find((one) => one.key === 'fit')?.key ?? scores[0]?.key ?? '',
      engagement: scores.find((one) => one.key === 'engagement')?.key ?? scores[1]?.key ?? '',
      letters: [75, 50, 25],
      digits: [75, 50, 25],
    },
  );
  const put = useChange('putDefinition', ['listDefinitions', 'getDefinition']);
  const key = known?.key ?? keyOf(body.name);
  const used = known === null && taken.has(key);
  const falls = (steps: readonly number[]): boolean => steps[0]! > steps[1]! && steps[1]! > steps[2]!;
  const save = async (): Promise<void> => {
    await put.mutateAsync({ params: { kind: 'grade', key }, body: { body: { ...body, name: body.name.trim() } } });
    said('Saved as a draft. Publish it to have everybody graded.');
    onClose();
  };
  const steps = (of: 'letters' | 'digits', names: readonly string[]) => (
    <fieldset className={css.steps}>
      <legend>{of === 'letters' ? 'Letters, from how much on' : 'Digits, from how much on'}</legend>
      {names.map((name, index) => (
        <NumberInput
          key={name}
          label={name}
          value={body[of][index]!}
          hideControls
          onChange={(next) =>
            typeof next === 'number' &&
            setBody({ ...body, [of]: body[of].map((value, at) => (at === index ? next : value)) as Grade['letters'] })
          }
        />
      ))}
      <span className={css.rest}>{of === 'letters' ? 'D below' : '4 below'}</span>
      {!falls(body[of]) && <p className={css.error}>Each number must be less than the one before.</p>}
    </fieldset>
  );
  const data = scores.map((one) => ({ value: one.key, label: one.name }));
  return (
    <FormDialog
      onClose={onClose}
      title={known === null ? 'New grade' : `Edit ${known.body.name || known.key}`}
      problem={put.error}
      action="Save draft"
      ready={
        body.name.trim() !== '' &&
        key !== '' &&
        !used &&
        body.fit !== '' &&
        body.engagement !== '' &&
        falls(body.letters) &&
        falls(body.digits)
      }
      busy={put.isPending}
      onSave={save}
    >
      <p className="quiet">A grade says two things at once: A1 fits and is busy, A4 fits and is quiet, D1 is busy and does not fit.</p>
      <TextInput
        label="Name"
        value={body.name}
        maxLength={200}
        autoComplete="off"
        data-autofocus
        error={used ? 'There is a grade of this name.' : null}
        onChange={(event) => setBody({ ...body, name: event.currentTarget.value })}
      />
      <Select
        label="Who somebody is gives the letter"
        data={data}
        value={body.fit}
        allowDeselect={false}
        onChange={(fit) => setBody({ ...body, fit: fit ?? body.fit })}
      />
      {steps('letters', ['A', 'B', 'C'])}
      <Select
        label="What they do gives the digit"
        data={data}
        value={body.engagement}
        allowDeselect={false}
        onChange={(engagement) => setBody({ ...body, engagement: engagement ?? body.engagement })}
      />
      {steps('digits', ['1', '2', '3'])}
    </FormDialog>
  );
}
