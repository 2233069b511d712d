import { ActionIcon, Menu } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconHistory } from '@tabler/icons-react';
import { type History, redo, undo } from '../../parts/history.ts';
import { upper } from '../../parts/upper.ts';
import css from './edit-journey.module.css';

/** Undo and redo say what they do; the log goes back to any step at once. */
export function UndoButtons<T>({ history, onHistory }: { history: History<T>; onHistory: (history: History<T>) => void }) {
  const last = history.past.at(-1)?.did;
  const next = history.future[0]?.did;
  const backBy = (count: number): History<T> => Array.from({ length: count }).reduce<History<T>>((now) => undo(now), history);
  return (
    <>
      <ActionIcon
        className={css.tool ?? ''}
        aria-label={last === undefined ? 'Undo' : `Undo: ${last}`}
        data-tip={last === undefined ? 'Nothing to undo' : `Undo: ${last}`}
        data-keys="Ctrl Z"
        disabled={last === undefined}
        onClick={() => onHistory(undo(history))}
      >
        <IconArrowBackUp size={16} />
      </ActionIcon>
      <ActionIcon
        className={css.tool ?? ''}
        aria-label={next === undefined ? 'Redo' : `Redo: ${next}`}
        data-tip={next === undefined ? 'Nothing to redo' : `Redo: ${next}`}
        data-keys="Ctrl Shift Z"
        disabled={next === undefined}
        onClick={() => onHistory(redo(history))}
      >
        <IconArrowForwardUp size={16} />
      </ActionIcon>
      <Menu position="bottom-start" width={320}>
        <Menu.Target>
          <ActionIcon className={css.tool ?? ''} aria-label="What was done" data-tip="What was done" disabled={history.past.length === 0}>
            <IconHistory size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown className={css.log ?? ''}>
          <Menu.Label>Go back to before…</Menu.Label>
          {history.past.toReversed().map((step, index) => (
            <Menu.Item key={index} onClick={() => onHistory(backBy(index + 1))}>
              {upper(step.did)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
