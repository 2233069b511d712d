import { Autocomplete } from '@mantine/core';
import { sayNumber } from '../parts/number.ts';
import { useAsking } from './context.ts';
import css from './starters.module.css';

interface EventFieldProps {
  label: string;
  description?: string;
  /** Whether the label is only said, because the words stand beside the field. */
  quiet?: boolean;
  value: string;
  placeholder?: string;
  /** What the starter calls it: while nothing is said, it stands beside whether that came. */
  called?: string;
  onChange: (event: string) => void;
}

/** The name of an event: those that really came are offered, and beside any of them stands how often it did. */
export function EventField({ label, description, quiet = false, value, placeholder, called = '', onChange }: EventFieldProps) {
  const { seen } = useAsking();
  const names = (seen?.items ?? []).map((each) => each.name);
  return (
    <div className={css.event}>
      <Autocomplete
        {...(quiet ? { 'aria-label': label } : { label, ...(description ? { description } : {}) })}
        data={names}
        value={value}
        {...(placeholder ? { placeholder } : {})}
        maxLength={200}
        autoComplete="off"
        onChange={onChange}
      />
      {value.trim() === '' ? <EventSeen name={called} lead={`${called}: `} /> : <EventSeen name={value.trim()} />}
    </div>
  );
}

/** "seen 214 times in 30 days", "never seen in 30 days". */
function EventSeen({ name, lead = '' }: { name: string; lead?: string }) {
  const { seen } = useAsking();
  if (!seen || name === '') return <span className={css.seen} />;
  const found = seen.items.find((each) => each.name === name);
  if (!found && !seen.complete) return <span className={css.seen} />;
  return (
    <span className={css.seen} data-never={(!found && lead === '') || undefined}>
      {lead}
      {found
        ? `seen ${found.count >= 10_000 ? '10,000 times or more' : found.count === 1 ? 'once' : `${sayNumber(found.count)} times`} in ${seen.days} days`
        : `never seen in ${seen.days} days`}
    </span>
  );
}
