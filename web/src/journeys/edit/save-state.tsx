import { Button } from '@mantine/core';
import { IconCheck, IconCloudOff, IconCloudUp } from '@tabler/icons-react';
import css from './save-state.module.css';
import type { DraftHandle } from './use-draft.ts';

/** Whether the server has what is on the screen. Nothing else says "Saved". `unfinished` are the rules beside it that no draft has yet. */
export function SaveState({
  state,
  problem,
  save,
  unfinished = 0,
}: Pick<DraftHandle<unknown>, 'state' | 'problem' | 'save'> & { unfinished?: number }) {
  return (
    <span className={css.save} data-state={state} role="status">
      {state === 'saved' && unfinished > 0 ? (
        <>
          <IconCloudUp size={14} aria-hidden="true" /> Saved, but for {unfinished === 1 ? 'a rule that is' : `${unfinished} rules that are`}{' '}
          not finished
        </>
      ) : state === 'saved' ? (
        <>
          <IconCheck size={14} aria-hidden="true" /> Saved
        </>
      ) : state === 'failed' ? (
        <>
          <IconCloudOff size={14} aria-hidden="true" />
          <span className="clip" data-tip={problem?.hint}>
            Not saved: {problem?.message}
          </span>
          <Button size="xs" variant="default" onClick={() => void save()}>
            Try again
          </Button>
        </>
      ) : (
        <>
          <IconCloudUp size={14} aria-hidden="true" /> {state === 'saving' ? 'Saving…' : 'Not saved yet'}
        </>
      )}
    </span>
  );
}
