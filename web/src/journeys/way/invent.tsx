import { Autocomplete, Checkbox, MultiSelect, Select, TextInput } from '@mantine/core';
import type { Invented } from '#contract/trial.ts';
import { useStages } from '../../parts/stage-badge.tsx';
import { useRoute } from '../../query.ts';
import { useWorkspace } from '../../session/workspace.tsx';
import { ValueRows } from './value-rows.tsx';
import css from './way.module.css';

const zones = Intl.supportedValuesOf('timeZone');

/** Somebody who does not exist, as far as a journey can ask about them. */
export function Invent({ value, onChange }: { value: Invented; onChange: (value: Invented) => void }) {
  const stages = useStages();
  const { zone } = useWorkspace();
  const segments = (useRoute('listDefinitions', { query: { kind: 'segment' } }, { staleTime: 60_000 }).data?.items ?? []).filter(
    (row) => row.version !== null,
  );
  const set = (part: Partial<Invented>): void => onChange({ ...value, ...part });
  return (
    <div className={css.invent}>
      <TextInput
        label="Address"
        value={value.email ?? ''}
        placeholder="None is known"
        autoComplete="off"
        onChange={(event) => set({ email: event.currentTarget.value.trim() || null })}
      />
      <Checkbox
        label="Has agreed to marketing"
        checked={value.consent}
        onChange={(event) => set({ consent: event.currentTarget.checked })}
      />
      <div className={css.pair}>
        <Select
          label="Stage"
          placeholder="No stage"
          clearable
          data={stages.map(({ key, name }) => ({ value: key, label: name }))}
          value={value.stage}
          onChange={(stage) => set({ stage })}
        />
        <Autocomplete
          label="Time zone"
          placeholder={zone}
          data={zones}
          limit={20}
          value={value.zone ?? ''}
          autoComplete="off"
          onChange={(text) => set({ zone: text.trim() || null })}
        />
      </div>
      <MultiSelect
        label="Belongs to"
        placeholder={value.segments.length === 0 ? 'What the rules say' : ''}
        searchable
        data={segments.map(({ key, name }) => ({ value: key, label: name }))}
        value={value.segments}
        onChange={(next) => set({ segments: next })}
      />
      <ValueRows label="Traits" of="a trait" first={value.traits} onChange={(traits) => set({ traits })} />
    </div>
  );
}
