import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconKeyboard, IconPhotoDown } from '@tabler/icons-react';
import type { Reply } from '../../api.ts';
import { To } from '../../parts/address.tsx';
import type { History } from '../../parts/history.ts';
import { plural } from '../../parts/number.ts';
import { RehearseButton } from '../../rehearsals/rehearse-button.tsx';
import { DiscardDraft } from './discard-draft.tsx';
import css from './edit-journey.module.css';
import { UndoButtons } from './undo-buttons.tsx';

interface EditBarProps<T> {
  definition: Reply<'getDefinition'>;
  save: () => Promise<boolean>;
  /** Mails that it sends and whose drafts wait. */
  pending: readonly { key: string }[];
  errors: number;
  findings: number;
  panel: 'step' | 'settings' | 'problems' | null;
  /** Opens a panel, or closes it again. */
  onPanel: (panel: 'settings' | 'problems') => void;
  history: History<T>;
  onHistory: (history: History<T>) => void;
  /** Whether it is being tried with somebody. */
  isTried: boolean;
  onTry: () => void;
  onEntry: () => void;
  onPicture: (format: 'svg' | 'png') => void;
  onHelp: () => void;
  onLeave: () => void;
}

/** What stands over the canvas: what is wrong, the settings, undo and redo, the picture, the ways out. */
export function EditBar<T>(props: EditBarProps<T>) {
  const {
    definition,
    save,
    pending,
    errors,
    findings,
    panel,
    onPanel,
    history,
    onHistory,
    isTried,
    onTry,
    onEntry,
    onPicture,
    onHelp,
    onLeave,
  } = props;
  const never = definition.version === null;
  return (
    <>
      <Button
        size="xs"
        variant={errors > 0 ? 'light' : 'default'}
        color={errors > 0 ? 'red' : 'gray'}
        className={css.fixed ?? ''}
        aria-expanded={panel === 'problems'}
        data-keys="p"
        data-tip="What is wrong or left open"
        onClick={() => onPanel('problems')}
      >
        {errors > 0 ? plural(errors, 'error') : findings > 0 ? plural(findings, 'thing left open', 'things left open') : 'No mistakes'}
      </Button>
      <Button
        size="xs"
        variant="default"
        className={css.fixed ?? ''}
        aria-expanded={panel === 'settings'}
        data-keys=","
        data-tip="Name, goal, who may go through"
        onClick={() => onPanel('settings')}
      >
        Settings
      </Button>
      <Button
        size="xs"
        variant="default"
        className={css.fixed ?? ''}
        aria-expanded={isTried}
        data-keys="t"
        data-tip="The way that one person would take"
        onClick={onTry}
      >
        Try with a person
      </Button>
      <RehearseButton
        drafts={[{ kind: 'journey', key: definition.key }, ...pending.map(({ key }) => ({ kind: 'template' as const, key }))]}
        save={save}
        lacks={errors > 0 ? 'Mend the errors first' : undefined}
        className={css.fixed}
      />
      <Button size="xs" variant="default" className={css.fixed ?? ''} onClick={onEntry}>
        Add an entry
      </Button>
      <UndoButtons history={history} onHistory={onHistory} />
      <span className={css.space} />
      <Menu position="bottom-end" width={160}>
        <Menu.Target>
          <ActionIcon aria-label="Save as a picture" data-tip="Save as a picture">
            <IconPhotoDown size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {(['svg', 'png'] as const).map((format) => (
            <Menu.Item key={format} onClick={() => onPicture(format)}>
              As {format.toUpperCase()}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ActionIcon
        className={css.keys ?? ''}
        aria-label="Keys of the canvas"
        data-tip="Keys of the canvas"
        data-keys="?"
        onClick={() => onHelp()}
      >
        <IconKeyboard size={16} />
      </ActionIcon>
      <DiscardDraft definition={definition} save={save} />
      <Button
        component={To}
        to={`definitions/journey/${definition.key}`}
        size="xs"
        variant="subtle"
        color="gray"
        className={css.fixed ?? ''}
      >
        Text
      </Button>
      <Button size="xs" variant="subtle" color="gray" className={css.fixed ?? ''} onClick={onLeave}>
        {never ? 'Look at it' : 'Back to what is live'}
      </Button>
    </>
  );
}
