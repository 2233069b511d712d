import { MultiSelect, Switch, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import type { CapPolicy } from '#contract/cap-policy.ts';
import { countryCodes } from '#contract/field.ts';
import { AddRow, RemoveRow } from '../parts/row-buttons.tsx';
import { useWorkspace } from '../session/workspace.tsx';
import { DurationInput } from './duration-input.tsx';
import css from './settings.module.css';

type Hours = NonNullable<CapPolicy['quietHours']>;
type Quiet = Pick<CapPolicy, 'quietHours' | 'quietElsewhere'>;
const night: Hours = { from: '21:00', to: '08:00', answersWithin: 'PT0S' };

/** From when to when, and what is excepted. */
function Night<H extends Hours>({ hours, of, onChange }: { hours: H; of: string; onChange: (hours: H) => void }) {
  const time = (part: 'from' | 'to', label: string) => (
    <TextInput
      type="time"
      aria-label={`${label}${of}`}
      value={hours[part]}
      onChange={(event) => event.currentTarget.value && onChange({ ...hours, [part]: event.currentTarget.value })}
      w={132}
    />
  );
  return (
    <>
      <div>
        <span>From</span>
        {time('from', 'From')}
        <span>to</span>
        {time('to', 'To')}
      </div>
      <div>
        <span>Except answers to what the person did in the last</span>
        <DurationInput
          label={`Answers within${of}`}
          value={hours.answersWithin}
          min={0}
          onChange={(answersWithin) => onChange({ ...hours, answersWithin })}
        />
      </div>
      {hours.channels && <p className="faint">Only on {hours.channels.join(', ')}, as the definition says.</p>}
    </>
  );
}

/** When marketing keeps quiet: in general, and in some countries. */
export function QuietRows({ kept, quiet, onChange }: { kept: Quiet; quiet: Quiet; onChange: (quiet: Partial<Quiet>) => void }) {
  const { language } = useWorkspace();
  const countries = useMemo(() => {
    const names = new Intl.DisplayNames([language], { type: 'region' });
    return [...countryCodes]
      .map((value) => ({ value, label: names.of(value) ?? value }))
      .sort((a, b) => a.label.localeCompare(b.label, language));
  }, [language]);
  const { quietHours, quietElsewhere } = quiet;
  const set = (index: number, part: Partial<CapPolicy['quietElsewhere'][number]>): void =>
    onChange({ quietElsewhere: quietElsewhere.map((each, at) => (at === index ? { ...each, ...part } : each)) });
  return (
    <>
      <Switch
        label="Keep quiet"
        checked={quietHours !== null}
        onChange={(event) => onChange({ quietHours: event.currentTarget.checked ? (kept.quietHours ?? night) : null })}
      />
      {quietHours && (
        <div className={css.caps}>
          <Night hours={quietHours} of="" onChange={(next) => onChange({ quietHours: next })} />
        </div>
      )}
      {quietElsewhere.map((hours, index) => (
        <div key={index} className={css.caps}>
          <div>
            <span>In</span>
            <MultiSelect
              aria-label="Countries"
              data={countries}
              value={hours.countries}
              searchable
              placeholder={hours.countries.length === 0 ? 'Choose countries' : ''}
              nothingFoundMessage="No such country"
              w={320}
              onChange={(next) => set(index, { countries: next })}
            />
            <span>instead</span>
            <RemoveRow label="Remove these quiet hours" onClick={() => onChange({ quietElsewhere: quietElsewhere.toSpliced(index, 1) })} />
          </div>
          <Night hours={hours} of={` in ${hours.countries.join(', ')}`} onChange={(next) => set(index, next)} />
        </div>
      ))}
      <AddRow
        disabled={quietElsewhere.length >= 50}
        onClick={() => onChange({ quietElsewhere: [...quietElsewhere, { ...(quietHours ?? night), countries: [] }] })}
      >
        Other hours in some countries
      </AddRow>
    </>
  );
}
