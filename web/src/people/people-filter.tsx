import { Menu } from '@mantine/core';
import { IconChevronDown, IconX } from '@tabler/icons-react';
import type { Search } from '../parts/address.tsx';
import { StageDot, useStages } from '../parts/stage-badge.tsx';
import { useRoute } from '../query.ts';
import css from './people-filter.module.css';

interface Choice {
  value: string;
  label: string;
  hue?: number;
}

/** One word of the sentence: what it says now, and what else it could say. */
function Word({ lead, anything, choices, value, onChange }: { lead: string; anything: string; choices: Choice[]; value: string | undefined; onChange: (value: string | undefined) => void }) {
  const chosen = choices.find((choice) => choice.value === value);
  return (
    <span className={css.word} data-on={value !== undefined || undefined}>
      <Menu width={220} position="bottom-start">
        <Menu.Target>
          <button type="button" className={css.pick}>
            <span className={css.lead}>{lead}</span> {value === undefined ? anything : (chosen?.label ?? value)}
            {value === undefined && <IconChevronDown size={13} aria-hidden="true" />}
          </button>
        </Menu.Target>
        <Menu.Dropdown mah={320} style={{ overflow: 'auto' }}>
          <Menu.Item onClick={() => onChange(undefined)}>{anything}</Menu.Item>
          {choices.map((choice) => (
            <Menu.Item key={choice.value} leftSection={choice.hue === undefined ? null : <StageDot hue={choice.hue} />} onClick={() => onChange(choice.value)}>{choice.label}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {value !== undefined && (
        <button type="button" className={css.clear} onClick={() => onChange(undefined)} aria-label={`Take "${lead} ${chosen?.label ?? value}" away`}>
          <IconX size={13} />
        </button>
      )}
    </span>
  );
}

/** The filter, written as a sentence: in Consult, in segment Active, on journey Welcome. */
export function PeopleFilter({ address, onChange }: { address: Search; onChange: (change: Search) => void }) {
  const stages = useStages();
  const segments = useRoute('listDefinitions', { query: { kind: 'segment' } }, { staleTime: 60_000 });
  const journeys = useRoute('listJourneys', undefined, { staleTime: 60_000 });
  const set = (key: string) => (value: string | undefined) => onChange({ [key]: value, peek: undefined });
  return (
    <>
      <Word
        lead="in" anything="any stage" value={address.stage} onChange={set('stage')}
        choices={[...stages.map((stage) => ({ value: stage.key, label: stage.name, hue: stage.hue })), { value: 'none', label: 'no stage' }]}
      />
      <Word lead="in" anything="any segment" value={address.segment} onChange={set('segment')} choices={(segments.data?.items ?? []).filter((row) => row.version !== null).map((row) => ({ value: row.key, label: row.name }))} />
      <Word lead="on" anything="any journey" value={address.journey} onChange={set('journey')} choices={(journeys.data?.items ?? []).map((row) => ({ value: row.key, label: row.name }))} />
    </>
  );
}
