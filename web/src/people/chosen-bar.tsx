import { ActionIcon, Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import type { PersonRow } from '#contract/routes/people.ts';
import { said } from '../parts/notify.ts';
import { plural } from '../parts/number.ts';
import css from './chosen-bar.module.css';

/** What can be done with the rows that are chosen. */
export function ChosenBar({ rows, onClear }: { rows: PersonRow[]; onClear: () => void }) {
  const clipboard = useClipboard();
  if (rows.length === 0) return null;
  const addresses = rows.flatMap((row) => (row.email ? [row.email] : []));
  const copy = (text: string, what: string): void => {
    clipboard.copy(text);
    said(`${what} copied.`);
  };
  return (
    <div className={css.bar} role="toolbar" aria-label="Chosen people">
      <span>{plural(rows.length, 'person', 'people')} chosen</span>
      <Button
        size="xs"
        variant="default"
        disabled={addresses.length === 0}
        onClick={() => copy(addresses.join('\n'), plural(addresses.length, 'address', 'addresses'))}
      >
        Copy addresses
      </Button>
      <Button size="xs" variant="default" onClick={() => copy(rows.map((row) => row.id).join('\n'), plural(rows.length, 'id'))}>
        Copy ids
      </Button>
      <ActionIcon size={24} onClick={onClear} aria-label="Choose nobody">
        <IconX size={15} />
      </ActionIcon>
    </div>
  );
}
