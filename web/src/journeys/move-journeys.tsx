import { ActionIcon, Autocomplete, Button } from '@mantine/core';
import { IconFolder, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import css from '../people/chosen-bar.module.css';
import { FormDialog } from '../parts/form-dialog.tsx';
import { said } from '../parts/notify.ts';
import { plural } from '../parts/number.ts';
import { useChange } from '../query.ts';
import type { JourneyRow } from './journey-lines.ts';

/** What can be done with the journeys that are chosen. */
export function ChosenJourneys({ rows, onMove, onClear }: { rows: readonly JourneyRow[]; onMove: () => void; onClear: () => void }) {
  if (rows.length === 0) return null;
  return (
    <div className={css.bar} role="toolbar" aria-label="Chosen journeys">
      <span>{plural(rows.length, 'journey')} chosen</span>
      <Button size="xs" variant="default" leftSection={<IconFolder size={14} />} onClick={onMove} data-keys="m">
        Put into a folder
      </Button>
      <ActionIcon size={24} onClick={onClear} aria-label="Choose none">
        <IconX size={15} />
      </ActionIcon>
    </div>
  );
}

/** Puts journeys into a folder, which their drafts say at once. */
export function MoveJourneys({
  rows,
  folders,
  onClose,
  onDone,
}: {
  rows: readonly JourneyRow[];
  folders: readonly string[];
  onClose: () => void;
  onDone: () => void;
}) {
  const same = new Set(rows.map((row) => row.folder));
  const [folder, setFolder] = useState(same.size === 1 ? rows[0]!.folder : '');
  const move = useChange('moveJourneys', ['listJourneys', 'getDefinition', 'listDefinitions']);
  const save = async (): Promise<void> => {
    const reply = await move.mutateAsync({ body: { keys: rows.map((row) => row.key), folder } });
    const what = rows.length === 1 ? rows[0]!.name : plural(rows.length, 'journey');
    said(reply.folder === '' ? `${what}: in no folder now.` : `${what}: in ${reply.folder} now.`);
    onDone();
  };
  return (
    <FormDialog
      onClose={onClose}
      title={rows.length === 1 ? `Folder of ${rows[0]!.name}` : `Folder of ${plural(rows.length, 'journey')}`}
      problem={move.error}
      action="Put there"
      busy={move.isPending}
      onSave={save}
    >
      <Autocomplete
        label="Folder"
        description="A / makes a folder within a folder; nothing takes them out of theirs"
        data={[...folders]}
        value={folder}
        onChange={setFolder}
        maxLength={100}
        data-autofocus
        autoComplete="off"
        comboboxProps={{ withinPortal: true }}
      />
      <p className="quiet">
        The list takes the folder from the draft, so it shows at once and changes nothing for people. What is published says it with the
        next version.
      </p>
    </FormDialog>
  );
}
