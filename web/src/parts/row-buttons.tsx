import { ActionIcon, Button } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** Takes one row of a form away; `label` names the row. */
export function RemoveRow({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <ActionIcon aria-label={label} data-tip="Remove" onClick={onClick}>
      <IconX size={15} />
    </ActionIcon>
  );
}

/** Adds a row to a form; stands under the rows. */
export function AddRow({ children, disabled = false, onClick }: { children: ReactNode; disabled?: boolean; onClick: () => void }) {
  return (
    <div>
      <Button size="xs" variant="subtle" color="gray" leftSection={<IconPlus size={14} />} disabled={disabled} onClick={onClick}>
        {children}
      </Button>
    </div>
  );
}
