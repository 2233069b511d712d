import { Radio, Select, Textarea, TextInput } from '@mantine/core';
import type { ImportDetail } from '#contract/routes/imports.ts';
import type { BasisDraft } from './basis-draft.ts';
import css from './import.module.css';

const reasons: { value: NonNullable<BasisDraft['basis']>; label: string; description: string }[] = [
  {
    value: 'consent',
    label: 'They agreed to marketing',
    description: 'It is recorded for each, with the words, the proof and the date. A withdrawal stands.',
  },
  { value: 'contract', label: 'There is a contract with them', description: 'What belongs to it may be sent. No marketing.' },
  { value: 'legitimate-interest', label: 'A legitimate interest was weighed', description: 'It is kept beside the import. No marketing.' },
  { value: 'none', label: 'No reason is known', description: 'They are imported and get no marketing.' },
];

/** Why the people of a file may be written to. */
export function Basis({
  draft,
  onChange,
  columns,
}: {
  draft: BasisDraft;
  onChange: (draft: BasisDraft) => void;
  columns: ImportDetail['columns'];
}) {
  const set = (part: Partial<BasisDraft>): void => onChange({ ...draft, ...part });
  return (
    <div className={css.basis}>
      <Radio.Group
        aria-label="Why they may be written to"
        value={draft.basis}
        onChange={(basis) => set({ basis: basis as BasisDraft['basis'] })}
      >
        <div className={css.reasons}>
          {reasons.map((reason) => (
            <Radio key={reason.value} value={reason.value} label={reason.label} description={reason.description} />
          ))}
        </div>
      </Radio.Group>
      {draft.basis === 'consent' && (
        <div className={css.proof}>
          <Textarea
            label="The exact words that they agreed to"
            value={draft.wording}
            onChange={(event) => set({ wording: event.currentTarget.value })}
            autosize
            minRows={2}
            maxLength={1000}
          />
          <TextInput
            label="Where the proof lies"
            placeholder="Sign-up sheets 2025, folder 12"
            value={draft.proof}
            onChange={(event) => set({ proof: event.currentTarget.value })}
            maxLength={500}
          />
          <Radio.Group label="When they agreed" value={draft.when} onChange={(when) => set({ when: when as BasisDraft['when'] })}>
            <div className={css.when}>
              <Radio value="date" label="All on one day" />
              <Radio value="column" label="A column says it" />
            </div>
          </Radio.Group>
          {draft.when === 'date' ? (
            <TextInput
              type="date"
              aria-label="The day"
              value={draft.on}
              onChange={(event) => set({ on: event.currentTarget.value })}
              maw={200}
            />
          ) : (
            <Select
              aria-label="The column with the date"
              placeholder="Choose the column"
              description="Dates as 2026-03-01 or 01.03.2026. Whoever has none is imported without consent."
              data={columns.map((column, index) => ({ value: String(index), label: column.name }))}
              value={draft.column === null ? null : String(draft.column)}
              onChange={(next) => set({ column: next === null ? null : Number(next) })}
              maw={340}
            />
          )}
        </div>
      )}
      {(draft.basis === 'contract' || draft.basis === 'legitimate-interest') && (
        <TextInput
          label={draft.basis === 'contract' ? 'Which contract' : 'Whose interest, and where it was weighed'}
          value={draft.note}
          onChange={(event) => set({ note: event.currentTarget.value })}
          maxLength={500}
          maw={520}
        />
      )}
    </div>
  );
}
