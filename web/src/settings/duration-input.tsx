import { NumberInput, Select } from '@mantine/core';
import { day, durationMs, hour, minute } from '#contract/instant.ts';
import css from './settings.module.css';

const units = { minutes: minute, hours: hour, days: day } as const;
type Unit = keyof typeof units;
const write = (count: number, unit: Unit): string => (unit === 'days' ? `P${count}D` : unit === 'hours' ? `PT${count}H` : `PT${count}M`);

/** The largest unit that the duration is a whole number of. */
function read(duration: string): { count: number; unit: Unit } {
  const ms = durationMs(duration) ?? 0;
  const unit = (['days', 'hours'] as const).find((one) => ms > 0 && ms % units[one] === 0) ?? 'minutes';
  return { count: Math.round(ms / units[unit]), unit };
}

/** An ISO 8601 duration as a number and a unit. */
export function DurationInput({
  value,
  onChange,
  label,
  min = 1,
}: {
  value: string;
  onChange: (value: string) => void;
  label: string;
  min?: number;
}) {
  const { count, unit } = read(value);
  return (
    <span className={css.duration}>
      <NumberInput
        aria-label={label}
        value={count}
        min={min}
        max={999}
        clampBehavior="strict"
        allowDecimal={false}
        allowNegative={false}
        hideControls
        w={64}
        onChange={(next) => typeof next === 'number' && onChange(write(next, unit))}
      />
      <Select
        aria-label={`${label}, unit`}
        data={Object.keys(units).map((value) => ({ value, label: count === 1 ? value.slice(0, -1) : value }))}
        value={unit}
        w={104}
        allowDeselect={false}
        onChange={(next) => onChange(write(count, (next ?? 'days') as Unit))}
      />
    </span>
  );
}
