import { Menu } from '@mantine/core';
import { IconChevronDown, IconX } from '@tabler/icons-react';
import css from './filter-word.module.css';
import { StageDot } from './stage-badge.tsx';

interface Choice {
  value: string;
  label: string;
  hue?: number;
}

/** One word of a filter that reads as a sentence: what it says now, and what else it could say. */
export function FilterWord({
  lead,
  anything,
  choices,
  value,
  onChange,
}: {
  lead: string;
  anything: string;
  choices: Choice[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
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
            <Menu.Item
              key={choice.value}
              leftSection={choice.hue === undefined ? null : <StageDot hue={choice.hue} />}
              onClick={() => onChange(choice.value)}
            >
              {choice.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {value !== undefined && (
        <button
          type="button"
          className={css.clear}
          onClick={() => onChange(undefined)}
          aria-label={`Take "${lead} ${chosen?.label ?? value}" away`}
        >
          <IconX size={13} />
        </button>
      )}
    </span>
  );
}
